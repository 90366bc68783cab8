#include "check/file.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::check {

namespace {

using json::Value;
using json::read::items;
using json::read::members;
using schema::Names;
using schema::under;

constexpr std::array<std::string_view, 11> kOperators{
    "equals", "not_equals", "in", "contains", "matches", "exists", "absent", "type", "at_least", "at_most", "schema"};

std::optional<At> member_of(const At& object, std::string_view name) {
  const auto found = object.value.find(name);
  return found ? std::optional(At{*found, under(object.pointer, name)}) : std::nullopt;
}

std::optional<At> member_of(const std::optional<At>& object, std::string_view name) {
  return object ? member_of(*object, name) : std::nullopt;
}

std::optional<std::string> text_of(Value object, std::string_view name) {
  const auto found = object.find(name);
  return found && found->is(json::Type::string) ? std::optional(std::string(found->string())) : std::nullopt;
}

void add_takes(const At& from, const std::string& number, std::vector<std::pair<std::string, std::string>>& found) {
  for (const auto& [variable, pointer] : members(from.value)) {
    const std::string_view at = pointer.string();
    found.emplace_back(variable,
                       fmt::format("step {} takes it from {}", number, at.empty() ? "the message" : std::string(at)));
  }
}

void add_takes_of_steps(const std::optional<At>& steps,
                        std::string_view outer,
                        unsigned depth,
                        std::vector<std::pair<std::string, std::string>>& found) {
  const auto all = steps ? items(steps->value) : std::vector<Value>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const At step{all[i], under(steps->pointer, i)};
    const std::string number = number_of(outer, i);
    if (const auto take = member_of(step, "take")) {
      add_takes(*take, number, found);
    }
    if (const auto take = member_of(member_of(step, "expect"), "take")) {
      add_takes(*take, number, found);
    }
    if (depth < kMostNested) {
      add_takes_of_steps(member_of(member_of(step, "repeat"), "steps"), number, depth + 1, found);
    }
  }
}

}  // namespace

std::optional<At> Part::find(std::string_view member) const {
  const auto found = member_of(own, member);
  return found ? found : member_of(common, member);
}

std::optional<At> Part::target(std::string_view member) const {
  const auto found = member_of(member_of(own, "target"), member);
  return found ? found : member_of(member_of(common, "target"), member);
}

std::vector<std::pair<std::string, At>> Part::target_members(std::string_view member) const {
  std::vector<std::pair<std::string, At>> found;
  for (const auto& side : {common, std::optional(own)}) {
    const auto object = member_of(member_of(side, "target"), member);
    for (const auto& [name, value] : members(object ? std::optional(object->value) : std::nullopt)) {
      const At at{value, under(object->pointer, name)};
      const auto same =
          std::find_if(found.begin(), found.end(), [&, &key = name](const auto& row) { return row.first == key; });
      if (same == found.end()) {
        found.emplace_back(name, at);
      } else {
        same->second = at;
      }
    }
  }
  return found;
}

const std::vector<std::string_view>& step_names() {
  static const std::vector<std::string_view> names{"token",
                                                   "session",
                                                   "connect",
                                                   "send",
                                                   "ping",
                                                   "close",
                                                   "reset",
                                                   "expect",
                                                   "expect_close",
                                                   "expect_refused",
                                                   "expect_silence",
                                                   "wait",
                                                   "take",
                                                   "repeat"};
  return names;
}

std::optional<std::pair<Step::Kind, At>> act_of(const At& step) {
  for (std::size_t i = 0; i < step_names().size(); ++i) {
    if (const auto act = member_of(step, step_names()[i])) {
      return std::pair(static_cast<Step::Kind>(i), *act);
    }
  }
  return std::nullopt;
}

std::string number_of(std::string_view outer, std::size_t index) {
  return fmt::format("{}{}{}", outer, outer.empty() ? "" : ".", index + 1);
}

const profile::Profile& no_profile() {
  static const profile::Profile none = [] {
    profile::Profile made;
    made.text = "{}";
    auto document = std::make_shared<json::Json>();
    (void)document->parse(made.text);
    made.document = std::move(document);
    return made;
  }();
  return none;
}

std::optional<json::Place> File::place(const std::string& pointer) {
  if (!places_) {
    places_.emplace(text_);
  }
  return places_->find(pointer);
}

std::vector<Part> File::parts() const {
  const At whole{root(), ""};
  const auto checks = member_of(whole, "checks");
  if (!checks) {
    return {{whole, std::nullopt}};
  }
  std::vector<Part> found;
  const auto all = items(checks->value);
  for (std::size_t i = 0; i < all.size(); ++i) {
    found.push_back({{all[i], under(checks->pointer, i)}, whole});
  }
  return found;
}

Result<std::shared_ptr<const profile::Profile>> File::profile(const std::string& given) {
  auto known = profiles_.find(given);
  if (known == profiles_.end()) {
    known = profiles_.emplace(given, sources_.find_profile(given)).first;
  }
  return known->second;
}

