// What is wrong with a check file: its schema says most; the rest is said here.
#include "base/text.hpp"
#include "base/units.hpp"
#include "check/embedded.hpp"
#include "check/file.hpp"
#include "json/read.hpp"
#include "profile/load.hpp"
#include "profile/template_check.hpp"
#include "schema/pattern.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::check {

namespace {

using json::Value;
using json::read::items;
using json::read::members;
using profile::check_template;
using profile::Placeholders;
using schema::MistakeList;
using schema::Names;
using schema::under;
using wire::Side;

constexpr std::chrono::hours kLongest{24};
constexpr std::uint64_t kMostSteps = 1'000'000;
constexpr std::size_t kMostControl = 125, kMostReason = 123;  // RFC 6455 section 5.5

std::string joined(const Error& error) {
  return error.hint.empty() ? error.message : error.message + "; " + error.hint;
}

bool is_template(std::string_view text) {
  return text.find('{') != std::string_view::npos;
}

/// What a step finds of the connection.
enum class Socket : std::uint8_t { none, asked, open, closed, over, refused };

/// Follows one check of a file.
class PartCheck {
 public:
  PartCheck(MistakeList& list, File& file, const Part& part) : list_(list), file_(file), part_(part) {}

  void run() {
    find_profile();
    gather_variables();
    check_target();
    check_durations();
    check_rehearse();
    const auto steps = part_.own.value.find("steps");
    if (steps) {
      check_steps({*steps, under(part_.own.pointer, "steps")}, 0, 1);
    }
  }

 private:
  void find_profile() {
    const auto given = part_.target("profile");
    if (!given || !given->value.is(json::Type::string) || given->value.string().empty()) {
      unknown_ = given.has_value();
      return;
    }
    const auto found = file_.profile(std::string(given->value.string()));
    if (!found) {
      unknown_ = true;
      list_.say(given->pointer, "cannot be used: " + joined(found.error()));
      return;
    }
    profile_ = *found;
    client_ = types_of(*profile_, Side::client);
    server_ = types_of(*profile_, Side::server);
  }

  void gather_variables() {
    const auto add = [&](const std::string& name) { names_.insert(name); };
    if (profile_) {
      for (const profile::Variable& variable : profile_->variables) {
        add(variable.name);
      }
    }
    for (const auto& row : part_.target_members("variables")) {
      add(row.first);
    }
    for (const auto& row : taken_by(part_)) {
      add(row.first);
    }
    variables_.assign(names_.begin(), names_.end());
  }

  Placeholders anywhere() const {
    return {variables_, {"$uuid", "$now", "$epoch", "$n"}, {"$epoch+", "$epoch-", "$letters:", "$env:"}};
  }
  /// A template, string or JSON. Where the profile is not known its variables are not either.
  void check_text(const std::string& pointer) {
    if (!unknown_) {
      check_template(list_, pointer, anywhere());
    }
  }

  void check_target() {
    const std::string pointer = under(part_.own.pointer, "target");
    if (!part_.target("profile") && !part_.target("url")) {
      list_.say(pointer, "names neither a profile nor a url");
    }
    if (const auto url = part_.target("url")) {
      check_text(url->pointer);
    }
    for (const auto& header : part_.target_members("headers")) {
      check_text(header.second.pointer);
    }
    for (const Given& given : given_of(part_)) {
      check_variable(given);
    }
  }

  void check_variable(const Given& given) {
    const bool of_object = given.at.value.is(json::Type::object);
    const std::string pointer = of_object ? under(given.at.pointer, "value") : given.at.pointer;
    if (!given.env) {
      check_text(pointer);
    } else if (!unknown_) {
      // It is a default, which only variables may stand in.
      check_template(list_, pointer, {variables_, {}, {}});
    }
    const profile::Variable* variable = profile_ ? profile_->variable(given.name) : nullptr;
    if (variable != nullptr && !variable->choices.empty() && given.value && !is_template(*given.value)) {
      list_.name(pointer,
                 *given.value,
                 Names(variable->choices.begin(), variable->choices.end()),
                 "value of the variable " + given.name);
    }
  }

