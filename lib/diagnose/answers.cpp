#include "diagnose/answers.hpp"

#include "base/text.hpp"
#include "diagnose/markup.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

namespace whydrop::diagnose {
namespace {

constexpr std::size_t kQuoted = 120;

// ---- JSON -----------------------------------------------------------------------------------------------------------

std::string text_member(json::Value object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const auto value = object.find(name);
    if (value && value->is(json::Type::string) && !value->string().empty()) {
      return std::string(value->string());
    }
  }
  return {};
}

std::string error_of(json::Value value, int depth);

/// What stands one step further in: {"error":{"message":…}}, {"errors":[{"message":…}]}, {"detail":[{"msg":…}]}.
std::string error_within(json::Value object, int depth) {
  for (const std::string_view name : {"error", "errors", "detail", "details"}) {
    if (const auto inner = object.find(name); inner && !inner->is(json::Type::string)) {
      if (std::string words = error_of(*inner, depth); !words.empty()) {
        return words;
      }
    }
  }
  return {};
}

/// The error that a JSON value tells, by the names that OAuth (RFC 6749), problem details (RFC 9457) and common
/// frameworks use; empty if it tells none.
std::string error_of(json::Value value, int depth) {
  if (value.is(json::Type::string)) {
    return std::string(value.string());
  }
  if (value.is(json::Type::array)) {
    return value.size() == 0 || depth == 0 ? "" : error_of(value.item(0), depth - 1);
  }
  if (!value.is(json::Type::object)) {
    return {};
  }
  const std::string code = text_member(value, {"error", "code", "error_code", "errorCode"});
  const std::string says =
      text_member(value, {"error_description", "message", "detail", "description", "reason", "msg", "title"});
  if (code.empty() && says.empty()) {
    return depth == 0 ? "" : error_within(value, depth - 1);
  }
  return code.empty() || says.empty() ? code + says : code + ": " + says;
}

std::string json_says(std::string_view body) {
  json::Json document;
  const bool begins = !body.empty() && (body.front() == '{' || body.front() == '[' || body.front() == '"');
  return !begins || document.parse(body) ? "" : error_of(document.root(), 2);
}

// ---- HTML -----------------------------------------------------------------------------------------------------------

/// Where `words` stand in `text` from `from` on, but for the case of ASCII letters.
std::size_t find_words(std::string_view text, std::string_view words, std::size_t from) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  const auto* found = std::search(text.data() + from, text.data() + text.size(), words.begin(), words.end(), same);
  return found == text.data() + text.size() ? std::string_view::npos : static_cast<std::size_t>(found - text.data());
}

/// The text of the first element of that name.
std::string element(std::string_view html, std::string_view name) {
  const std::string open = fmt::format("<{}", name), close = fmt::format("</{}", name);
  for (std::size_t at = find_words(html, open, 0); at != std::string_view::npos; at = find_words(html, open, at + 1)) {
    const std::size_t after = at + open.size();
    const std::size_t begin = html.find('>', after);
    const bool whole_name = after < html.size() && std::isalnum(static_cast<unsigned char>(html[after])) == 0;
    if (whole_name && begin != std::string_view::npos) {
      return text_of_markup(html.substr(begin + 1, std::min(find_words(html, close, begin), html.size()) - begin - 1));
    }
  }
  return {};
}

bool is_html(const session::Response& response) {
  const std::string_view body = response.body;
  return contains_caseless(header_of(response, "Content-Type"), "html") ||
         contains_caseless(body.substr(0, 15), "<!doctype html") || contains_caseless(body.substr(0, 5), "<html");
}

// ---- what is more than the status -----------------------------------------------------------------------------------

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : lower_case(text)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return words;
}

/// True if `text` has a word that neither the status line has nor every error page.
bool says_more(std::string_view text, const session::Response& response) {
  auto known = words_of(response.start_line);
  for (const std::string_view word : {"error", "status", "code", "http", "the", "request", "sorry", "oops"}) {
    known.emplace_back(word);
  }
  const auto words = words_of(text);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) == known.end();
  });
}