Result<std::shared_ptr<const schema::Schema>> File::schema(Value given, const profile::Profile* profile) const {
  constexpr std::string_view kOfProfile = "profile:";
  if (!given.is(json::Type::string)) {
    return schema_of_value(given);
  }
  const std::string_view name = given.string();
  if (starts_with(name, kOfProfile)) {
    return schema_of_message(name.substr(kOfProfile.size()), profile);
  }
  const std::size_t hash = std::min(name.find('#'), name.size());
  const std::string path(name.substr(0, hash));
  const auto text =
      sources_.read_beside ? sources_.read_beside(path) : Result<std::optional<std::string>>(std::nullopt);
  if (!text) {
    return fail(ErrorKind::usage, text.error().message, text.error().hint);
  }
  if (!*text) {
    return fail(ErrorKind::usage, fmt::format("there is no file {}", escape_for_terminal(path)));
  }
  return schema_of_text(**text, path, name.substr(std::min(hash + 1, name.size())));
}

Result<std::shared_ptr<const schema::Schema>> File::schema_of_message(std::string_view given,
                                                                      const profile::Profile* profile) const {
  if (profile == nullptr) {
    return fail(ErrorKind::usage, "the target has no profile");
  }
  const std::size_t colon = std::min(given.find(':'), given.size());
  const std::string_view side = given.substr(0, colon), type = given.substr(std::min(colon + 1, given.size()));
  if (side != "client" && side != "server") {
    return fail(ErrorKind::usage, "a message's schema is named profile:client:TYPE or profile:server:TYPE");
  }
  const wire::Side of = side == "client" ? wire::Side::client : wire::Side::server;
  const profile::MessageType* message = profile->message(of, type);
  if (message == nullptr || message->schema.empty()) {
    const Names known = types_of(*profile, of);
    return fail(ErrorKind::usage,
                fmt::format("profile {} has no {} of the {} {}{}",
                            profile->name,
                            message == nullptr ? "message" : "schema for the message",
                            side,
                            escape_for_terminal(type),
                            message == nullptr ? schema::did_you_mean(type, known) : std::string()));
  }
  auto made = schema::Schema::compile(*profile->document, profile->text, profile->name, {}, message->schema);
  WHYDROP_TRY(made);
  return std::make_shared<const schema::Schema>(std::move(*made));
}

/// A document of its own: a $ref that begins with # leads into it. Errors have no place, which would be one in it.
Result<std::shared_ptr<const schema::Schema>> File::schema_of_value(Value given) const {
  constexpr std::string_view kName = "schema";
  json::Json document;
  (void)document.parse(given.text());
  schema::Options options;
  options.fetch = sources_.read_beside;
  auto made = schema::Schema::compile(document, "", std::string(kName), options);
  if (!made) {
    Error error = made.error();
    error.message.erase(0, starts_with(error.message, kName) ? kName.size() + 2 : 0);
    return tl::unexpected<Error>(std::move(error));
  }
  return std::make_shared<const schema::Schema>(std::move(*made));
}

Result<std::shared_ptr<const schema::Schema>> File::schema_of_text(std::string_view text,
                                                                   const std::string& name,
                                                                   std::string_view entry) const {
  const auto document = json::parse_file(text, name, ErrorKind::usage);
  WHYDROP_TRY(document);
  schema::Options options;
  options.fetch = sources_.read_beside;
  auto made = schema::Schema::compile(**document, text, name, options, entry);
  WHYDROP_TRY(made);
  return std::make_shared<const schema::Schema>(std::move(*made));
}

schema::Names types_of(const profile::Profile& profile, wire::Side side) {
  Names names;
  for (const profile::MessageType& row : profile.messages) {
    if (row.side == side) {
      names.emplace_back(row.name);
    }
  }
  return names;
}

std::vector<Given> given_of(const Part& part) {
  std::vector<Given> found;
  for (const auto& [name, at] : part.target_members("variables")) {
    Given made{name, at, {}, {}, {}, false};
    if (at.value.is(json::Type::object)) {
      made.value = text_of(at.value, "value");
      made.env = text_of(at.value, "env");
      made.about = json::read::text(at.value, "about");
      made.secret = json::read::flag(at.value, "secret");
    } else {
      made.value = std::string(at.value.string());
    }
    found.push_back(std::move(made));
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> taken_by(const Part& part) {
  std::vector<std::pair<std::string, std::string>> found;
  add_takes_of_steps(member_of(part.own, "steps"), "", 0, found);
  return found;
}

std::vector<std::pair<Predicate::Op, At>> operators_of(const At& condition) {
  if (!condition.value.is(json::Type::object)) {
    return {{Predicate::Op::equals, condition}};
  }
  std::vector<std::pair<Predicate::Op, At>> found;
  for (const auto& [name, value] : members(condition.value)) {
    const auto row = std::find(kOperators.begin(), kOperators.end(), name);
    if (row == kOperators.end()) {
      continue;
    }
    auto op = static_cast<Predicate::Op>(row - kOperators.begin());
    if (op == Predicate::Op::exists && !value.boolean()) {
      op = Predicate::Op::absent;
    }
    found.emplace_back(op, At{value, under(condition.pointer, name)});
  }
  return found;
}

}  // namespace whydrop::check
