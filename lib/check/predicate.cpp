#include "base/secret_keys.hpp"
#include "base/text.hpp"
#include "check/check.hpp"
#include "schema/pattern.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::check {

namespace {

using json::Type;
using json::Value;
using FillJson = std::function<Result<std::string>(std::string_view)>;

constexpr std::size_t kLongestShown = 80;

std::string shown_middle(std::string_view json) {
  return elide(escape_for_terminal(json), kLongestShown, Elide::middle);
}

std::string_view last_step(std::string_view pointer) {
  return pointer.substr(std::min(pointer.rfind('/') + 1, pointer.size()));
}

/// One predicate and the value that it is held against.
class Judge {
 public:
  Judge(const Predicate& predicate, std::string subject, std::optional<Value> value, const FillJson& fill)
      : predicate_(predicate), subject_(std::move(subject)), value_(value), fill_(fill) {}

  std::optional<std::string> why_not() {
    if (predicate_.op == Predicate::Op::absent) {
      return value_ ? std::optional(differs("nothing there")) : std::nullopt;
    }
    if (predicate_.op == Predicate::Op::exists) {
      return value_ ? std::nullopt : std::optional(subject_ + " is not there");
    }
    if (const auto fault = prepare()) {
      return fault;
    }
    if (!value_) {
      return fmt::format("{} is not there; expected {}", subject_, expected());
    }
    return holds() ? std::nullopt : std::optional(differs(expected()) + hint());
  }

 private:
  bool has_operand() const {
    return predicate_.op == Predicate::Op::equals || predicate_.op == Predicate::Op::not_equals ||
           predicate_.op == Predicate::Op::in || predicate_.op == Predicate::Op::contains;
  }

  /// Fills the template; says why where that cannot be done.
  std::optional<std::string> prepare() {
    const auto filled = has_operand() ? fill_(predicate_.value) : Result<std::string>(predicate_.value);
    if (!filled) {
      return fmt::format("{} cannot be looked at: {}", subject_, filled.error().message);
    }
    text_ = *filled;
    if (operand_.parse(text_)) {
      (void)operand_.parse("null");
    }
    return std::nullopt;
  }

  std::string value_text() const {
    // What a well-known key holds is not for a report.
    return is_secret_key(last_step(predicate_.pointer)) ? "(secret)" : shown_middle(value_->text());
  }
  std::string differs(std::string_view expected) const {
    return fmt::format("{} is {}; expected {}", subject_, value_text(), expected);
  }

  std::string list_of(Value values) const {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) {
      out += (i == 0 ? "" : ", ") + values.item(i).text();
    }
    return shown_middle(out);
  }

