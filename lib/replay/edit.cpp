#include "replay/edit.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "replay/scalars.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

tl::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage,
              fmt::format("edit {}: {}", escape_for_terminal(text), why),
              "SEQ:/pointer=VALUE sets a value, SEQ:=TEXT the whole message, as in 14:/queueId=other");
}

}  // namespace

Result<Edit> parse_edit(std::string_view text) {
  Edit edit;
  const auto number = std::from_chars(text.data(), text.data() + text.size(), edit.seq);
  std::string_view rest = text.substr(static_cast<std::size_t>(number.ptr - text.data()));
  if (number.ec != std::errc() || edit.seq == 0 || rest.empty() || rest.front() != ':') {
    return wrong(text, "it does not begin with the number of an event and a colon");
  }
  rest.remove_prefix(1);
  const std::size_t sign = rest.find('=');
  if (sign == std::string_view::npos) {
    return wrong(text, "no = in it");
  }
  edit.pointer = rest.substr(0, sign);
  edit.kind = edit.pointer.empty() ? Edit::Kind::whole : Edit::Kind::set;
  if (!edit.pointer.empty() && edit.pointer.front() != '/') {
    return wrong(text, fmt::format("{} is no JSON Pointer: it begins with /", escape_for_terminal(edit.pointer)));
  }
  const std::string_view value = rest.substr(sign + 1);
  edit.value = edit.pointer.empty() ? std::string(value) : json::value_or_string(value);
  return edit;
}

bool Edits::has(std::uint64_t seq, Edit::Kind kind) const {
  return std::any_of(
      edits_.begin(), edits_.end(), [&](const Edit& edit) { return edit.seq == seq && edit.kind == kind; });
}

namespace {

/// Where a scalar stands there, the rest stays as it was written: blanks may be what a server drops for.
bool replace_in_place(std::string& payload, const Edit& edit) {
  for (Scalars scalars(payload); scalars.next();) {
    if (!scalars.is_far() && scalars.pointer() == edit.pointer) {
      payload.replace(scalars.at(), scalars.raw().size(), edit.value);
      return true;
    }
  }
  return false;
}

}  // namespace

namespace {

Result<void> apply_one(const Edit& edit, std::string& payload) {
  switch (edit.kind) {
  case Edit::Kind::whole:
    payload = edit.value;
    return {};
  case Edit::Kind::compact: {
    json::Json json;
    payload = json.parse(payload) ? payload : json.root().text();
    return {};
  }
  case Edit::Kind::text:
  case Edit::Kind::skip:
    return {};
  case Edit::Kind::set:
  case Edit::Kind::remove:
    break;
  }
  const bool set = edit.kind == Edit::Kind::set;
  auto edited = set ? json::with(payload, edit.pointer, edit.value) : json::without(payload, edit.pointer);
  if (!edited) {
    return fail(ErrorKind::usage,
                fmt::format("edit {}:{}: {}", edit.seq, edit.pointer, edited.error().message),
                edited.error().hint);
  }
  if (!set || !replace_in_place(payload, edit)) {
    payload = std::move(*edited);
  }
  return {};
}

}  // namespace

Result<bool> Edits::apply(std::uint64_t seq, std::string& payload) const {
  bool changed = false;
  for (const Edit& edit : edits_) {
    if (edit.seq == seq && edit.kind != Edit::Kind::skip) {
      changed = true;
      WHYDROP_TRY(apply_one(edit, payload));
    }
  }
  return changed;
}

}  // namespace whydrop::replay
