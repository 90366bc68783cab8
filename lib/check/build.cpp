#include "base/base64.hpp"
#include "base/units.hpp"
#include "check/file.hpp"
#include "check/words.hpp"
#include "profile/read.hpp"
#include "schema/pattern.hpp"

#include <algorithm>

namespace whydrop::check {

namespace {

using json::Value;
using profile::read::items;
using profile::read::json_text;
using profile::read::members;
using profile::read::text;
using schema::under;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::int64_t whole(Value object, std::string_view name, std::int64_t fallback) {
  const auto found = object.find(name);
  return found ? found->integer() : fallback;
}

std::optional<bool> truth(Value object, std::string_view name) {
  const auto found = object.find(name);
  return found ? std::optional(found->boolean()) : std::nullopt;
}

/// A number, or a list of them.
template <typename Number>
std::vector<Number> numbers(Value object, std::string_view name) {
  const auto found = object.find(name);
  return found && found->is(json::Type::number) ? std::vector<Number>{static_cast<Number>(found->integer())}
                                                : json::read::numbers<Number>(object, name);
}

Unrelated unrelated_of(Value value) {
  return value.string() == "refuse" ? Unrelated::refuse : Unrelated::skip;
}

/// Makes one check of a part of a file.
class Builder {
 public:
  Builder(File& file, const Part& part, const std::string& path) : file_(file), part_(part) { made_.path = path; }

  Check build() {
    made_.name = text(part_.own.value, "name");
    made_.place = file_.place(part_.own.pointer).value_or(json::Place{});
    add_settings();
    add_target();
    made_.profile = with_variables();
    made_.steps = steps_at({*part_.own.value.find("steps"), under(part_.own.pointer, "steps")}, "");
    return std::move(made_);
  }

 private:
  void add_settings() {
    const auto text_at = [&](std::string_view name) {
      const auto found = part_.find(name);
      return found ? std::string(found->value.string()) : std::string();
    };
    made_.about = text_at("about");
    if (const auto tags = part_.find("tags")) {
      for (const Value& tag : items(tags->value)) {
        made_.tags.emplace_back(tag.string());
      }
    }
    made_.timeout = parse_duration(text_at("timeout")).value_or(made_.timeout);
    made_.step_timeout = parse_duration(text_at("step_timeout")).value_or(made_.step_timeout);
    if (const auto retries = part_.find("retries")) {
      made_.retries = static_cast<std::uint64_t>(retries->value.integer());
    }
    if (const auto unrelated = part_.find("unrelated")) {
      made_.unrelated = unrelated_of(unrelated->value);
    }
    if (part_.find("rehearse")) {
      made_.rehearse = text_at("rehearse");
    }
  }

  void add_target() {
    const auto text_at = [&](std::string_view name) {
      const auto found = part_.target(name);
      return found ? std::string(found->value.string()) : std::string();
    };
    made_.profile_name = text_at("profile");
    made_.url = text_at("url");
    for (const auto& [name, at] : part_.target_members("headers")) {
      made_.headers.push_back({name, std::string(at.value.string())});
    }
    if (const auto tokens = part_.target("subprotocols")) {
      for (const Value& token : items(tokens->value)) {
        made_.subprotocols.emplace_back(token.string());
      }
    }
    if (const auto opening = part_.target("opening")) {
      made_.opening = opening->value.boolean();
    }
  }

  /// The profile with what the check gives to variables of its own and of the profile.
  std::shared_ptr<const profile::Profile> with_variables() {
    const auto found = made_.profile_name.empty() ? std::shared_ptr<const profile::Profile>()
                                                  : file_.profile(made_.profile_name).value_or(nullptr);
    made_.named_profile = found;
    auto made = std::make_shared<profile::Profile>(found ? *found : no_profile());
    for (const Given& given : given_of(part_)) {
      made_.declared.push_back(given.name);
      profile::Variable& variable = declared(*made, given.name, "a variable of the check");
      variable.about = given.about.empty() ? variable.about : given.about;
      variable.secret = variable.secret || given.secret;
      variable.env = given.env.value_or(variable.env);
      // What stands beside an environment variable is for where that is not set.
      if (given.value && given.env) {
        variable.fallback = given.value;
      } else if (given.value) {
        made_.variables.emplace_back(given.name, *given.value);
      }
    }
    for (const auto& [name, from] : taken_by(part_)) {
      declared(*made, name, from);
    }
    return made;
  }

  static profile::Variable& declared(profile::Profile& profile, const std::string& name, std::string_view about) {
    const auto known = std::find_if(
        profile.variables.begin(), profile.variables.end(), [&](const auto& row) { return row.name == name; });
    if (known != profile.variables.end()) {
      return *known;
    }
    profile::Variable made;
    made.name = name;
    made.about = about;
    made.env = profile::environment_name(name);
    profile.variables.push_back(std::move(made));
    return profile.variables.back();
  }

  std::vector<Step> steps_at(const At& steps, std::string_view outer) {
    std::vector<Step> found;
    const auto all = items(steps.value);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const At at{all[i], under(steps.pointer, i)};
      Step step;
      step.pointer = at.pointer;
      step.place = file_.place(at.pointer).value_or(json::Place{});
      step.number = number_of(outer, i);
      const auto [kind, act] = *act_of(at);
      step.act = act_at(kind, at, act, step.number);
      step.text = words_of(step.act);
      found.push_back(std::move(step));
    }
    return found;
  }

