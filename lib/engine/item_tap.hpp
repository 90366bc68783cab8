#pragma once

#include "capture/item.hpp"
#include "engine/tap.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace whydrop::engine {

/// Makes the items of a capture of what a reader of evidence tells it: steps as they were recorded, and bytes, which
/// the pipeline's own decoder turns into facts. Nothing is masked: whoever takes the items masks them. Its reader calls
/// end() for each connection, with capture_ended where the file stops before that.
class ItemTap final : public Tap {
 public:
  explicit ItemTap(capture::CaptureHeader header);
  ~ItemTap() override;

  std::uint32_t begin(session::Open open, std::int64_t t_ns, Observer observer = {}) override;
  void unobserve(std::uint32_t conn) override;
  void on_bytes(std::uint32_t conn, session::Side from, std::string_view bytes, std::int64_t t_ns) override;
  void on_fact(std::uint32_t conn, session::Body fact, std::int64_t t_ns) override;
  session::Verdict end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns) override;
  bool in_frame(std::uint32_t conn, session::Side from) const override;
  std::optional<std::uint64_t> frame_under_way(std::uint32_t conn, session::Side from) const override;
  std::uint16_t early_fail_code(std::uint32_t conn, session::Side from) const override;
  bool upgraded(std::uint32_t conn) const override;
  void flush() override {}

  /// Something of the file that could not be read, in its place among the facts.
  void on_damage(capture::Damage damage);
  /// The next item, whose views are valid until the next call; null: none waits.
  std::optional<capture::Item> pop();
  bool empty() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::engine
