#include "report/html.hpp"

#include "base/base64.hpp"
#include "base/try.hpp"
#include "capture/json_text.hpp"
#include "report/page_files.hpp"
#include "report/report.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace whydrop::report {
namespace {

using session::Event;

/// The page's script: its files are one function, so that none of their names is seen from outside.
std::string page_script() {
  std::string script = "(() => {\n\"use strict\";\n";
  for (const std::string_view file : {kPageValues,
                                      kPageDom,
                                      kPageModel,
                                      kPageList,
                                      kPageTimeline,
                                      kPageVerdict,
                                      kPageDetails,
                                      kPageCompare,
                                      kPageMain}) {
    script += file;
  }
  return script + "})();\n";
}

/// "'sha256-…'", as a Content-Security-Policy names what may run. CSP Level 3 section 2.3.1.
std::string hash_source(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return "'sha256-" + base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()}) + "'";
}

/// What of an event is kept in a document, where that is less than all of it.
template <typename Body>
Body shortened(Body body, std::string_view Body::*content) {
  (body.*content) = (body.*content).substr(0, HtmlSink::kMostOfPayload);
  return body;
}

/// True for a message of which nothing is known that its frame does not say.
bool is_plain(const session::Message& message) {
  const bool said = message.compressed || message.frames.size() == 1;
  return said && message.type.empty() && !message.valid && message.errors.empty();
}

/// Its content is told by its frame, or by an Inflated.
session::Message without_content(session::Message message) {
  if (message.compressed || message.frames.size() == 1) {
    message.payload = {};
    message.redact.clear();
  }
  return shortened(std::move(message), &session::Message::payload);
}

Event with_body(const Event& event, session::Body body) {
  Event made;
  made.seq = event.seq;
  made.t_ns = event.t_ns;
  made.conn = event.conn;
  made.body = std::move(body);
  return made;
}

/// True for what a long session has most of.
bool is_traffic(const session::Body& body) {
  return std::holds_alternative<session::Frame>(body) || std::holds_alternative<session::Inflated>(body) ||
         std::holds_alternative<session::Message>(body);
}

std::string line_of(const Event& event) {
  std::string line;
  const auto put = [&](session::Body body) {
    capture::append_event(line, with_body(event, std::move(body)), capture::Members::needed);
  };
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    put(shortened(*frame, &session::Frame::payload));
  } else if (const auto* inflated = std::get_if<session::Inflated>(&event.body)) {
    put(shortened(*inflated, &session::Inflated::content));
  } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
    put(without_content(*message));
  } else if (const auto* partial = std::get_if<session::Partial>(&event.body)) {
    put(shortened(*partial, &session::Partial::payload));
  } else if (const auto* undecoded = std::get_if<session::UndecodedBytes>(&event.body)) {
    put(shortened(*undecoded, &session::UndecodedBytes::bytes));
  } else {
    capture::append_event(line, event);
  }
  return line;
}

std::string_view tone_name(payload::Ink tone) {
  return tone == payload::Ink::red ? "drop" : tone == payload::Ink::yellow ? "closed" : "fine";
}

/// `{"kind":"short",…}`: what stands in a verdict's block.
std::string short_line(const Event& event, const session::Verdict& verdict) {
  std::string line = fmt::format(R"({{"kind":"short","conn":{},"tone":"{}","rows":[)",
                                 event.conn == 0 ? "null" : std::to_string(event.conn),
                                 tone_name(tone_of(verdict)));
  std::string_view comma;
  for (const ShortRow& row : short_rows(verdict)) {
    line += std::exchange(comma, ",");
    line += R"({"label":)";
    capture::append_json_words(line, row.label);
    line += R"(,"mark":)";
    capture::append_json_words(line, row.mark);
    line += R"(,"text":)";
    capture::append_json_words(line, row.text);
    if (row.finding != nullptr) {
      line += R"(,"id":)";
      capture::append_json_words(line, row.finding->id);
    }
    line += '}';
  }
  return line + "]}\n";
}

}  // namespace

Result<void> HtmlDocument::begin() {
  if (std::exchange(begun_, true)) {
    return {};
  }
  const std::string script = page_script();
  std::string head(kPageHead);
  const auto fill = [&head](std::string_view mark, std::string_view with) {
    head.replace(head.find(mark), mark.size(), with);
  };
  fill("{policy}",
       fmt::format("default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; "
                   "require-trusted-types-for 'script'; trusted-types 'none'",
                   hash_source(script),
                   hash_source(kPageStyle)));
  fill("{style}", kPageStyle);
  fill("{script}", script);
  return out_.write(head + std::string(kPageBody));
}

Result<void> HtmlDocument::add(std::string_view lines) {
  WHYDROP_TRY(begin());
  safe_.clear();
  while (true) {
    const std::size_t end = std::min(lines.find('<'), lines.size());
    safe_ += lines.substr(0, end);
    if (end == lines.size()) {
      return out_.write(safe_);
    }
    safe_ += "\\u003c";  // it only stands in strings
    lines.remove_prefix(end + 1);
  }
}

Result<void> HtmlDocument::end() {
  WHYDROP_TRY(begin());
  return out_.write("</script>\n</body>\n</html>\n");
}

Result<void> HtmlSink::on_event(const Event& event) {
  constexpr std::size_t kLarge = 256U << 10;
  if (const auto make = std::exchange(header_, nullptr)) {
    const capture::CaptureHeader header = make();
    capture::append_header(lines_, header);
    if (header.witness != session::Witness::bytes) {
      lines_ += fmt::format("{{\"kind\":\"witness\",\"of\":\"{}\"}}\n", session::name(header.witness));
    }
  }
  if (const auto* message = std::get_if<session::Message>(&event.body); message != nullptr && is_plain(*message)) {
    return {};
  }
  if (const auto* verdict = std::get_if<session::Verdict>(&event.body)) {
    put_verdict(event, *verdict);
  } else if (is_traffic(event.body)) {
    put_frame(event);
  } else {
    lines_ += line_of(event);
  }
  return lines_.size() < kLarge ? Result<void>() : flush();
}

Result<void> HtmlSink::flush() {
  if (lines_.empty()) {
    return {};
  }
  const auto written = document_.add(lines_);
  lines_.clear();
  return written;
}

/// What comes after the head is full waits, so that the last of it is what is kept.
void HtmlSink::put_frame(const Event& event) {
  std::string line = line_of(event);
  if (head_ + line.size() <= kMostHead) {
    head_ += line.size();
    lines_ += line;
    return;
  }
  head_ = kMostHead;
  tail_size_ += line.size();
  tail_.push_back(std::move(line));
  while (tail_size_ > kMostTail) {
    tail_size_ -= tail_.front().size();
    tail_.pop_front();
    ++left_out_;
  }
}

void HtmlSink::put_verdict(const Event& event, const session::Verdict& verdict) {
  release_tail();
  capture::append_event(lines_, event);
  lines_ += short_line(event, verdict);
}

void HtmlSink::release_tail() {
  if (const std::uint64_t count = std::exchange(left_out_, 0); count > 0) {
    lines_ += fmt::format("{{\"kind\":\"left_out\",\"events\":{}}}\n", count);
  }
  for (const std::string& line : tail_) {
    lines_ += line;
  }
  tail_.clear();
  tail_size_ = 0;
}

}  // namespace whydrop::report