  Step::Act act_at(Step::Kind kind, const At& whole_step, const At& act, const std::string& number) {
    const Value value = act.value;
    switch (kind) {
    case Step::Kind::token:
      return GetToken{};
    case Step::Kind::session:
      return BeginSession{};
    case Step::Kind::connect:
      return Connect{profile::read::pairs(value, "variables")};
    case Step::Kind::send:
      return send_of(value);
    case Step::Kind::ping:
      return Ping{value.is(json::Type::string) ? std::string(value.string()) : text(value, "text"),
                  text(value, "within")};
    case Step::Kind::close:
      return Close{
          static_cast<std::uint16_t>(whole(value, "code", 1000)), text(value, "reason"), text(value, "within")};
    case Step::Kind::reset:
      return Reset{};
    case Step::Kind::expect:
      return expect_of(act);
    case Step::Kind::expect_close:
      return ExpectClose{numbers<std::uint16_t>(value, "code"),
                         text_predicates(act, "reason"),
                         by_of(text(value, "by")),
                         session::parse<session::EndingHow>(text(value, "ending")),
                         text(value, "within")};
    case Step::Kind::expect_refused:
      return ExpectRefused{numbers<int>(value, "status"), where_of(act), text(value, "within")};
    case Step::Kind::expect_silence:
      return ExpectSilence{text(value, "type"),
                           where_of(act),
                           value.is(json::Type::string) ? std::string(value.string()) : text(value, "for")};
    case Step::Kind::wait:
      return Wait{std::string(value.string())};
    case Step::Kind::take:
      return TakeLast{profile::read::takes(whole_step.value, "take")};
    case Step::Kind::repeat:
      return Repeat{static_cast<std::uint64_t>(whole(value, "times", 1)),
                    steps_at({*value.find("steps"), under(act.pointer, "steps")}, number)};
    }
    return Reset{};
  }

  static Send send_of(Value value) {
    Send send;
    profile::Step& said = send.said;
    said.kind = profile::Step::Kind::raw;
    if (value.find("message")) {
      said.kind = profile::Step::Kind::send;
      said.message = text(value, "message");
      for (const auto& [pointer, given] : members(value.find("set"))) {
        said.set.emplace_back(pointer, given.text());
      }
      said.drop = json::read::texts(value, "drop");
    } else if (value.find("json")) {
      send.body = Send::Body::json;
      said.text = json_text(value, "json");
    } else if (value.find("text")) {
      send.body = truth(value, "verbatim").value_or(false) ? Send::Body::bytes : Send::Body::text;
      said.text = text(value, "text");
    } else {
      send.body = Send::Body::bytes;
      said.text = base64_decode(text(value, "base64")).value_or("");
    }
    said.binary = truth(value, "binary").value_or(value.find("base64").has_value());
    said.pretty = json::read::flag(value, "pretty");
    said.fragments = static_cast<unsigned>(whole(value, "fragments", 1));
    said.times = static_cast<unsigned>(whole(value, "times", 1));
    return send;
  }

  Expect expect_of(const At& act) {
    Expect expect;
    if (act.value.is(json::Type::string)) {
      expect.type = act.value.string();
      return expect;
    }
    expect.type = text(act.value, "type");
    expect.where = where_of(act);
    for (Predicate& predicate : text_predicates(act, "text")) {
      expect.where.push_back(std::move(predicate));
    }
    expect.binary = truth(act.value, "binary");
    expect.within = text(act.value, "within");
    if (const auto unrelated = act.value.find("unrelated")) {
      expect.unrelated = unrelated_of(*unrelated);
    }
    expect.takes = profile::read::takes(act.value, "take");
    return expect;
  }

  static std::optional<wire::Side> by_of(std::string_view name) {
    return name.empty() ? std::nullopt : std::optional(name == "client" ? wire::Side::client : wire::Side::server);
  }

  std::vector<Predicate> where_of(const At& act) {
    std::vector<Predicate> found;
    const auto where = act.value.find("where");
    for (const auto& [pointer, condition] : members(where)) {
      add_predicates({condition, ""}, std::string(pointer), false, found);
    }
    return found;
  }

  std::vector<Predicate> text_predicates(const At& act, std::string_view name) {
    std::vector<Predicate> found;
    if (const auto condition = act.value.find(name)) {
      add_predicates({*condition, ""}, "", true, found);
    }
    return found;
  }

  void add_predicates(const At& condition, const std::string& pointer, bool of_text, std::vector<Predicate>& found) {
    for (const auto& [op, operand] : operators_of(condition)) {
      Predicate made;
      made.op = op;
      made.pointer = pointer;
      made.of_text = of_text;
      made.value = operand.value.text();
      made.bound = operand.value.number();
      if (op == Predicate::Op::matches) {
        made.value = operand.value.string();
        if (auto pattern = schema::Pattern::compile(made.value)) {
          made.pattern = std::make_shared<const schema::Pattern>(std::move(*pattern));
        }
      } else if (op == Predicate::Op::schema) {
        const auto profile = made_.profile_name.empty() ? nullptr : made_.profile.get();
        made.schema = file_.schema(operand.value, profile).value_or(nullptr);
      }
      found.push_back(std::move(made));
    }
  }

  File& file_;
  const Part& part_;
  Check made_;
};

}  // namespace

std::vector<Check> build(File& file, const std::string& path) {
  std::vector<Check> made;
  for (const Part& part : file.parts()) {
    made.push_back(Builder(file, part, path).build());
  }
  return made;
}

}  // namespace whydrop::check
