#include "check/from_recording.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "check/layout.hpp"
#include "json/json.hpp"
#include "json/object_text.hpp"
#include "profile/template.hpp"
#include "replay/message_key.hpp"
#include "replay/scalars.hpp"
#include "replay/server_values.hpp"
#include "schema/mistakes.hpp"
#include "session/spans.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

namespace whydrop::check {

namespace {

using json::quote;
using json::Value;
using replay::Scalars;
using session::RedactSpan;
using wire::Side;

constexpr std::size_t kLongestTelling = 60, kMostTelling = 3, kMostChanges = 4;
constexpr std::array<session::EndingHow, 10> kAwaitable{session::EndingHow::fin,
                                                        session::EndingHow::fin_mid_frame,
                                                        session::EndingHow::reset,
                                                        session::EndingHow::tls_close_notify,
                                                        session::EndingHow::tls_truncated,
                                                        session::EndingHow::tls_error,
                                                        session::EndingHow::timed_out,
                                                        session::EndingHow::ping_timeout,
                                                        session::EndingHow::idle_timeout,
                                                        session::EndingHow::close_timeout};

/// A text as a template that gives it: braces are doubled where they would mean something.
std::string as_template(std::string_view text) {
  const auto pieces = profile::pieces_of(text);
  if (pieces.empty() || (pieces.size() == 1 && !pieces[0].name && pieces[0].text == text)) {
    return std::string(text);
  }
  std::string out;
  for (const char c : text) {
    out.append(c == '{' || c == '}' ? 2 : 1, c);
  }
  return out;
}

/// A name as a variable's: small letters, digits and underscores.
std::string variable_name(std::string_view given) {
  std::string out;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char c = given[i];
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && i > 0 && given[i - 1] >= 'a' && given[i - 1] <= 'z') {
      out += '_';
    }
    const std::string small = lower_case(std::string_view(&c, 1));
    const bool fits = (small[0] >= 'a' && small[0] <= 'z') || (c >= '0' && c <= '9');
    out += fits ? small[0] : '_';
  }
  const bool begins = !out.empty() && out[0] >= 'a' && out[0] <= 'z';
  return begins ? out : "value_" + out;
}

/// So many times as long, in whole seconds: "12s". Right for any time that a capture may hold.
std::string seconds(std::int64_t ns, std::int64_t times) {
  return fmt::format("{}s", ns / kSecond * times + ns % kSecond * times / kSecond);
}

/// Writes the check that a recording is.
class Scribe {
 public:
  Scribe(const replay::Plan& plan,
         const profile::Profile* profile,
         const capture::CaptureHeader& header,
         std::string other_url)
      : plan_(plan), profile_(profile), header_(header), keys_(profile), other_url_(std::move(other_url)) {
    name_links();
  }

  void take(const replay::Entry& entry) {
    std::visit(overloaded{[](const replay::Called&) {},
                          [this](const replay::Began& began) { begin(began); },
                          [](const replay::Opened&) {},
                          [this](const replay::Act& act) { acted(act); },
                          [this](const replay::Heard& heard) { listen(heard); },
                          [this](const replay::Over& over) { end(over); }},
               entry);
  }

  std::string text() const {
    json::ObjectText file;
    file.raw("whydrop_check", "1");
    file.text("name", "the recorded session of " + (profile_ ? profile_->name : host()));
    file.text("about", about());
    file.raw("target", target());
    if (plan_.duration_ns > kLongSession) {
      file.text("timeout", seconds(plan_.duration_ns, 3));
    }
    std::string steps;
    for (const std::string& step : steps_) {
      steps += (steps.empty() ? "" : ",") + step;
    }
    file.raw("steps", "[" + steps + "]");
    json::Json document;
    (void)document.parse(file.str());
    return laid_out(document.root()) + "\n";
  }

 private:
  using Back = std::map<std::pair<std::string, std::string>, std::string>;
  static constexpr std::int64_t kLongSession = 20 * kSecond, kLongWait = 5 * kSecond;

  // ---- variables