/// True if each word of `text` is one of `said`, or one that every error page has.
bool adds_nothing(std::string_view said, std::string_view text) {
  session::Response page;
  page.start_line = said;
  return !says_more(text, page);
}

std::string html_says(const session::Response& response) {
  std::string says;
  for (const std::string_view name : {"title", "h1", "p", "pre"}) {
    const std::string text = element(response.body, name);
    const bool more = says_more(text, response) && !adds_nothing(says, text);
    if (more && (says.empty() || name == "h1")) {
      says.append(says.empty() ? "" : "; ").append(text);
    }
  }
  return says;
}

/// The first line of a plain text that has one.
std::string text_says(const session::Response& response) {
  const std::string_view body = trim(response.body);
  const bool plain = !body.empty() && std::none_of(body.begin(), body.end(), [](unsigned char c) {
    return c < ' ' && c != '\n' && c != '\r' && c != '\t';
  });
  return plain && body.front() != '{' && body.front() != '[' ? std::string(trim(body.substr(0, body.find('\n')))) : "";
}

/// A parameter of a challenge, in quotes or not; empty if it has none of that name. RFC 9110 section 11.2.
std::string parameter(std::string_view challenge, std::string_view name) {
  for (std::size_t at = find_words(challenge, name, 0); at != std::string_view::npos;
       at = find_words(challenge, name, at + 1)) {
    const bool begins = at == 0 || challenge[at - 1] == ' ' || challenge[at - 1] == ',';
    std::string_view rest = trim(challenge.substr(at + name.size()));
    if (begins && starts_with(rest, "=")) {
      rest = trim(rest.substr(1));
      const bool in_quotes = starts_with(rest, "\"");
      rest = rest.substr(in_quotes ? 1 : 0);
      return std::string(rest.substr(0, rest.find_first_of(in_quotes ? "\"" : ", ")));
    }
  }
  return {};
}

/// What a challenge such as `Bearer error="invalid_token"` tells of why. RFC 6750 section 3.
std::string challenge_says(const session::Response& response) {
  for (const session::Header& field : response.headers) {
    const std::string code = same_caseless(field.name, "WWW-Authenticate") ? parameter(field.value, "error") : "";
    if (!code.empty()) {
      const std::string says = parameter(field.value, "error_description");
      const std::string scope = says.empty() && code == "insufficient_scope" ? parameter(field.value, "scope") : "";
      return fmt::format("{}{}{}{}{}", code, says.empty() ? "" : ": ", says, scope.empty() ? "" : ": it takes ", scope);
    }
  }
  return {};
}

// ---- known words ----------------------------------------------------------------------------------------------------

struct Phrase {
  std::string_view id, words;
};

/// Words of nginx, Apache, Go, Node, Tomcat, Jetty and Python websockets. The
/// first that stands in the answer counts.
constexpr std::array<Phrase, 17> kPhrases{{
    {"upgrade-needs-tls", "plain HTTP request was sent to HTTPS port"},
    {"upgrade-needs-tls", "speaking plain HTTP to an SSL-enabled server port"},
    {"upgrade-needs-tls", "sent an HTTP request to an HTTPS server"},
    {"upgrade-needs-tls", "combination of host and port requires TLS"},
    {"answer-head-too-large", "header or cookie too large"},
    {"answer-head-too-large", "header is too large"},
    {"answer-head-too-large", "headers are too large"},
    {"answer-head-too-large", "header fields too large"},
    {"answer-head-too-large", "request header too large"},
    {"answer-head-too-large", "request header field exceeds"},
    {"answer-head-too-large", "header field exceeds server limit"},
    {"answer-head-too-large", "URI too long"},
    {"answer-head-too-large", "URI too large"},
    {"answer-head-too-large", "line too long"},
    {"answer-wants-client-certificate", "No required SSL certificate"},
    {"answer-wants-client-certificate", "SSL certificate error"},
    {"answer-wants-client-certificate", "client certificate"},
}};

/// "origin" as what a check of it says, and not as the name for a server behind a proxy.
bool names_origin(const session::Response& response, std::string_view text) {
  const auto words = words_of(text);
  const bool named =
      std::any_of(words.begin(), words.end(), [](const std::string& it) { return it == "origin" || it == "origins"; });
  return (response.status == 400 || response.status == 401 || response.status == 403) && named &&
         !contains_caseless(text, "origin server") && !contains_caseless(text, "origin web server");
}

