#pragma once

#include "engine/pipeline.hpp"
#include "engine/tap.hpp"

namespace whydrop::engine {

/// A Pipeline as those see it who own sockets. `bindings`: the profile's values of the connections that begin here, in
/// place of the pipeline's; null: the pipeline's. Neither is owned.
class PipelineTap final : public Tap {
 public:
  explicit PipelineTap(Pipeline& pipeline, profile::Bindings* bindings = nullptr)
      : pipeline_(pipeline), bindings_(bindings) {}

  std::uint32_t begin(session::Open open, std::int64_t t_ns, Observer observer) override {
    return pipeline_.begin(std::move(open), t_ns, {std::move(observer), bindings_});
  }
  void unobserve(std::uint32_t conn) override { pipeline_.unobserve(conn); }
  void on_bytes(std::uint32_t conn, session::Side from, std::string_view bytes, std::int64_t t_ns) override {
    pipeline_.on_bytes(conn, from, bytes, t_ns);
  }
  void on_fact(std::uint32_t conn, session::Body fact, std::int64_t t_ns) override {
    pipeline_.on_fact(conn, std::move(fact), t_ns);
  }
  session::Verdict end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns) override {
    return pipeline_.end(conn, std::move(ending), t_ns);
  }
  bool in_frame(std::uint32_t conn, session::Side from) const override { return pipeline_.in_frame(conn, from); }
  std::optional<std::uint64_t> frame_under_way(std::uint32_t conn, session::Side from) const override {
    return pipeline_.frame_under_way(conn, from);
  }
  std::uint16_t early_fail_code(std::uint32_t conn, session::Side from) const override {
    return pipeline_.early_fail_code(conn, from);
  }
  bool upgraded(std::uint32_t conn) const override { return pipeline_.upgraded(conn); }
  void flush() override { pipeline_.flush(); }

 private:
  Pipeline& pipeline_;
  profile::Bindings* bindings_;
};

}  // namespace whydrop::engine