  /// Each value that came back gets a variable: the profile's own, or one that is named after its place.
  void name_links() {
    for (const replay::Link& link : plan_.links) {
      if (!link.variable.empty()) {
        back_[{link.client_key, link.client_pointer}] = declared_name(link.variable, false, {});
        continue;
      }
      const std::string known = taken_by_profile(link.server_key, link.server_pointer);
      std::string& name = takes_[{link.server_key, link.server_pointer}];
      if (name.empty()) {
        name = known.empty() ? unique(variable_name(last_step(link.server_pointer))) : known;
      }
      back_[{link.client_key, link.client_pointer}] = name;
    }
    for (const replay::MaskedPlace& place : plan_.masked) {
      if (taken_by_profile(place.server_key, place.server_pointer).empty()) {
        takes_[{place.server_key, place.server_pointer}] = declared_name(place.variable, true, {});
      }
    }
    for (const replay::Needed& needed : plan_.needed) {
      declared_name(needed.variable, true, needed.place);
    }
  }

  static std::string last_step(std::string_view pointer) {
    return std::string(pointer.substr(std::min(pointer.rfind('/') + 1, pointer.size())));
  }

  std::string unique(const std::string& wanted) {
    std::string name = wanted;
    for (unsigned i = 2; names_.count(name) != 0 || (profile_ != nullptr && profile_->variable(name)); ++i) {
      name = fmt::format("{}_{}", wanted, i);
    }
    names_.insert(name);
    return name;
  }

  /// The profile's variable of this name, or one that the check declares.
  std::string declared_name(const std::string& variable, bool secret, std::string_view place) {
    if (profile_ != nullptr && profile_->variable(variable) != nullptr) {
      return variable;
    }
    std::string& name = declared_[variable];
    if (name.empty()) {
      name = unique(variable_name(variable));
      json::ObjectText members;
      const auto known = std::find_if(
          header_.variables.begin(), header_.variables.end(), [&](const auto& row) { return row.first == variable; });
      if (known != header_.variables.end()) {
        members.text("value", as_template(known->second));
      }
      members.text("env", profile::environment_name(name));
      if (secret) {
        members.raw("secret", "true");
      }
      if (!place.empty()) {
        members.text("about", place);
      }
      variables_.emplace_back(name, members.str());
    }
    return name;
  }

  std::string name_of(const std::string& variable) const {
    const auto known = declared_.find(variable);
    return known == declared_.end() ? variable : known->second;
  }

  std::string taken_by_profile(const std::string& server_key, const std::string& pointer) const {
    const auto* message = profile_ ? profile_->message(Side::server, server_key) : nullptr;
    if (message != nullptr) {
      for (const profile::Take& take : message->takes) {
        if (take.pointer == pointer) {
          return take.variable;
        }
      }
    }
    return {};
  }

  // ---- the target

  std::string host() const {
    const std::string& url = other_url_.empty() ? plan_.url : other_url_;
    const std::size_t begin = std::min(url.find("://"), url.size());
    const std::string rest = url.substr(std::min(begin + 3, url.size()));
    return rest.empty() ? "a server" : rest.substr(0, rest.find_first_of("/?"));
  }

  /// A text with its masked stretches as variables.
  std::string bound(std::string_view text, const std::vector<RedactSpan>& spans, std::size_t offset = 0) const {
    std::string out;
    std::size_t at = 0;
    for (const RedactSpan& span : spans) {
      if (!touches(span, offset, text.size()) || span.at < offset + at) {
        continue;
      }
      const std::size_t begin = span.at - offset;
      out += as_template(text.substr(at, begin - at)) + "{" + name_of(span.variable) + "}";
      at = end_in(span, offset + text.size()) - offset;
    }
    return out + as_template(text.substr(at));
  }

