#pragma once

#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/load.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::profile {

/// "error schema-required: hello: /token is missing."
inline std::string line_of(const session::Finding& finding) {
  return fmt::format("{} {}: {}", session::name(finding.severity), finding.id, finding.says);
}

/// A profile with these members besides the necessary ones.
inline std::shared_ptr<const Profile> made_profile(const std::string& members) {
  auto loaded = load(R"({"whydrop_profile":1,"name":"made","title":"t","about":"a","status":"generic","sources":[],
                         "socket":{"url":"ws://h/"},)" +
                         members + "}",
                     "made.json");
  return loaded ? *loaded : throw std::runtime_error(loaded.error().message);
}

/// One connection that a Checker follows, message by message.
class Checked {
 public:
  explicit Checked(std::shared_ptr<const Profile> profile)
      : bindings(*profile, Outside{[] { return std::int64_t{0}; }, nullptr}),
        judge(std::move(profile)),
        checker(judge, &bindings, [this](session::Body&& body) {
          findings.push_back(std::get<session::Finding>(std::move(body)));
        }) {
    session::Response response;
    response.status = 101;
    tell(std::move(response));
  }

  session::Message send(std::string_view text, std::vector<session::RedactSpan> redact = {}) {
    return message(Side::client, text, std::move(redact));
  }
  session::Message receive(std::string_view text, std::vector<session::RedactSpan> redact = {}) {
    return message(Side::server, text, std::move(redact));
  }
  void pass(std::int64_t ms) { t_ns += ms * 1'000'000; }
  void end() { tell(session::Ending{}); }

  /// What was found since the last call.
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    for (const auto& finding : std::exchange(findings, {})) {
      out.push_back(line_of(finding));
    }
    return out;
  }
  std::vector<std::string> preview(std::string_view text, unsigned frames = 1) const {
    std::vector<std::string> out;
    for (const auto& finding : checker.preview(true, text, t_ns, frames)) {
      out.push_back(line_of(finding));
    }
    return out;
  }

  Bindings bindings;
  Judge judge;
  std::vector<session::Finding> findings;
  Checker checker;
  std::uint64_t seq = 2;
  std::int64_t t_ns = 0;

 private:
  void tell(session::Body body) { checker.on_event({++seq, t_ns, 1, std::move(body)}); }

  session::Message message(Side from, std::string_view text, std::vector<session::RedactSpan> redact) {
    session::Frame frame;
    frame.from = from;
    frame.header.opcode = wire::Opcode::text;
    frame.header.fin = true;
    frame.header.length = text.size();
    frame.payload = text;
    session::Message message;
    message.from = from;
    message.frames = {seq + 1};
    message.payload = text;
    message.length = message.wire_length = text.size();
    message.redact = std::move(redact);
    checker.annotate(message);
    tell(frame);
    checker.on_event({seq, t_ns, 1, message});
    return message;
  }
};

}  // namespace whydrop::profile
