#include "profile/bindings.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "profile/template.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

namespace {

// As large as a message may be.
constexpr std::size_t kMaxFilled = 64U << 20;

constexpr std::array<std::string_view, 6> kOrigins{
    "default", "made by whydrop", "store", "environment", "reply", "given"};

bool fits_host(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return is_unreserved(c) || c == ':' || c == '[' || c == ']'; });
}

/// True while what was written of a URL has not left its host.
bool in_host(std::string_view written) {
  const std::size_t scheme = written.find("://");
  return scheme == std::string_view::npos || written.find_first_of("/?#", scheme + 3) == std::string_view::npos;
}

/// What `json` says as plain text: the content of a string, any other value as it is written.
std::string plain(const std::string& json) {
  if (json.empty() || json.front() != '"') {
    return json;
  }
  json::Json parsed;
  return parsed.parse(json) ? json : std::string(parsed.root().string());
}

/// Seconds of "$epoch", "$epoch+5", "$epoch-5" from now; null for anything else.
std::optional<std::int64_t> epoch_offset(std::string_view name) {
  constexpr std::string_view kName = "$epoch";
  if (name.substr(0, kName.size()) != kName) {
    return std::nullopt;
  }
  name.remove_prefix(kName.size());
  if (name.empty()) {
    return 0;
  }
  const bool minus = name.front() == '-';
  if (!minus && name.front() != '+') {
    return std::nullopt;
  }
  std::int32_t seconds = 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), seconds);
  if (error != std::errc() || end != name.data() + name.size() || seconds < 0) {
    return std::nullopt;
  }
  return minus ? -std::int64_t{seconds} : std::int64_t{seconds};
}

constexpr std::string_view kEnvironment = "$env:";

/// N of "$letters:N", at most a million; null for anything else.
std::optional<std::uint32_t> letters(std::string_view name) {
  constexpr std::string_view kName = "$letters:";
  constexpr std::uint32_t kMost = 1'000'000;
  if (name.substr(0, kName.size()) != kName) {
    return std::nullopt;
  }
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(name.data() + kName.size(), name.data() + name.size(), count);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole && count <= kMost ? std::optional(count) : std::nullopt;
}

/// The value if it is written as JSON writes a number.
std::optional<std::string> as_number(std::optional<std::string> value) {
  json::Json parsed;
  return value && !parsed.parse(*value) && parsed.root().is(json::Type::number) ? std::move(value) : std::nullopt;
}

std::vector<std::string_view> names_of(const std::vector<Variable>& variables) {
  std::vector<std::string_view> names;
  for (const Variable& variable : variables) {
    names.emplace_back(variable.name);
  }
  return names;
}

bool takes(const std::vector<Take>& rows, std::string_view variable) {
  return std::any_of(rows.begin(), rows.end(), [&](const Take& row) { return row.variable == variable; });
}

/// The command that makes the call whose reply gives `variable`; empty if there is none.
std::string giver(const Profile& profile, std::string_view variable) {
  const auto call = std::find_if(
      profile.calls.begin(), profile.calls.end(), [&](const Call& row) { return takes(row.takes, variable); });
  if (call == profile.calls.end()) {
    return {};
  }
  return fmt::format(
      "whydrop {} --profile {}", call->name == profile.token_call ? "token get" : "session create", profile.name);
}

/// The server's message that gives `variable`; null if there is none.
const MessageType* teller(const Profile& profile, std::string_view variable) {
  const auto message = std::find_if(profile.messages.begin(), profile.messages.end(), [&](const MessageType& row) {
    return takes(row.takes, variable);
  });
  return message == profile.messages.end() ? nullptr : &*message;
}

std::string way_to_set(const Profile& profile, const Variable& variable) {
  const std::string by_hand = variable.secret ? fmt::format("--var {}=@FILE, or set {}", variable.name, variable.env)
                                              : fmt::format("--var {}=VALUE, or set {}", variable.name, variable.env);
  const std::string command = giver(profile, variable.name);
  if (!command.empty()) {
    return fmt::format("{} gets it; or give {}", command, by_hand);
  }
  if (const MessageType* message = teller(profile, variable.name)) {
    return fmt::format("the {}'s message {} tells it; or give {}",
                       message->side == Side::server ? "server" : "client",
                       message->name,
                       by_hand);
  }
  return "give " + by_hand;
}

}  // namespace

