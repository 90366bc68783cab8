#include "replay/edit.hpp"

#include "base/text.hpp"
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
  edit.whole = edit.pointer.empty();
  if (!edit.whole && edit.pointer.front() != '/') {
    return wrong(text, fmt::format("{} is no JSON Pointer: it begins with /", escape_for_terminal(edit.pointer)));
  }
  const std::string_view value = rest.substr(sign + 1);
  edit.value = edit.whole ? std::string(value) : json::value_or_string(value);
  return edit;
}

bool Edits::skips(std::uint64_t seq) const {
  return std::any_of(edits_.begin(), edits_.end(), [seq](const Edit& edit) { return edit.seq == seq && edit.skip; });
}

bool Edits::replaces(std::uint64_t seq) const {
  return std::any_of(edits_.begin(), edits_.end(), [seq](const Edit& edit) { return edit.seq == seq && edit.whole; });
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

Result<bool> Edits::apply(std::uint64_t seq, std::string& payload) const {
  bool changed = false;
  for (const Edit& edit : edits_) {
    if (edit.seq != seq || edit.skip) {
      continue;
    }
    changed = true;
    if (edit.whole) {
      payload = edit.value;
      continue;
    }
    auto edited = json::with(payload, edit.pointer, edit.value);
    if (!edited) {
      return fail(ErrorKind::usage,
                  fmt::format("edit {}:{}: {}", seq, edit.pointer, edited.error().message),
                  edited.error().hint);
    }
    if (!replace_in_place(payload, edit)) {
      payload = std::move(*edited);
    }
  }
  return changed;
}

}  // namespace whydrop::replay