  void check_durations() {
    for (const char* member : {"timeout", "step_timeout"}) {
      if (const auto given = part_.find(member)) {
        check_duration(*given);
      }
    }
    const auto timeout = part_.find("timeout");
    const auto parsed = timeout ? parse_duration(timeout->value.string()) : Check().timeout;
    timeout_ = parsed.value_or(kLongest);
  }

  /// The schema says what is no duration; here is what is none to wait for. Null: it is a template, or none.
  std::optional<std::chrono::nanoseconds> check_duration(const At& at) {
    if (!at.value.is(json::Type::string) || is_template(at.value.string())) {
      check_text(at.pointer);
      return std::nullopt;
    }
    const auto parsed = parse_duration(at.value.string());
    if (!parsed) {
      return std::nullopt;
    }
    if (parsed->count() <= 0 || *parsed > kLongest) {
      list_.say(at.pointer, fmt::format("is {}; expected more than nothing and at most 24h", at.value.string()));
    }
    return *parsed;
  }
  void check_duration(const At& act, std::string_view member) {
    if (const auto given = act.value.find(member)) {
      check_duration({*given, under(act.pointer, member)});
    }
  }
  /// Of a step that takes so long in any case.
  void check_span(const At& at) {
    const auto parsed = check_duration(at);
    if (parsed && *parsed <= kLongest && *parsed > timeout_) {
      list_.say(at.pointer, fmt::format("is longer than the check may take, {}", format_duration(timeout_.count())));
    }
  }

  void check_rehearse() {
    const auto given = part_.find("rehearse");
    if (!given || unknown_ || !given->value.is(json::Type::string)) {
      return;
    }
    if (!profile_) {
      list_.say(given->pointer, "names a scenario, and the target has no profile whose scenarios could be played");
      return;
    }
    const profile::BuiltIn* built_in = profile_->built_in ? profile::find_built_in(profile_->name) : nullptr;
    json::Json rehearsal;
    if (built_in != nullptr && !rehearsal.parse(built_in->rehearsal)) {
      list_.name(given->pointer,
                 given->value.string(),
                 schema::names_under(rehearsal.root(), "/scenarios"),
                 "scenario of " + profile_->name);
    }
  }

  void check_steps(const At& steps, unsigned depth, std::uint64_t times) {
    const auto all = items(steps.value);
    for (std::size_t i = 0; i < all.size(); ++i) {
      check_step({all[i], under(steps.pointer, i)}, depth, times);
    }
  }

  void check_step(const At& step, unsigned depth, std::uint64_t times) {
    if (!step.value.is(json::Type::object)) {
      return;
    }
    const auto given = members(step.value);
    Names acts;
    for (const auto& member : given) {
      if (schema::is_one_of(member.first, step_names())) {
        acts.push_back(member.first);
      }
    }
    if (given.empty()) {
      list_.say(step.pointer, fmt::format("does nothing; expected one of {}", fmt::join(step_names(), ", ")));
    } else if (acts.size() > 1) {
      list_.say(step.pointer, fmt::format("does more than one thing: {}", fmt::join(acts, ", ")));
    }
    if (const auto act = act_of(step)) {
      count(act->second.pointer, times);
      check_act(act->first, act->second, depth, times);
    }
  }

  void count(const std::string& pointer, std::uint64_t times) {
    const bool before = steps_ > kMostSteps;
    steps_ += times;
    if (!before && steps_ > kMostSteps) {
      list_.say(pointer, "makes more than 1,000,000 steps of the check");
    }
  }