std::string_view name(Origin origin) {
  return kOrigins[static_cast<std::size_t>(origin)];
}

/// How the pieces of one kind of template are joined.
struct Bindings::Filler {
  const Bindings& bindings;
  const Extra& extra;

  /// The plain text behind a placeholder.
  Result<std::string> text_of(const std::string& placeholder) const {
    if (auto made = bindings.made(placeholder, extra)) {
      return plain(*made);
    }
    if (starts_with(placeholder, kEnvironment) && extra) {
      const std::string name = placeholder.substr(kEnvironment.size());
      const std::string shown = escape_for_terminal(name);
      return fail(ErrorKind::usage,
                  fmt::format("environment variable {}: it is not set, or not to be read", shown),
                  fmt::format("--env {} lets checks read it", shown));
    }
    if (const auto variable = number_of(placeholder)) {
      const auto value = bindings.get(*variable);
      return value ? fail(ErrorKind::usage, fmt::format("variable {}: its value is no JSON number", *variable))
                   : tl::unexpected(bindings.unset_error(std::string(*variable)));
    }
    if (placeholder.front() == '$') {
      return fail(ErrorKind::usage, fmt::format("template: {{{}}} is not known here", placeholder));
    }
    auto value = bindings.get(placeholder);
    if (!value) {
      return tl::unexpected(bindings.unset_error(placeholder));
    }
    return std::move(*value);
  }

  static Result<void> limited(std::size_t size) {
    return size > kMaxFilled ? fail(ErrorKind::usage, "template: its values make it longer than 64 MiB")
                             : Result<void>();
  }

  /// Adds the pieces of a template to `out`; `put` adds what stands for a placeholder, or says why it cannot.
  template <typename Put>
  Result<std::string> joined(const std::vector<Piece>& pieces, std::string out, const Put& put) const {
    for (const Piece& piece : pieces) {
      if (!piece.name) {
        out += piece.text;
        continue;
      }
      const auto value = text_of(piece.text);
      if (!value) {
        return value;
      }
      if (const Result<void> fits = put(piece.text, *value, out); !fits) {
        return tl::unexpected<Error>(fits.error());
      }
      if (const Result<void> short_enough = limited(out.size()); !short_enough) {
        return tl::unexpected<Error>(short_enough.error());
      }
    }
    return out;
  }

  Result<std::string> text(std::string_view given) const {
    return joined(pieces_of(given), "", [](const std::string&, const std::string& value, std::string& out) {
      out += value;
      return Result<void>();
    });
  }

  Result<std::string> url(std::string_view given) const {
    return joined(
        pieces_of(given), "", [](const std::string& name, const std::string& value, std::string& out) -> Result<void> {
          if (in_host(out) && !out.empty() && !fits_host(value)) {
            return fail(
                ErrorKind::usage,
                fmt::format("variable {}: '{}' cannot stand in a host's name", name, escape_for_terminal(value)));
          }
          out += in_host(out) ? value : percent_encoded(value, is_unreserved);
          return {};
        });
  }

  /// `inner`: a string literal's content, escapes as they are.
  Result<std::string> literal(std::string_view inner) const {
    const std::vector<Piece> pieces = pieces_of(inner);
    if (pieces.size() == 1 && pieces[0].name) {
      if (auto made = bindings.made(pieces[0].text, extra)) {
        return std::move(*made);
      }
    }
    return joined(pieces,
                  "\"",
                  [](const std::string&, const std::string& value, std::string& out) {
                    const std::string quoted = json::quote(value);
                    out.append(quoted, 1, quoted.size() - 2);
                    return Result<void>();
                  })
        .map([](std::string&& out) { return std::move(out) + "\""; });
  }

  Result<std::string> json(std::string_view given) const {
    std::string out;
    std::size_t at = 0;
    for (Literal found = next_literal(given, at); found.begin != std::string_view::npos;
         found = next_literal(given, at)) {
      out += given.substr(at, found.begin - at);
      const auto filled = literal(given.substr(found.begin + 1, found.end - found.begin - 2));
      if (!filled) {
        return filled;
      }
      out += *filled;
      if (auto fit = limited(out.size()); !fit) {
        return tl::unexpected(std::move(fit.error()));
      }
      at = found.end;
    }
    out += given.substr(std::min(at, given.size()));
    return out;
  }
};