  void begin(const replay::Began& began) {
    url_ = other_url_.empty() ? bound(began.open.url, began.open.redact) : as_template(other_url_);
    static const std::set<std::string> of_the_protocol{"host",
                                                       "upgrade",
                                                       "connection",
                                                       "sec-websocket-key",
                                                       "sec-websocket-version",
                                                       "sec-websocket-protocol",
                                                       "sec-websocket-extensions",
                                                       "user-agent",
                                                       "accept-encoding",
                                                       "accept-language",
                                                       "cache-control",
                                                       "pragma",
                                                       "content-length"};
    for (const session::Header& header : began.request.headers) {
      const bool of_profile =
          profile_ &&
          std::any_of(profile_->socket_headers.begin(), profile_->socket_headers.end(), [&](const profile::Field& row) {
            return lower_case(row.name) == lower_case(header.name);
          });
      if (of_the_protocol.count(lower_case(header.name)) == 0 && !of_profile) {
        headers_.text(header.name, bound(header.value, header.redact));
      }
    }
    if (profile_ != nullptr && plan_.calls > 0 && !profile_->session_calls.empty()) {
      steps_.emplace_back(R"({"session":true})");
    }
  }

  std::string target() const {
    json::ObjectText target;
    json::ObjectText variables;
    for (const auto& [name, value] : variables_) {
      if (is_used(name)) {
        variables.raw(name, value);
      }
    }
    if (profile_ != nullptr) {
      target.text("profile", profile_->name);
      add_given(variables);
    }
    if (has_url()) {
      target.text("url", url_);
    }
    if (headers_.size() > 0) {
      target.raw("headers", headers_.str());
    }
    if (!plan_.subprotocols.empty() && (profile_ == nullptr || profile_->subprotocols != plan_.subprotocols)) {
      std::string tokens;
      for (const std::string& token : plan_.subprotocols) {
        tokens += (tokens.empty() ? "" : ",") + quote(token);
      }
      target.raw("subprotocols", "[" + tokens + "]");
    }
    if (variables.size() > 0) {
      target.raw("variables", variables.str());
    }
    if (profile_ != nullptr && !profile_->opening.empty()) {
      target.raw("opening", "false");
    }
    return target.str();
  }

  /// A profile has a URL of its own.
  bool has_url() const { return profile_ == nullptr || !other_url_.empty(); }

  /// The profile may send itself what the recording says is needed.
  bool is_used(const std::string& name) const {
    const std::string placeholder = "{" + name + "}", number = ":" + name + "}", taken = quote(name) + ":";
    const auto uses = [&](const std::string& text) {
      return text.find(placeholder) != std::string::npos || text.find(number) != std::string::npos ||
             text.find(taken) != std::string::npos;
    };
    return (has_url() && uses(url_)) || uses(headers_.str()) || std::any_of(steps_.begin(), steps_.end(), uses);
  }

  /// What a person gave, but for what the session's calls give anew.
  void add_given(json::ObjectText& variables) const {
    for (const auto& [name, value] : header_.variables) {
      const bool given = std::find(header_.given.begin(), header_.given.end(), name) != header_.given.end();
      if (given && (plan_.calls == 0 || !called_for(name))) {
        variables.text(name, as_template(value));
      }
    }
  }
  /// A call gives it, and neither that one nor one before needs it.
  bool called_for(const std::string& variable) const {
    for (const std::string& name : profile_->session_calls) {
      const profile::Call* call = profile_->call(name);
      if (call == nullptr || uses(*call, variable)) {
        return false;
      }
      if (std::any_of(
              call->takes.begin(), call->takes.end(), [&](const auto& row) { return row.variable == variable; })) {
        return true;
      }
    }
    return false;
  }
  static bool uses(const profile::Call& call, const std::string& variable) {
    std::string templates = call.url + call.json + call.basic_user + call.basic_password;
    for (const auto* fields : {&call.headers, &call.form}) {
      for (const profile::Field& field : *fields) {
        templates += field.value;
      }
    }
    return templates.find("{" + variable + "}") != std::string::npos;
  }

  std::string about() const {
    std::string out = header_.started.empty() ? "Made of a recording." : fmt::format("Recorded {}.", header_.started);
    if (left_out_ > 0) {
      out += fmt::format(" {} cannot be said in a check and {} left out, the first with seq {}.",
                         left_out_ == 1 ? "1 thing that was sent" : fmt::format("{} things that were sent", left_out_),
                         left_out_ == 1 ? "is" : "are",
                         first_left_out_);
    }
    return out + (cut_ ? " The recording stops before the session ends." : "");
  }

