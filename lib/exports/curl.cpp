#include "base/text.hpp"
#include "exports/exporter.hpp"
#include "exports/left_out.hpp"
#include "handshake/head.hpp"
#include "session/spans.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace whydrop::exports {
namespace {

using namespace session;

/// Any will do, so one stands for a key that was masked: RFC 6455 section 1.3's.
constexpr std::string_view kSampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

/// What a request is made of, until its connection has ended.
struct Asked {
  Open open;
  std::optional<Request> request;
};

/// Masked values, as variables of the shell.
class ShellVariables {
 public:
  /// The name for a value that is masked in `place`: the same one where its name and length are.
  std::string name_for(const RedactSpan& span, std::uint64_t length, const std::string& place) {
    for (const Row& row : rows_) {
      if (row.of == span.variable && row.length == length) {
        return row.name;
      }
    }
    std::string name = "SECRET_";
    for (const char c : span.variable) {
      const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
      name += lower ? static_cast<char>(c - 'a' + 'A') : upper || is_digit(c) ? c : '_';
    }
    const auto taken = [this](const std::string& text) {
      return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == text; });
    };
    std::string free = name;
    for (unsigned n = 2; taken(free); ++n) {
      free = fmt::format("{}_{}", name, n);
    }
    rows_.push_back({span.variable, free, place, length});
    return free;
  }
  std::string comment() const {
    std::string text;
    for (const Row& row : rows_) {
      text += fmt::format("#   {}: {} of {}\n", row.name, counted(row.length, "byte"), row.place);
    }
    return text.empty() ? text : "# Masked values are variables, which must be set:\n" + text;
  }

 private:
  struct Row {
    std::string of, name, place;
    std::uint64_t length = 0;
  };
  std::vector<Row> rows_;
};

/// A text of which parts are masked.
struct MaskedText {
  std::string_view text;
  std::vector<RedactSpan> spans;
  std::uint64_t shift = 0;  ///< where `text` begins in the field that the spans count in
  std::string place;        ///< what it is, for people: "the URL"
};

/// `front` and a text as one word of a shell, in which masked parts are variables.
std::string shell_word(std::string_view front, MaskedText masked, ShellVariables& variables) {
  const auto& [text, spans, shift, place] = masked;
  std::sort(masked.spans.begin(), masked.spans.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  std::string out = "'" + escape_for_shell(front);
  std::uint64_t at = 0;
  for (const RedactSpan& span : spans) {
    const std::uint64_t from = std::max(span.at, shift) - shift;
    const std::uint64_t end = end_in(span, text.size() + shift);
    if (from < at || end <= shift + from) {
      continue;
    }
    const std::uint64_t to = end - shift;
    out += escape_for_shell(text.substr(at, from - at));
    out += fmt::format("'\"${{{}:?}}\"'", variables.name_for(span, to - from, place));
    at = to;
  }
  return out + escape_for_shell(text.substr(at)) + "'";
}

/// "https" of "wss"; empty for what curl could not ask for a session.
std::string_view scheme_for_curl(std::string_view scheme) {
  return scheme == "wss" || scheme == "https" ? "https" : scheme == "ws" || scheme == "http" ? "http" : "";
}

bool has_header(const Request& request, std::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(), [name](const Header& it) {
    return same_caseless(it.name, name);
  });
}

/// Of a header that curl sets itself as it should be.
bool is_curls_own(const Header& header, std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  return same_caseless(header.name, "Content-Length") ||
         (same_caseless(header.name, "Host") &&
          header.value == url.substr(host, url.find_first_of("/?#", host) - host));
}

class CurlExporter final : public Exporter, public EventSink {
 public:
  explicit CurlExporter(ByteSink& out) : out_(out) {}

  EventSink& begin(const capture::CaptureHeader&) override { return *this; }
  Result<void> on_event(const Event& event) override;
  Result<void> end() override { return {}; }
  std::vector<std::string> left_out() const override { return left_out_.lines(); }

 private:
  std::string command(std::uint32_t conn, const Asked& asked, const std::string& headline);

  ByteSink& out_;
  std::map<std::uint32_t, Asked> asked_;  ///< of connections that have not ended
  bool any_ = false;
  LeftOut left_out_;
};

