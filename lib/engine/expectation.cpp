#include "engine/expectation.hpp"

#include "json/json.hpp"
#include "json/pointer.hpp"

#include <deque>
#include <utility>

namespace whydrop::engine {
namespace {

constexpr std::size_t kSeen = 200;

struct Expectation {
  std::string text, pointer;
  json::Json value;
};

bool is_pointer(std::string_view text) {
  json::Steps steps(text);
  while (steps.next()) {
  }
  return steps.well_formed();
}

}  // namespace

struct Expectations::Impl {
  std::deque<Expectation> all;
  json::Json message;
  std::size_t met = 0;
  std::string last_seen;
};

Expectations::Expectations() : impl_(std::make_unique<Impl>()) {}
Expectations::~Expectations() = default;

Result<void> Expectations::add(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return fail(ErrorKind::usage, "expectation '" + text + "': no '='", "POINTER=VALUE, as in /type=connected");
  }
  Expectation expectation{text, text.substr(0, equals), {}};
  if (!is_pointer(expectation.pointer)) {
    return fail(ErrorKind::usage,
                "expectation '" + text + "': '" + expectation.pointer + "' is not a JSON Pointer",
                "a pointer begins with / as in /body/type (RFC 6901)");
  }
  (void)expectation.value.parse(json::value_or_string(text.substr(equals + 1)));
  impl_->all.push_back(std::move(expectation));
  return {};
}

bool Expectations::offer(std::string_view message) {
  impl_->last_seen.assign(message.substr(0, kSeen));
  if (done() || impl_->message.parse(message)) {
    return false;
  }
  const Expectation& next = impl_->all[impl_->met];
  const auto found = impl_->message.root().at(next.pointer);
  if (!found || !json::equal(*found, next.value.root())) {
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
  static const std::string kNone;
  return done() ? kNone : impl_->all[impl_->met].text;
}
const std::string& Expectations::last_seen() const {
  return impl_->last_seen;
}

}  // namespace whydrop::engine