/// The first frame that an HTTP/2 server sends: SETTINGS on stream 0. RFC 9113 section 3.4.
bool is_http2(std::string_view bytes) {
  return bytes.size() >= 9 && bytes[0] == '\0' && bytes[3] == '\x04' &&
         bytes.substr(5, 4) == std::string_view("\0\0\0\0", 4);
}

/// A TLS alert or handshake record. RFC 8446 section 5.1.
bool is_tls(std::string_view bytes) {
  return bytes.size() >= 2 && (bytes[0] == '\x15' || bytes[0] == '\x16') && bytes[1] == '\x03';
}

std::string_view kind_of_bytes(const session::Response& response) {
  const std::string_view first = response.start_line.empty() ? response.body : response.start_line;
  return is_tls(first) ? "upgrade-needs-tls" : is_http2(response.body) ? "upgrade-http2-only" : "";
}

}  // namespace

std::string answer_says(const session::Response& response) {
  std::string says = header_of(response, "X-WebSocket-Reject-Reason");
  if (says.empty() && response.status != 101) {
    says = json_says(response.body);
    // What is called HTML may hold no tag.
    const bool tags = is_html(response) && response.body.find('<') != std::string::npos;
    says = !says.empty() ? says : tags ? html_says(response) : text_says(response);
  }
  if (!says_more(says, response) || only_asks(says)) {
    const std::string challenge = challenge_says(response);
    says = challenge.empty() ? says : challenge;
  }
  return response.status != 0 && says_more(says, response) ? printable(says, kQuoted) : "";
}

bool only_asks(std::string_view words) {
  static constexpr std::string_view kEmpty[] = {"unauthorized",
                                                "unauthorised",
                                                "authorization",
                                                "authentication",
                                                "authenticate",
                                                "login",
                                                "log",
                                                "in",
                                                "required",
                                                "needed",
                                                "must",
                                                "be",
                                                "please",
                                                "access",
                                                "denied",
                                                "forbidden",
                                                "not",
                                                "allowed",
                                                "permitted",
                                                "authorized",
                                                "you",
                                                "are",
                                                "is",
                                                "do",
                                                "have",
                                                "to",
                                                "for",
                                                "this",
                                                "the",
                                                "a",
                                                "page",
                                                "resource",
                                                "url",
                                                "requested",
                                                "on",
                                                "server",
                                                "view",
                                                "error",
                                                "and",
                                                "or",
                                                "your",
                                                "was",
                                                "request",
                                                "credentials",
                                                "client",
                                                "refused",
                                                "full",
                                                "401",
                                                "403",
                                                "authenticated",
                                                "no",
                                                "message",
                                                "code",
                                                "sorry",
                                                "need",
                                                "rejected"};
  const auto said = words_of(words);
  return std::all_of(said.begin(), said.end(), [](const std::string& word) {
    return std::find(std::begin(kEmpty), std::end(kEmpty), word) != std::end(kEmpty);
  });
}

std::string answer_quote(const session::Response& response) {
  const std::string says = answer_says(response);
  return says.empty() ? "" : fmt::format(": \"{}\"", says);
}

std::string_view answer_kind(const Ledger& ledger) {
  const session::Response& response = ledger.response->fact;
  if (response.status == 0) {
    return kind_of_bytes(response);
  }
  if (response.status < 400) {
    return {};
  }
  const std::string text = fmt::format("{}\n{}\n{}",
                                       response.start_line,
                                       header_of(response, "X-WebSocket-Reject-Reason"),
                                       is_html(response) ? text_of_markup(response.body) : response.body);
  const auto* phrase = std::find_if(
      kPhrases.begin(), kPhrases.end(), [&](const Phrase& it) { return contains_caseless(text, it.words); });
  if (phrase != kPhrases.end()) {
    return phrase->id;
  }
  return response.status == 431 ? "answer-head-too-large" : names_origin(response, text) ? "answer-names-origin" : "";
}

}  // namespace whydrop::diagnose
