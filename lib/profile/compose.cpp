#include "profile/compose.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace whydrop::profile {
namespace {

tl::unexpected<Error> unknown_type(const profile::Profile& profile, const std::string& type) {
  std::vector<std::string_view> names;
  for (const profile::MessageType& row : profile.messages) {
    if (row.side == profile::Side::client) {
      names.push_back(row.name);
    }
  }
  const auto near = nearest(type, names);
  return fail(ErrorKind::usage,
              "message " + escape_for_terminal(type) + ": profile " + profile.name + " has none of this type" +
                  (near ? "; did you mean " + std::string(*near) + "?" : ""),
              "whydrop profile show " + profile.name);
}

Result<void> check_pointer(const std::string& verb, std::string_view pointer) {
  if (pointer.empty() || pointer[0] == '/') {
    return {};
  }
  return fail(ErrorKind::usage,
              "cannot " + verb + " " + escape_for_terminal(pointer) + ": a JSON Pointer begins with /",
              "/" + escape_for_terminal(pointer));
}

/// `parent` as JSON without the member or item `step` (unescaped); null where there is none.
std::optional<std::string> container_without(json::Value parent, std::string_view step) {
  const bool object = parent.is(json::Type::object);
  std::string text;
  bool found = false;
  for (std::size_t i = 0; i < parent.size(); ++i) {
    const std::string key = object ? std::string(parent.member(i).first) : std::to_string(i);
    if (key == step) {
      found = true;
      continue;
    }
    text += text.empty() ? "" : ",";
    text += object ? json::quote(key) + ":" + parent.member(i).second.text() : parent.item(i).text();
  }
  return found ? std::optional((object ? "{" : "[") + text + (object ? "}" : "]")) : std::nullopt;
}

std::string unescaped(std::string_view step) {
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size();
    text += !escape ? step[i] : step[++i] == '0' ? '~' : '/';
  }
  return text;
}

Result<std::string> without(const std::string& text, const std::string& pointer) {
  json::Json document;
  const std::size_t slash = pointer.rfind('/');
  const bool read = !document.parse(text) && slash != std::string::npos;
  const auto parent = read ? document.root().at(pointer.substr(0, slash)) : std::nullopt;
  const auto rest = parent ? container_without(*parent, unescaped(pointer.substr(slash + 1))) : std::nullopt;
  return rest ? json::with(text, pointer.substr(0, slash), *rest)
              : fail(ErrorKind::usage, "cannot drop " + pointer + ": nothing stands there");
}

bool comes_with_a_reply(const profile::Profile& profile, const std::string& variable) {
  const auto gives_it = [&variable](const auto& source) {
    return std::any_of(
        source.takes.begin(), source.takes.end(), [&](const profile::Take& take) { return take.variable == variable; });
  };
  return std::any_of(profile.messages.begin(), profile.messages.end(), gives_it) ||
         std::any_of(profile.calls.begin(), profile.calls.end(), gives_it);
}

Result<std::string> shaped(const std::string& text, bool pretty) {
  json::Json document;
  if (const auto fault = document.parse(text)) {
    return fail(ErrorKind::internal, "filled template: not JSON: " + fault->why);
  }
  return pretty ? json::pretty(document.root()) : document.root().text();
}

}  // namespace

Result<profile::Step> message_step(const profile::Profile& profile, const std::string& type) {
  const profile::MessageType* found = profile.message(profile::Side::client, type);
  if (found == nullptr) {
    return unknown_type(profile, type);
  }
  if (found->example.empty()) {
    return fail(ErrorKind::usage,
                "message " + type + ": profile " + profile.name + " has no example of it",
                "send its text as it is");
  }
  profile::Step step;
  step.message = type;
  return step;
}

Result<void> add_set(profile::Step& step, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return fail(ErrorKind::usage, "cannot set " + escape_for_terminal(text) + ": not /POINTER=VALUE", "/text=Hello");
  }
  if (const auto checked = check_pointer("set", text.substr(0, equals)); !checked) {
    return checked;
  }
  step.set.emplace_back(text.substr(0, equals), json::value_or_string(text.substr(equals + 1)));
  return {};
}

Result<void> add_drop(profile::Step& step, const std::string& pointer) {
  if (const auto checked = check_pointer("drop", pointer); !checked) {
    return checked;
  }
  step.drop.push_back(pointer);
  return {};
}

bool awaits_reply(const profile::Bindings& bindings, const profile::Step& step) {
  const auto* type = bindings.profile().message(profile::Side::client, step.message);
  std::string templates = type != nullptr ? type->example : "";
  for (const auto& [pointer, value] : step.set) {
    templates += value;
  }
  const auto unset = bindings.unset(templates);
  return !unset.empty() && std::all_of(unset.begin(), unset.end(), [&](const std::string& variable) {
    return comes_with_a_reply(bindings.profile(), variable);
  });
}

Result<codec::Message> on_wire(const profile::Profile& profile, std::string json, bool binary) {
  const codec::Codec* codec = codec::find_codec(profile.codec);
  if (codec == nullptr) {
    return codec::Message{!binary, std::move(json) + profile.shape.ends_with};
  }
  json::Json document;
  if (const auto fault = document.parse(json)) {
    return fail(ErrorKind::usage, "packet: not JSON: " + fault->why);
  }
  return codec->encode(document.root()).map_error([&](Error error) {
    error.hint = error.hint.empty() ? "whydrop profile show " + profile.name : error.hint;
    return error;
  });
}

Result<codec::Message> compose(const profile::Bindings& bindings,
                               const profile::Step& step,
                               const profile::Bindings::Extra& extra) {
  const profile::MessageType* type = bindings.profile().message(profile::Side::client, step.message);
  if (type == nullptr) {
    return unknown_type(bindings.profile(), step.message);
  }
  Result<std::string> text = type->example;
  for (const auto& row : step.set) {
    text = text.and_then([&](const std::string& so_far) { return json::with(so_far, row.first, row.second); });
  }
  for (const std::string& pointer : step.drop) {
    text = text.and_then([&](const std::string& so_far) { return without(so_far, pointer); });
  }
  return text.and_then([&](const std::string& it) { return bindings.fill_json(it, extra); })
      .and_then([&](const auto& it) { return shaped(it, step.pretty); })
      .and_then([&](std::string it) { return on_wire(bindings.profile(), std::move(it), step.binary); });
}

}  // namespace whydrop::profile