  // ---- what was sent

  void leave_out(const replay::Act& act) { first_left_out_ = left_out_++ == 0 ? act.seq : first_left_out_; }

  void acted(const replay::Act& act) {
    last_ns_ = act.t_ns;
    if (!act.unreplayable.empty()) {
      return leave_out(act);
    }
    switch (act.kind) {
    case replay::Act::Kind::text:
      return send_text(act);
    case replay::Act::Kind::binary:
      return add_step("send", fmt::format(R"({{"base64":{}}})", quote(base64_encode(act.payload))));
    case replay::Act::Kind::ping:
      return is_utf8(act.payload) ? add_step("ping", quote(bound(act.payload, act.redact))) : leave_out(act);
    case replay::Act::Kind::close:
      return close(act);
    case replay::Act::Kind::pong:
    case replay::Act::Kind::stray:
      return leave_out(act);
    }
  }

  void add_step(std::string_view name, std::string_view json) {
    steps_.push_back(fmt::format("{{{}:{}}}", quote(name), json));
  }

  void close(const replay::Act& act) {
    closed_ = true;
    const std::uint16_t code = act.close_code.value_or(1000);
    if (code == 1000 && act.payload.empty()) {
      return add_step("close", "true");
    }
    json::ObjectText members;
    members.raw("code", std::to_string(code));
    if (!act.payload.empty() && is_utf8(act.payload)) {
      members.text("reason", bound(act.payload, act.redact));
    }
    add_step("close", members.str());
  }

  bool parse(std::string_view text) { return !json_.parse(text); }
  std::optional<Value> root(bool parsed) const { return parsed ? std::optional(json_.root()) : std::nullopt; }

  void send_text(const replay::Act& act) {
    if (!parse(act.payload)) {
      return add_step("send", fmt::format(R"({{"text":{}}})", quote(bound(act.payload, act.redact))));
    }
    const std::string key = keys_.key_of(Side::client, true, json_.root());
    const std::string body = json_template(act, key);
    const auto* message = profile_ ? profile_->message(Side::client, key) : nullptr;
    const auto changed =
        message != nullptr && !message->example.empty() ? changes(message->example, body) : std::nullopt;
    if (changed) {
      json::ObjectText members;
      members.text("message", key);
      if (changed->set.size() > 0) {
        members.raw("set", changed->set.str());
      }
      if (!changed->drop.empty()) {
        members.raw("drop", "[" + changed->drop + "]");
      }
      return add_step("send", members.str());
    }
    // A text that is not as short as it can be is what some servers do not take: it is sent as it was.
    if (!json::is_compact(act.payload)) {
      return add_step("send", fmt::format(R"({{"text":{}}})", quote(bound(act.payload, act.redact))));
    }
    add_step("send", fmt::format(R"({{"json":{}}})", body));
  }

  /// The message with what is masked and what came from the server as variables.
  std::string json_template(const replay::Act& act, const std::string& key) const {
    std::string out;
    std::size_t at = 0;
    Scalars scalars(act.payload);
    while (scalars.next()) {
      const std::string_view raw = scalars.raw();
      out += act.payload.substr(at, scalars.at() - at);
      at = scalars.at() + raw.size();
      const auto back = back_.find({key, scalars.pointer()});
      const bool masked = std::any_of(act.redact.begin(), act.redact.end(), [&](const RedactSpan& span) {
        return touches(span, scalars.at(), raw.size());
      });
      const std::string number = scalars.is_number() ? number_variable(act, scalars, back) : std::string();
      if (!number.empty()) {
        out += quote("{$number:" + number + "}");
      } else if (masked && scalars.is_string()) {
        out += '"' + bound(raw.substr(1, raw.size() - 2), act.redact, scalars.at() + 1) + '"';
      } else if (back != back_.end() && scalars.is_string()) {
        out += quote("{" + back->second + "}");
      } else {
        out += scalars.is_string() ? quote(as_template(scalars.content())) : std::string(raw);
      }
    }
    return out + act.payload.substr(at);
  }

