#include "engine/expectation.hpp"

#include <deque>

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

namespace whydrop::engine {
namespace {

// The recursive parser can be crashed by a peer's nesting.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
constexpr std::size_t kSeen = 200;

struct Expectation {
  std::string text;
  rapidjson::Pointer pointer;
  rapidjson::Document value;
};

}  // namespace

struct Expectations::Impl {
  std::deque<Expectation> all;
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
  Expectation expectation{text, rapidjson::Pointer(text.c_str(), equals), {}};
  if (!expectation.pointer.IsValid()) {
    return fail(ErrorKind::usage,
                "expectation '" + text + "': '" + text.substr(0, equals) + "' is not a JSON Pointer",
                "a pointer begins with / as in /body/type (RFC 6901)");
  }
  const std::string value = text.substr(equals + 1);
  expectation.value.Parse<kParseFlags>(value.data(), value.size());
  if (expectation.value.HasParseError()) {
    expectation.value.SetString(
        value.data(), static_cast<rapidjson::SizeType>(value.size()), expectation.value.GetAllocator());
  }
  impl_->all.push_back(std::move(expectation));
  return {};
}

bool Expectations::offer(std::string_view message) {
  impl_->last_seen.assign(message.substr(0, kSeen));
  if (done()) {
    return false;
  }
  rapidjson::Document document;
  document.Parse<kParseFlags>(message.data(), message.size());
  if (document.HasParseError()) {
    return false;
  }
  const Expectation& next = impl_->all[impl_->met];
  const rapidjson::Value* found = next.pointer.Get(document);
  if (found == nullptr || *found != next.value) {
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