  void check_act(Step::Kind kind, const At& act, unsigned depth, std::uint64_t times) {
    check_order(kind, act);
    switch (kind) {
    case Step::Kind::token:
      return check_call(act, profile_ && !profile_->token_call.empty(), "token call");
    case Step::Kind::session:
      return check_call(act, profile_ && !profile_->session_calls.empty(), "calls that begin a session");
    case Step::Kind::connect:
      return check_connect(act);
    case Step::Kind::send:
      return check_send(act, times);
    case Step::Kind::ping:
      check_length(act.value.is(json::Type::object) ? under(act.pointer, "text") : act.pointer, kMostControl);
      return check_duration(act, "within");
    case Step::Kind::close:
      check_length(under(act.pointer, "reason"), kMostReason);
      return check_duration(act, "within");
    case Step::Kind::reset:
      return;
    case Step::Kind::expect:
      return check_expect(act);
    case Step::Kind::expect_close:
      return check_expect_close(act);
    case Step::Kind::expect_refused:
      check_where(act);
      return check_duration(act, "within");
    case Step::Kind::expect_silence:
      return check_silence(act);
    case Step::Kind::wait:
      return check_span(act);
    case Step::Kind::take:
      return check_take(act);
    case Step::Kind::repeat:
      return check_repeat(act, depth, times);
    }
  }

  void check_order(Step::Kind kind, const At& act) {
    switch (kind) {
    case Step::Kind::token:
    case Step::Kind::session:
    case Step::Kind::wait:
    case Step::Kind::take:
    case Step::Kind::repeat:
      return;
    case Step::Kind::connect:
      if (socket_ == Socket::open || socket_ == Socket::asked) {
        list_.say(act.pointer, "comes while there is a connection: close or reset it before");
      }
      socket_ = Socket::asked;
      return;
    case Step::Kind::expect_refused:
      if (socket_ == Socket::open) {
        list_.say(act.pointer, "comes when the connection is open already: it was not refused");
      }
      socket_ = Socket::refused;
      return;
    case Step::Kind::expect_close:
      if (socket_ == Socket::over) {
        list_.say(act.pointer, "comes after expect_close: connect again before it");
      }
      needs_socket(act);
      socket_ = Socket::over;
      return;
    case Step::Kind::close:
    case Step::Kind::reset:
      needs_socket(act);
      socket_ = Socket::closed;
      return;
    case Step::Kind::send:
    case Step::Kind::ping:
    case Step::Kind::expect:
    case Step::Kind::expect_silence:
      needs_socket(act);
      socket_ = Socket::open;
      return;
    }
  }

  void needs_socket(const At& act) {
    if (socket_ == Socket::refused) {
      list_.say(act.pointer, "comes after expect_refused: connect again before it");
    }
  }

  void check_call(const At& act, bool there, std::string_view what) {
    if (there || unknown_) {
      return;
    }
    list_.say(act.pointer,
              profile_ ? fmt::format("cannot be done: profile {} has no {}", profile_->name, what)
                       : std::string("cannot be done: the target has no profile"));
  }

  void check_connect(const At& act) {
    for (const auto& [name, value] : members(act.value.find("variables"))) {
      const std::string pointer = under(under(act.pointer, "variables"), name);
      if (!unknown_) {
        list_.key(pointer, name, variables_, "variable");
      }
      check_text(pointer);
    }
  }

  void check_length(const std::string& pointer, std::size_t most) {
    check_text(pointer);
    const auto value = list_.root().at(pointer);
    if (value && !is_template(value->string()) && value->string().size() > most) {
      list_.say(pointer, fmt::format("is longer than {} bytes", most));
    }
  }

  /// `member` is a message's type.
  bool check_type(const At& act, std::string_view member, Side side) {
    const auto given = act.value.find(member);
    if (!given || unknown_ || !given->is(json::Type::string)) {
      return false;
    }
    return check_type_at({*given, under(act.pointer, member)}, side);
  }
  bool check_type_at(const At& type, Side side) {
    if (!profile_) {
      list_.say(type.pointer, "names a type of message, and the target has no profile that has types");
      return false;
    }
    list_.name(type.pointer,
               type.value.string(),
               side == Side::client ? client_ : server_,
               fmt::format("message of the {}", wire::name(side)));
    return profile_->message(side, type.value.string()) != nullptr;
  }