std::vector<std::string> words_for_headers(const Request& request, std::string_view url, ShellVariables& variables) {
  std::vector<std::string> words;
  for (const Header& header : request.headers) {
    if (!handshake::is_token(header.name) || is_curls_own(header, url)) {
      continue;
    }
    if (header.value.empty()) {
      words.push_back(fmt::format("-H '{};'", header.name));
      continue;
    }
    const bool masked_key = same_caseless(header.name, "Sec-WebSocket-Key") && !header.redact.empty();
    const MaskedText value{masked_key ? kSampleKey : std::string_view(header.value),
                           masked_key ? std::vector<RedactSpan>() : header.redact,
                           0,
                           "the header " + header.name};
    words.push_back("-H " + shell_word(header.name + ": ", value, variables));
  }
  for (const char* own : {"User-Agent", "Accept"}) {
    if (!has_header(request, own)) {
      words.push_back(fmt::format("-H '{}:'", own));
    }
  }
  return words;
}

std::vector<std::string> words_for_body(const Request& request, ShellVariables& variables) {
  if (request.body.empty()) {
    return {};
  }
  std::vector<std::string> words;
  if (!has_header(request, "Content-Type")) {
    words.emplace_back("-H 'Content-Type:'");
  }
  words.push_back("--data-raw " + shell_word("", {request.body, request.body_redact, 0, "the body"}, variables));
  return words;
}

std::string CurlExporter::command(std::uint32_t conn, const Asked& asked, const std::string& headline) {
  const std::string& url = asked.open.url;
  const Request& request = *asked.request;
  const std::size_t scheme = url.find("://");
  const std::string_view as = scheme == std::string::npos ? "" : scheme_for_curl(lower_case(url.substr(0, scheme)));
  if (as.empty()) {
    left_out_.add("connection", "connections", " to what is no URL of ws, wss, http or https");
    return {};
  }
  if (request.body.size() < request.body_length) {
    left_out_.add("body", "bodies", " recorded only in part: written as far as recorded");
  }
  const bool socket = asked.open.role == Role::websocket;
  ShellVariables variables;
  std::vector<std::string> words{socket ? "curl -sS -i -N -g --path-as-is --http1.1 --max-time 10 -o -"
                                        : "curl -sS -i -g --path-as-is"};
  const std::string method = request.start_line.substr(0, request.start_line.find(' '));
  if (method != (request.body.empty() ? "GET" : "POST") && handshake::is_token(method)) {
    words.push_back("-X " + method);
  }
  for (const auto& more : {words_for_headers(request, url, variables), words_for_body(request, variables)}) {
    words.insert(words.end(), more.begin(), more.end());
  }
  const MaskedText rest{std::string_view(url).substr(scheme), asked.open.redact, scheme, "the URL"};
  words.push_back("--url " + shell_word(as, rest, variables));
  return fmt::format("# Connection {}: {}\n{}{}{}\n",
                     conn,
                     escape_for_terminal(headline),
                     variables.comment(),
                     socket ? "# What follows the answer's head are frames. curl's exit code 28: the session was still "
                              "open after 10 s.\n"
                            : "",
                     fmt::join(words, " \\\n  "));
}

Result<void> CurlExporter::on_event(const Event& event) {
  if (event.conn == 0) {  // of the run as a whole
    return {};
  }
  Asked& asked = asked_[event.conn];
  if (const auto* open = std::get_if<Open>(&event.body)) {
    asked.open = *open;
  } else if (const auto* request = std::get_if<Request>(&event.body); request != nullptr && !asked.request) {
    asked.request = *request;
  }
  const auto* verdict = std::get_if<Verdict>(&event.body);
  if (verdict == nullptr) {
    return {};
  }
  const Asked whole = std::move(asked);
  asked_.erase(event.conn);
  if (!whole.request) {
    left_out_.add("connection", "connections", " without a request");
    return {};
  }
  const std::string text = command(event.conn, whole, verdict->headline);
  if (text.empty()) {
    return {};
  }
  const std::string_view between = std::exchange(any_, true) ? "\n" : "";
  return out_.write(std::string(between) + text);
}

}  // namespace

std::unique_ptr<Exporter> make_curl(ByteSink& out, const std::string& /*tool*/) {
  return std::make_unique<CurlExporter>(out);
}

}  // namespace whydrop::exports