Bindings::Bindings(const Profile& profile, Outside outside) : profile_(profile), outside_(std::move(outside)) {}

Result<void> Bindings::set(const std::string& variable, std::string value, Origin origin) {
  const Variable* row = profile_.variable(variable);
  if (row == nullptr) {
    const auto names = names_of(profile_.variables);
    const auto near = nearest(variable, names);
    return fail(ErrorKind::usage,
                fmt::format("profile {}: it has no variable '{}'", profile_.name, escape_for_terminal(variable)),
                near            ? fmt::format("did you mean {}?", *near)
                : names.empty() ? std::string()
                                : fmt::format("its variables are {}", fmt::join(names, ", ")));
  }
  const auto& choices = row->choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    return fail(ErrorKind::usage,
                fmt::format("variable {}: '{}' is none of its values", variable, escape_for_terminal(value)),
                fmt::format("it takes {}", fmt::join(choices, ", ")));
  }
  const auto present = values_.find(variable);
  if (present == values_.end() || present->second.origin <= origin) {
    keep(*row, std::move(value), origin);
  }
  return {};
}

void Bindings::keep(const Variable& variable, std::string value, Origin origin) const {
  Value& kept = values_[variable.name];
  kept = {std::move(value), origin};
  if (variable.secret && on_secret_ && !kept.text.empty()) {
    on_secret_(variable.name, kept.text);
  }
}

std::optional<std::string> Bindings::get(std::string_view variable) const {
  return value_of(variable, 0);
}

std::optional<std::string> Bindings::value_of(std::string_view variable, unsigned depth) const {
  const auto present = values_.find(variable);
  if (present != values_.end()) {
    return present->second.text;
  }
  const Variable* row = profile_.variable(variable);
  if (row == nullptr || depth == kMaxDefaultDepth) {
    return std::nullopt;
  }
  if (row->generate == "uuid" && outside_.uuid) {
    keep(*row, outside_.uuid(), Origin::generated);
    return values_.find(variable)->second.text;
  }
  if (!row->fallback) {
    return std::nullopt;
  }
  std::string out;
  for (const Piece& piece : pieces_of(*row->fallback)) {
    auto value = piece.name ? value_of(piece.text, depth + 1) : std::optional(piece.text);
    if (!value || out.size() > kMaxFilled) {
      return std::nullopt;
    }
    out += *value;
  }
  return out;
}

std::optional<Origin> Bindings::origin(std::string_view variable) const {
  const auto present = values_.find(variable);
  if (present != values_.end()) {
    return present->second.origin;
  }
  return get(variable) ? std::optional(values_.count(variable) != 0 ? Origin::generated : Origin::fallback)
                       : std::nullopt;
}

std::vector<std::string> Bindings::unset(std::string_view text) const {
  std::vector<std::string> names = placeholders_of(text);
  names.erase(std::remove_if(names.begin(),
                             names.end(),
                             [this](const std::string& name) { return name.front() == '$' || get(name).has_value(); }),
              names.end());
  return names;
}

Error Bindings::unset_error(const std::string& variable) const {
  const Variable* row = profile_.variable(variable);
  if (row == nullptr) {
    return {
        ErrorKind::usage,
        fmt::format("{{{}}}: profile {} has no variable of this name", escape_for_terminal(variable), profile_.name),
        "a brace that stands for itself is written twice: {{"};
  }
  // A default that cannot be filled lacks another variable: that one is to be given.
  if (row->fallback) {
    for (const std::string& needed : unset(*row->fallback)) {
      if (needed != variable && profile_.variable(needed) != nullptr && !profile_.variable(needed)->fallback) {
        return unset_error(needed);
      }
    }
  }
  return {
      ErrorKind::usage, fmt::format("variable {} is not set: {}", variable, row->about), way_to_set(profile_, *row)};
}