  void check_send(const At& act, std::uint64_t times) {
    Names forms;
    for (const char* form : {"message", "json", "text", "base64"}) {
      if (act.value.find(form)) {
        forms.emplace_back(form);
      }
    }
    if (act.value.is(json::Type::object) && forms.size() != 1) {
      list_.say(act.pointer,
                forms.empty() ? "sends nothing; expected one of message, json, text, base64"
                              : fmt::format("sends more than one thing: {}", fmt::join(forms, ", ")));
    }
    check_message(act);
    check_text(under(act.pointer, "json"));
    if (!json::read::flag(act.value, "verbatim")) {
      check_text(under(act.pointer, "text"));
    }
    if (const std::uint64_t each = json::read::amount(act.value, "times"); each > 1) {
      count(under(act.pointer, "times"), times * (std::min(each, kMostSteps) - 1));
    }
  }

  void check_message(const At& act) {
    for (const auto& member : members(act.value.find("set"))) {
      check_text(under(under(act.pointer, "set"), member.first));
    }
    if (!check_type(act, "message", Side::client)) {
      return;
    }
    const auto* message = profile_->message(Side::client, act.value.find("message")->string());
    if (message->example.empty()) {
      list_.say(under(act.pointer, "message"), fmt::format("names {}, which has no example to send", message->name));
      return;
    }
    check_changes(act, message->example);
  }

  /// Pointers into the example that a message is made of.
  void check_changes(const At& act, const std::string& example) {
    for (const auto& member : members(act.value.find("set"))) {
      const bool well_formed = member.first.empty() || member.first.front() == '/';
      if (const auto set = json::with(example, member.first, "null"); well_formed && !set) {
        list_.say(under(under(act.pointer, "set"), member.first), "leads nowhere: " + set.error().message, true);
      }
    }
    json::Json document;
    (void)document.parse(example);
    const auto dropped = items(act.value.find("drop"));
    for (std::size_t i = 0; i < dropped.size(); ++i) {
      if (dropped[i].is(json::Type::string) && !document.root().at(dropped[i].string())) {
        list_.say(under(under(act.pointer, "drop"), i),
                  fmt::format("leads nowhere: the example has no {}", dropped[i].string()));
      }
    }
  }

  void check_expect(const At& act) {
    heard_ = true;
    if (act.value.is(json::Type::string)) {
      if (!unknown_) {
        (void)check_type_at(act, Side::server);
      }
      return;
    }
    (void)check_type(act, "type", Side::server);
    check_where(act);
    check_condition(act, "text");
    check_duration(act, "within");
  }

  void check_expect_close(const At& act) {
    check_condition(act, "reason");
    check_duration(act, "within");
    if (act.value.find("ending") && (act.value.find("code") || act.value.find("reason"))) {
      list_.say(under(act.pointer, "ending"), "is how a session ends without a Close, which has no code and no reason");
    }
  }

  void check_silence(const At& act) {
    if (act.value.is(json::Type::string)) {
      return check_span(act);
    }
    if (const auto span = act.value.find("for")) {
      check_span({*span, under(act.pointer, "for")});
    }
    (void)check_type(act, "type", Side::server);
    check_where(act);
  }

  void check_take(const At& act) {
    if (!heard_) {
      list_.say(act.pointer, "comes before any expect: there is no message to take from");
    }
  }

  void check_repeat(const At& act, unsigned depth, std::uint64_t times) {
    const auto steps = act.value.find("steps");
    if (depth >= kMostNested) {
      list_.say(act.pointer, fmt::format("is nested deeper than {} repeats", kMostNested));
    } else if (steps) {
      const At inside{*steps, under(act.pointer, "steps")};
      const std::uint64_t turns = std::clamp<std::uint64_t>(json::read::amount(act.value, "times"), 1, kMostSteps);
      check_steps(inside, depth + 1, std::min(times * turns, kMostSteps + 1));
    }
  }

  void check_where(const At& act) {
    const auto where = act.value.find("where");
    for (const auto& [pointer, condition] : members(where)) {
      check_condition({condition, under(under(act.pointer, "where"), pointer)});
    }
  }
  void check_condition(const At& act, std::string_view member) {
    if (const auto condition = act.value.find(member)) {
      check_condition({*condition, under(act.pointer, member)});
    }
  }
  void check_condition(const At& condition) {
    for (const auto& [op, operand] : operators_of(condition)) {
      switch (op) {
      case Predicate::Op::equals:
      case Predicate::Op::not_equals:
      case Predicate::Op::in:
      case Predicate::Op::contains:
        check_text(operand.pointer);
        break;
      case Predicate::Op::matches:
        check_pattern(operand);
        break;
      case Predicate::Op::schema:
        check_schema(operand);
        break;
      case Predicate::Op::exists:
      case Predicate::Op::absent:
      case Predicate::Op::type:
      case Predicate::Op::at_least:
      case Predicate::Op::at_most:
        break;
      }
    }
  }

