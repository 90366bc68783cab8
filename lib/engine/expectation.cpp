#include "engine/expectation.hpp"

#include "base/try.hpp"
#include "json/json.hpp"
#include "json/pointer.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include <re2/re2.h>

namespace whydrop::engine {
namespace {

constexpr std::size_t kSeen = 200;

constexpr std::string_view kText = "text:", kRegex = "regex:";

using Meets = decltype(Expected::meets);

Result<Meets> holding(const std::string& words) {
  return Meets([words](std::string_view message) { return message.find(words) != std::string_view::npos; });
}

Result<Meets> matching(const std::string& text, const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<RE2>(pattern, options);
  if (!compiled->ok()) {
    return fail(ErrorKind::usage, "expectation '" + text + "': " + compiled->error());
  }
  return Meets([compiled](std::string_view message) {
    return RE2::PartialMatch(re2::StringPiece(message.data(), message.size()), *compiled);
  });
}

bool is_pointer(std::string_view text) {
  json::Steps steps(text);
  while (steps.next()) {
  }
  return steps.well_formed();
}

/// What a pointer leads to in a message, and what must stand there. The room for the message is kept.
struct Pointing {
  std::string pointer;
  json::Json value, message;
};

Result<Meets> pointing(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return fail(ErrorKind::usage, "expectation '" + text + "': no '='", "POINTER=VALUE, as in /type=connected");
  }
  auto at = std::make_shared<Pointing>();
  at->pointer = text.substr(0, equals);
  if (!is_pointer(at->pointer)) {
    return fail(ErrorKind::usage,
                "expectation '" + text + "': '" + at->pointer + "' is not a JSON Pointer",
                "a pointer begins with / as in /body/type (RFC 6901)");
  }
  (void)at->value.parse(json::value_or_string(text.substr(equals + 1)));
  return Meets([at](std::string_view message) {
    if (at->message.parse(message)) {
      return false;
    }
    const auto found = at->message.root().at(at->pointer);
    return found && json::equal(*found, at->value.root());
  });
}

Result<Meets> meaning_of(const std::string& text) {
  if (text.rfind(kText, 0) == 0) {
    return holding(text.substr(kText.size()));
  }
  return text.rfind(kRegex, 0) == 0 ? matching(text, text.substr(kRegex.size())) : pointing(text);
}

}  // namespace

Expected any_message() {
  return {"any message", [](std::string_view) { return true; }};
}

struct Expectations::Impl {
  std::deque<Expected> all;
  std::size_t met = 0;
  std::string last_seen;
};

Expectations::Expectations() : impl_(std::make_unique<Impl>()) {}
Expectations::~Expectations() = default;

Result<void> Expectations::add(Expected expected) {
  auto meets = expected.meets ? Result<Meets>(std::move(expected.meets)) : meaning_of(expected.text);
  WHYDROP_TRY(meets);
  impl_->all.push_back({std::move(expected.text), std::move(*meets)});
  return {};
}

bool Expectations::offer(std::string_view message) {
  impl_->last_seen.assign(message.substr(0, kSeen));
  if (done() || !impl_->all[impl_->met].meets(message)) {
    return false;
  }
  ++impl_->met;
  return true;
}

bool Expectations::done() const {
  return impl_->met == impl_->all.size();
}
std::size_t Expectations::met() const {
  return impl_->met;
}
std::size_t Expectations::size() const {
  return impl_->all.size();
}
const std::string& Expectations::next_text() const {
  static const std::string none;
  return done() ? none : impl_->all[impl_->met].text;
}
const std::string& Expectations::last_seen() const {
  return impl_->last_seen;
}

}  // namespace whydrop::engine