  /// The variable that stands for a number that is masked, or came from the server; empty: it stays as it is.
  std::string number_variable(const replay::Act& act, const Scalars& scalars, Back::const_iterator back) const {
    const auto masked = std::find_if(act.redact.begin(), act.redact.end(), [&](const RedactSpan& span) {
      return touches(span, scalars.at(), scalars.raw().size());
    });
    return masked != act.redact.end() ? name_of(masked->variable) : back != back_.end() ? back->second : std::string();
  }

  /// How a message differs from its type's example.
  struct Changes {
    json::ObjectText set;
    std::string drop;
    std::size_t count = 0;
  };

  /// Null where they differ too much for it to be told so.
  std::optional<Changes> changes(const std::string& example, const std::string& body) const {
    json::Json before, after;
    if (before.parse(example) || after.parse(body)) {
      return std::nullopt;
    }
    Changes found;
    compare(before.root(), after.root(), "", found);
    return found.count <= kMostChanges ? std::optional(std::move(found)) : std::nullopt;
  }

  void compare(Value before, Value after, const std::string& pointer, Changes& found) const {
    if (json::equal(before, after) || is_made_anew(before, after)) {
      return;
    }
    if (!before.is(json::Type::object) || !after.is(json::Type::object)) {
      ++found.count;
      found.set.raw(pointer, after.text());
      return;
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto [name, value] = before.member(i);
      const std::string below = schema::under(pointer, name);
      if (const auto other = after.find(name)) {
        compare(value, *other, below, found);
      } else {
        ++found.count;
        found.drop += (found.drop.empty() ? "" : ",") + quote(below);
      }
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (const auto [name, value] = after.member(i); !before.find(name)) {
        ++found.count;
        found.set.raw(schema::under(pointer, name), value.text());
      }
    }
  }

  /// The example makes a value of its own each time, and the recorded one was made so too.
  static bool is_made_anew(Value before, Value after) {
    if (!before.is(json::Type::string)) {
      return false;
    }
    const auto pieces = profile::pieces_of(before.string());
    const bool made = pieces.size() == 1 && pieces[0].name && pieces[0].text.front() == '$';
    return made && replay::looks_generated(json::plain_text(after), after.is(json::Type::number));
  }

  // ---- what was heard

  void listen(const replay::Heard& heard) {
    json::ObjectText expect;
    const bool parsed = heard.text && !heard.cut && parse(heard.payload);
    const std::string key = keys_.key_of(Side::server, heard.text, root(parsed));
    const auto* type = profile_ ? profile_->message(Side::server, key) : nullptr;
    const bool typed = type != nullptr;
    if (typed) {
      expect.text("type", key);
    }
    if (!heard.text) {
      expect.raw("binary", "true");
    } else if (!parsed) {
      add_text(heard, expect);
    } else {
      add_where(heard, key, type, expect);
    }
    if (heard.t_ns - last_ns_ > kLongWait) {
      expect.text("within", seconds(heard.t_ns - last_ns_, 2));
    }
    last_ns_ = heard.t_ns;
    add_step("expect", typed && expect.size() == 1 ? quote(key) : expect.str());
  }

  static void add_text(const replay::Heard& heard, json::ObjectText& expect) {
    const bool telling = !heard.cut && heard.redact.empty() && heard.payload.size() <= kLongestTelling &&
                         is_utf8(heard.payload) && !replay::looks_generated(heard.payload, false);
    if (telling) {
      expect.text("text", as_template(heard.payload));
    } else {
      expect.raw("binary", "false");
    }
  }

  void add_where(const replay::Heard& heard,
                 const std::string& key,
                 const profile::MessageType* type,
                 json::ObjectText& expect) {
    json::ObjectText where, take;
    std::size_t told = 0;
    for (Scalars scalars(heard.payload); scalars.next();) {
      const std::string pointer = scalars.pointer();
      const auto taken = takes_.find({key, pointer});
      if (taken != takes_.end()) {
        take.text(taken->second, pointer);
      }
      if (taken != takes_.end() || told == kMostTelling || is_matched(type, pointer)) {
        continue;
      }
      if (const std::string condition = telling(heard, scalars, type != nullptr); !condition.empty()) {
        where.raw(pointer, condition);
        ++told;
      }
    }
    if (where.size() > 0) {
      expect.raw("where", where.str());
    }
    if (take.size() > 0) {
      expect.raw("take", take.str());
    }
  }