std::optional<std::string> Bindings::made(std::string_view name, const Extra& extra) const {
  if (extra) {
    if (auto value = extra(name)) {
      return value;
    }
  }
  if (name == "$uuid" && outside_.uuid) {
    return json::quote(outside_.uuid());
  }
  if (name == "$now" && outside_.now_ns) {
    return json::quote(format_rfc3339(outside_.now_ns()));
  }
  if (const auto offset = epoch_offset(name); offset && outside_.now_ns) {
    return fmt::format("{}", outside_.now_ns() / kSecond + *offset);
  }
  if (const auto variable = number_of(name)) {
    return as_number(get(*variable));
  }
  if (const auto count = letters(name)) {
    return json::quote(std::string(*count, 'x'));
  }
  return std::nullopt;
}

Result<std::string> Bindings::fill_url(std::string_view text) const {
  return Filler{*this, {}}.url(text);
}

Result<std::string> Bindings::fill_url(std::string_view text, const Extra& extra) const {
  return Filler{*this, extra}.url(text);
}

Result<std::string> Bindings::fill_text(std::string_view text) const {
  return Filler{*this, {}}.text(text);
}

Result<std::string> Bindings::fill_text(std::string_view text, const Extra& extra) const {
  return Filler{*this, extra}.text(text);
}

Result<std::string> Bindings::fill_json(std::string_view text) const {
  return Filler{*this, {}}.json(text);
}

Result<std::string> Bindings::fill_json(std::string_view text, const Extra& extra) const {
  return Filler{*this, extra}.json(text);
}

namespace {

/// A sentence in the making. Parentheses in which none of the values is known are left out, with the blank before them.
class Sentence {
 public:
  void add_text(std::string_view text) {
    for (const char c : text) {
      if (c == '(') {
        open_ = out_.size();
        known_ = unknown_ = 0;
      }
      out_ += c;
      if (c == ')' && open_ != std::string::npos) {
        close();
      }
    }
  }
  void add_value(std::string_view value) {
    out_ += value;
    ++known_;
  }
  void add_unknown() {
    out_ += '?';
    ++unknown_;
  }
  std::string take() { return std::move(out_); }

 private:
  void close() {
    if (unknown_ > 0 && known_ == 0) {
      out_.resize(open_ > 0 && out_[open_ - 1] == ' ' ? open_ - 1 : open_);
    }
    open_ = std::string::npos;
  }

  std::string out_;
  std::size_t open_ = std::string::npos;  ///< where the parenthesis stands that is not closed yet
  std::size_t known_ = 0, unknown_ = 0;   ///< values in it
};

}  // namespace

std::string Bindings::fill_words(std::string_view says, const Extra& extra) const {
  Sentence sentence;
  for (const Piece& piece : pieces_of(says)) {
    if (!piece.name) {
      sentence.add_text(piece.text);
      continue;
    }
    const Variable* variable = profile_.variable(piece.text);
    if (variable != nullptr && variable->secret) {
      sentence.add_value("(secret)");
    } else if (const auto value = Filler{*this, extra}.text_of(piece.text)) {
      sentence.add_value(*value);
    } else {
      sentence.add_unknown();
    }
  }
  return sentence.take();
}

void Bindings::take(const std::vector<Take>& takes, json::Value reply) {
  for (const Take& row : takes) {
    const auto found = reply.at(row.pointer);
    if (found && !found->is(json::Type::null)) {
      const std::string value = json::plain_text(*found);
      // A reply may name what is none of the choices; then the value stays as it was.
      (void)set(row.variable, value, Origin::reply);
      const Variable* variable = profile_.variable(row.variable);
      const auto kept = values_.find(row.variable);
      const bool stayed = kept == values_.end() || kept->second.text != value;
      if (stayed && variable != nullptr && variable->secret && on_secret_ && !value.empty()) {
        on_secret_(row.variable, value);
      }
    }
  }
}

std::vector<std::pair<std::string, std::string>> Bindings::secrets() const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const Variable& variable : profile_.variables) {
    if (variable.secret) {
      if (auto value = get(variable.name); value && !value->empty()) {
        found.emplace_back(variable.name, std::move(*value));
      }
    }
  }
  return found;
}

void Bindings::on_secret(std::function<void(const std::string& variable, const std::string& value)> handler) {
  on_secret_ = std::move(handler);
}

}  // namespace whydrop::profile