  std::string types() const {
    const Value wanted = operand_.root();
    if (wanted.is(Type::string)) {
      return std::string(wanted.string());
    }
    std::string out;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      out += i == 0 ? "" : i + 1 == wanted.size() ? " or " : ", ";
      out += wanted.item(i).string();
    }
    return out;
  }

  std::string expected() const {
    const Value wanted = operand_.root();
    const bool secret = is_secret_key(last_step(predicate_.pointer));
    const std::string given = secret && has_operand() ? "(secret)" : shown_middle(text_);
    switch (predicate_.op) {
    case Predicate::Op::equals:
      return given;
    case Predicate::Op::not_equals:
      return "anything but " + given;
    case Predicate::Op::in:
      return "one of " + (secret ? given : list_of(wanted));
    case Predicate::Op::contains:
      return "what contains " + given;
    case Predicate::Op::matches:
      return "a text that matches " + given;
    case Predicate::Op::type:
      return "the type " + types();
    case Predicate::Op::at_least:
      return fmt::format("a number of at least {}", shown_middle(predicate_.value));
    case Predicate::Op::at_most:
      return fmt::format("a number of at most {}", shown_middle(predicate_.value));
    case Predicate::Op::schema:
      return "what meets the schema";
    case Predicate::Op::exists:
    case Predicate::Op::absent:
      break;
    }
    return given;
  }

  bool is_of_type(std::string_view type) const {
    return type == "integer" ? value_->is_integer() : type == json::name(value_->type());
  }

  bool any_item(Value list, Value wanted) const {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (json::equal(list.item(i), wanted)) {
        return true;
      }
    }
    return false;
  }

  bool holds() {
    const Value wanted = operand_.root(), value = *value_;
    switch (predicate_.op) {
    case Predicate::Op::equals:
      return json::equal(value, wanted);
    case Predicate::Op::not_equals:
      return !json::equal(value, wanted);
    case Predicate::Op::in:
      return any_item(wanted, value);
    case Predicate::Op::contains:
      return value.is(Type::string)
                 ? wanted.is(Type::string) && value.string().find(wanted.string()) != std::string::npos
                 : value.is(Type::array) && any_item(value, wanted);
    case Predicate::Op::matches:
      return value.is(Type::string) && predicate_.pattern && predicate_.pattern->matches(value.string());
    case Predicate::Op::type: {
      bool found = wanted.is(Type::string) && is_of_type(wanted.string());
      for (std::size_t i = 0; wanted.is(Type::array) && i < wanted.size(); ++i) {
        found = found || is_of_type(wanted.item(i).string());
      }
      return found;
    }
    case Predicate::Op::at_least:
      return value.is(Type::number) && value.number() >= predicate_.bound;
    case Predicate::Op::at_most:
      return value.is(Type::number) && value.number() <= predicate_.bound;
    case Predicate::Op::schema:
      return predicate_.schema && predicate_.schema->valid(value);
    case Predicate::Op::exists:
    case Predicate::Op::absent:
      break;
    }
    return true;
  }

  /// What was nearly right.
  std::string hint() const {
    if (predicate_.op == Predicate::Op::schema && predicate_.schema) {
      return schema_faults();
    }
    const bool compared = predicate_.op == Predicate::Op::equals || predicate_.op == Predicate::Op::at_least ||
                          predicate_.op == Predicate::Op::at_most;
    if (!compared || !value_->is(Type::string)) {
      const bool quoted = predicate_.op == Predicate::Op::equals && operand_.root().is(Type::string) &&
                          operand_.root().string() == value_->text();
      return quoted ? " (it is there without quotes)" : "";
    }
    const Value wanted = operand_.root();
    json::Json inner;
    if (!wanted.is(Type::string) && !inner.parse(value_->string()) && inner.root().is(wanted.type())) {
      return " (it is there as a text)";
    }
    const bool by_case = wanted.is(Type::string) && lower_case(wanted.string()) == lower_case(value_->string());
    return by_case ? " (only capitals differ)" : "";
  }

  std::string schema_faults() const {
    constexpr std::size_t kMost = 100;
    const auto faults = predicate_.schema->check(*value_, kMost);
    if (faults.empty()) {
      return {};
    }
    const schema::Fault& first = faults.front();
    const std::string says =
        (first.instance.empty() ? std::string() : escape_for_terminal(predicate_.pointer)) + first.says();
    const std::string hint = first.hint.empty() ? std::string() : "; " + first.hint;
    return fmt::format(": {}{}{}", says, hint, faults.size() == 1 ? "" : fmt::format("; {} more", faults.size() - 1));
  }

  const Predicate& predicate_;
  std::string subject_;
  std::optional<Value> value_;
  const FillJson& fill_;
  std::string text_;
  json::Json operand_;
};

/// A member beside the one that is not there whose name is nearly its own.
std::string near_miss(Value root, const std::string& pointer) {
  constexpr std::size_t kShort = 2;
  if (last_step(pointer).size() <= kShort) {
    return {};  // any other short name is near
  }
  const std::string parent = pointer.substr(0, pointer.rfind('/'));
  const auto object = root.at(parent);
  std::vector<std::string_view> names;
  for (std::size_t i = 0; object && object->is(Type::object) && i < object->size(); ++i) {
    names.push_back(object->member(i).first);
  }
  const auto near = nearest(last_step(pointer), names);
  return near ? fmt::format(
                    "; did you mean {}/{}?", escape_for_terminal(parent), escape_for_terminal(json::escape_step(*near)))
              : std::string();
}

}  // namespace

std::optional<std::string> unmet(const Predicate& predicate,
                                 const std::optional<Value>& root,
                                 std::string_view text,
                                 const FillJson& fill_json) {
  if (predicate.of_text) {
    json::Json document;
    if (document.parse(json::quote(text))) {
      return "the text is not UTF-8";
    }
    return Judge(predicate, "the text", document.root(), fill_json).why_not();
  }
  if (!root) {
    return predicate.op == Predicate::Op::absent ? std::nullopt : std::optional<std::string>("the message is not JSON");
  }
  const auto value = root->at(predicate.pointer);
  const std::string subject = predicate.pointer.empty() ? "the message" : escape_for_terminal(predicate.pointer);
  auto why = Judge(predicate, subject, value, fill_json).why_not();
  if (why && !value) {
    *why += near_miss(*root, predicate.pointer);
  }
  return why;
}

}  // namespace whydrop::check
