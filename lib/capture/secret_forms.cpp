#include "capture/secret_forms.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace whydrop::capture {
namespace {

/// Base64 of `{"`, which every JWT begins with.
constexpr std::string_view kJsonInBase64 = "eyJ";
/// So short, a JWT's parts would hold no JSON object with a member.
constexpr std::size_t kShortestPart = 8;
constexpr std::size_t kShortestRun = 6;
/// Words are not this long.
constexpr std::size_t kLongWord = 24;

constexpr bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
}

/// RFC 9110 section 11.2, token68.
constexpr bool is_token68(char c) {
  return is_base64url(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

template <typename Is>
std::size_t run_length(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}

std::size_t json_run(std::string_view text) {
  return run_length(text, [](char c) { return is_base64url(c) || c == '.' || c == '='; });
}

bool ends_without_case(std::string_view text, std::string_view end) {
  if (text.size() < end.size()) {
    return false;
  }
  text.remove_prefix(text.size() - end.size());
  return std::equal(text.begin(), text.end(), end.begin(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
  });
}

/// Three parts; of a piece that goes on, as many as there are.
bool is_jwt(std::string_view run, bool whole) {
  const std::size_t first = run.find('.');
  if (first == std::string_view::npos) {
    return !whole && run.size() >= kShortestPart;
  }
  const std::size_t second = run.find('.', first + 1);
  const std::size_t payload = std::min(second, run.size()) - first - 1;
  return first >= kShortestPart && (!whole || (second != std::string_view::npos && payload >= 2));
}

/// AppSync: the headers of a grant, in a subprotocol or a parameter.
bool is_behind_header_mark(std::string_view before) {
  return ends_without_case(before, "header-") || ends_without_case(before, "header=");
}

/// What follows "Bearer " is a credential and not prose, as in "Bearer authentication".
bool is_bearer(std::string_view run) {
  const bool random =
      std::any_of(run.begin() + 1, run.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
  return run.size() >= kShortestRun && (random || run.size() >= kLongWord);
}

bool is_basic(std::string_view run) {
  auto decoded = base64_decode(run);
  if (!decoded) {
    decoded = base64url_decode(run);
  }
  return decoded && decoded->find(':') != std::string::npos &&
         std::none_of(decoded->begin(), decoded->end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

struct Form {
  std::size_t at, length;
  const char* name;
};

std::optional<Form> json_form(std::string_view piece, std::size_t at, bool last) {
  if (piece.substr(at, kJsonInBase64.size()) != kJsonInBase64) {
    return std::nullopt;
  }
  const std::string_view before = piece.substr(0, at);
  const bool header = is_behind_header_mark(before);
  if (!header && !before.empty() && is_base64url(before.back())) {
    return std::nullopt;
  }
  const std::size_t length = json_run(piece.substr(at));
  const bool whole = last || at + length < piece.size();
  if (!header && !is_jwt(piece.substr(at, length), whole)) {
    return std::nullopt;
  }
  return Form{at, length, header ? "header" : "jwt"};
}

/// `space`: position of the space behind a scheme.
std::optional<Form> scheme_form(std::string_view piece, std::size_t space, bool last) {
  const std::string_view before = piece.substr(0, space);
  const bool bearer = ends_without_case(before, "bearer"), basic = ends_without_case(before, "basic");
  const std::size_t scheme = bearer ? 6 : 5;
  if ((!bearer && !basic) || (before.size() > scheme && is_base64url(before[before.size() - scheme - 1]))) {
    return std::nullopt;
  }
  const std::size_t at = space + 1;
  const std::size_t length = run_length(piece.substr(at), is_token68);
  const std::string_view run = piece.substr(at, length);
  const bool goes_on = !last && at + length == piece.size();
  // A request line's version may stand behind a parameter of this value.
  if (length == 0 || starts_with(run, "HTTP/") || (bearer ? !is_bearer(run) && !goes_on : !is_basic(run))) {
    return std::nullopt;
  }
  return Form{at, length, bearer ? "bearer" : "basic"};
}

constexpr std::size_t kFormLanes = 16;
using FormLanes [[gnu::vector_size(kFormLanes)]] = unsigned char;

/// True if a form may begin at one of the lanes of `at`: see next_mark(). Reads a byte behind them.
bool has_mark(const char* at) {
  FormLanes here{}, next{};
  std::memcpy(&here, at, kFormLanes);
  std::memcpy(&next, at + 1, kFormLanes);
  const FormLanes marks =
      FormLanes(here == 'J') | (FormLanes(next == ' ') & (FormLanes(here == 'r') | FormLanes(here == 'c')));
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), &marks, kFormLanes);
  return (words[0] | words[1]) != 0;
}

/// Where the next form may begin at or behind `at`: at the J of eyJ, or at the r or c before a space. The end if at no
/// place.
std::size_t next_mark(std::string_view text, std::size_t at) {
  const auto is_mark = [&](std::size_t i) {
    return text[i] == 'J' || (i + 1 < text.size() && text[i + 1] == ' ' && (text[i] == 'r' || text[i] == 'c'));
  };
  while (at + kFormLanes < text.size() && !has_mark(text.data() + at)) {
    at += kFormLanes;
  }
  // The rest is looked at with what stands before it.
  if (at + kFormLanes >= text.size() && text.size() > kFormLanes && at < text.size() &&
      !has_mark(text.data() + text.size() - kFormLanes - 1)) {
    at = text.size() - 1;
  }
  while (at < text.size() && !is_mark(at)) {
    ++at;
  }
  return at;
}

}  // namespace

void FormScanner::scan(std::string_view piece, bool last, std::vector<Found>& found, const OnValue& on_value) {
  std::size_t at = 0;
  if (inside_) {
    at = run_length(piece, is_token68);
    if (at > 0) {
      found.push_back({0, at, "jwt"});
    }
    inside_ = at == piece.size() && !last;
  }
  while ((at = next_mark(piece, at)) < piece.size()) {
    const auto form =
        piece[at] == 'J' ? (at < 2 ? std::nullopt : json_form(piece, at - 2, last)) : scheme_form(piece, at + 1, last);
    if (!form) {
      ++at;
      continue;
    }
    found.push_back({form->at, form->length, form->name});
    at = form->at + form->length;
    inside_ = at == piece.size() && !last;
    if (!inside_) {
      on_value(form->name, piece.substr(form->at, form->length));
    }
  }
}

}  // namespace whydrop::capture