  /// The type says it already.
  static bool is_matched(const profile::MessageType* type, std::string_view pointer) {
    return type != nullptr && std::any_of(type->match.begin(), type->match.end(), [&](const profile::Where& row) {
             return row.pointer == pointer;
           });
  }

  /// What to ask of a value: itself where it stays the same, its kind where it does not. Empty: nothing, as its
  /// message's type says enough.
  static std::string telling(const replay::Heard& heard, Scalars& scalars, bool typed) {
    const bool masked = std::any_of(heard.redact.begin(), heard.redact.end(), [&](const RedactSpan& span) {
      return touches(span, scalars.at(), scalars.raw().size());
    });
    const std::string content(scalars.content());
    if (masked) {
      return typed ? "" : R"({"exists":true})";
    }
    if (!scalars.is_string() && !scalars.is_number()) {
      return std::string(scalars.raw());
    }
    const bool stays = content.size() <= kLongestTelling && !replay::looks_generated(content, scalars.is_number());
    if (stays && scalars.is_string()) {
      return quote(as_template(content));
    }
    return typed ? "" : scalars.is_string() ? R"({"type":"string"})" : R"({"type":"number"})";
  }

  // ---- how it ended

  void end(const replay::Over& over) {
    if (closed_) {
      return;
    }
    json::ObjectText members;
    if (over.received) {
      if (over.received->code) {
        members.raw("code", std::to_string(*over.received->code));
      }
      if (!over.received->reason.empty() && is_utf8(over.received->reason) &&
          !replay::looks_generated(over.received->reason, false)) {
        members.text("reason", as_template(over.received->reason));
      }
      members.raw("by", R"("server")");
    } else if (over.ending && std::find(kAwaitable.begin(), kAwaitable.end(), over.ending->how) != kAwaitable.end()) {
      members.text("ending", session::name(over.ending->how));
    } else {
      cut_ = !over.ending || over.ending->how == session::EndingHow::capture_ended;
      return add_step("close", "true");
    }
    if (over.t_ns - last_ns_ > kLongWait) {
      members.text("within", seconds(over.t_ns - last_ns_, 2));
    }
    add_step("expect_close", members.str());
  }

  const replay::Plan& plan_;
  const profile::Profile* profile_;
  const capture::CaptureHeader& header_;
  replay::KeyMaker keys_;
  json::Json json_;
  std::map<std::pair<std::string, std::string>, std::string> takes_;  ///< server's key and pointer: variable
  Back back_;                                                         ///< client's key and pointer: variable
  std::map<std::string, std::string> declared_;  ///< what the recording calls it: what the check calls it
  std::set<std::string> names_;
  std::vector<std::pair<std::string, std::string>> variables_;  ///< that the check declares, with their JSON
  json::ObjectText headers_;
  std::string other_url_, url_;
  std::vector<std::string> steps_;
  std::int64_t last_ns_ = 0;
  std::uint64_t left_out_ = 0, first_left_out_ = 0;
  bool closed_ = false, cut_ = false;
};

}  // namespace

Result<std::string> from_recording(replay::Recording& recording,
                                   const replay::Plan& plan,
                                   const profile::Profile* profile,
                                   const std::string& other_url) {
  if (plan.url.empty() && other_url.empty() && profile == nullptr) {
    return fail(ErrorKind::usage,
                fmt::format("cannot make a check of {}: it does not tell the URL", recording.settings().name),
                "--url ws://HOST:PORT/, or --profile NAME");
  }
  WHYDROP_TRY(recording.rewind());
  Scribe scribe(plan, profile, recording.header(), other_url);
  while (true) {
    auto entry = recording.next();
    WHYDROP_TRY(entry);
    if (!*entry) {
      return scribe.text();
    }
    scribe.take(**entry);
  }
}

}  // namespace whydrop::check