  void check_pattern(const At& operand) {
    if (!operand.value.is(json::Type::string)) {
      return;
    }
    const auto pattern = schema::Pattern::compile(std::string(operand.value.string()));
    if (!pattern) {
      list_.say(operand.pointer, "is a pattern that cannot be used: " + pattern.error());
    }
  }

  void check_schema(const At& operand) {
    const bool of_profile = operand.value.is(json::Type::string) && starts_with(operand.value.string(), "profile:");
    if (operand.value.is(json::Type::number) || operand.value.is(json::Type::array) || (of_profile && unknown_)) {
      return;
    }
    if (const auto made = file_.schema(operand.value, profile_.get()); !made) {
      list_.say(operand.pointer, "cannot be used: " + joined(made.error()));
    }
  }

  MistakeList& list_;
  File& file_;
  const Part& part_;
  std::shared_ptr<const profile::Profile> profile_;
  bool unknown_ = false;  ///< it has a profile, and that is not known
  Names client_, server_, variables_;
  std::set<std::string> names_;  ///< what variables_ looks at
  std::chrono::nanoseconds timeout_{kLongest};
  std::uint64_t steps_ = 0;
  Socket socket_ = Socket::none;
  bool heard_ = false;
};

void check_whole(MistakeList& list) {
  const Value root = list.root();
  const bool steps = root.find("steps").has_value(), checks = root.find("checks").has_value();
  if (!root.is(json::Type::object)) {
    return;
  }
  if (steps == checks) {
    list.say("", steps ? "has both steps and checks" : "has neither steps nor checks");
  } else if (steps && !root.find("name")) {
    list.say("/name", "is missing");
  } else if (checks && root.find("name")) {
    list.say("/name", "stands beside checks, each of which has a name of its own", true);
  }
}

void check_names(MistakeList& list, const std::vector<Part>& parts) {
  std::map<std::string_view, const Part*> first;
  for (const Part& part : parts) {
    const auto name = part.own.value.find("name");
    if (!name || !name->is(json::Type::string)) {
      continue;
    }
    const auto [known, is_new] = first.emplace(name->string(), &part);
    if (!is_new) {
      list.say(under(part.own.pointer, "name"), fmt::format("is that of {} too", known->second->own.pointer));
    }
  }
}

/// What holds for all checks is looked at with each of them, and told once.
std::vector<schema::Mistake> once(std::vector<schema::Mistake> mistakes) {
  const auto same = [](const schema::Mistake& a, const schema::Mistake& b) {
    return a.place.line == b.place.line && a.place.column == b.place.column && a.says == b.says;
  };
  std::vector<schema::Mistake> found;
  for (schema::Mistake& mistake : mistakes) {
    if (std::none_of(found.begin(), found.end(), [&](const auto& known) { return same(known, mistake); })) {
      found.push_back(std::move(mistake));
    }
  }
  return found;
}

}  // namespace

std::vector<schema::Mistake> mistakes_in(File& file) {
  if (const auto& fault = file.fault()) {
    if (starts_with(file.text(), R"({"whydrop":)")) {
      return {{{1, 1}, "a capture and no check file; whydrop check --from-capture makes one of it"}};
    }
    return {{json::place_of(file.text(), fault->offset), "not JSON: " + fault->why}};
  }
  MistakeList list(file.text(), file.root());
  list.check_twice();
  list.check_schema(kCheckSchema);
  check_whole(list);
  const auto parts = file.parts();
  check_names(list, parts);
  for (const Part& part : parts) {
    if (part.own.value.is(json::Type::object)) {
      PartCheck(list, file, part).run();
    }
  }
  return once(list.all());
}

}  // namespace whydrop::check
