#pragma once

#include "handshake/head.hpp"
#include "rules/rules.hpp"
#include "session/tracker.hpp"
#include "support/facts.hpp"

#include <functional>
#include <string>
#include <vector>

namespace whydrop::rules {

/// A Tracker and a Checker fed with facts as the pipeline does it; keeps the findings.
class Checked {
 public:
  Checked()
      : tracker_({}, [this](session::Body&& body) { derived_.push_back(std::move(body)); }),
        checker_([this](session::Finding&& finding) { findings_.push_back(std::move(finding)); }) {}

  std::uint64_t fact(session::Body body) {
    const session::Event event{++seq_, 0, 1, std::move(body)};
    tracker_.on_fact(event);
    checker_.on_event(event);
    for (auto& derived : std::exchange(derived_, {})) {
      const bool is_fact = !session::is_opinion(derived);
      checker_.on_event({is_fact ? ++seq_ : seq_, 0, 1, std::move(derived)});
    }
    return event.seq;
  }

  /// A good upgrade: facts 1 and 2.
  Checked& upgraded(const char* extensions = "") {
    fact(test::good_request(extensions));
    fact(test::good_response(extensions));
    return *this;
  }

  const std::vector<session::Finding>& findings() const { return findings_; }
  std::string ids() const {
    std::string text;
    for (const auto& finding : findings_) {
      text += (text.empty() ? "" : " ") + finding.id;
    }
    return text;
  }

 private:
  std::uint64_t seq_ = 0;
  std::vector<session::Body> derived_;
  std::vector<session::Finding> findings_;
  session::Tracker tracker_;
  Checker checker_;
};

}  // namespace whydrop::rules
