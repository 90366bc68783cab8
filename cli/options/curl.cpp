#include "cli/options/curl.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

enum class Does { keep, keep_value, header, referer, bearer, url, get, data, encoded, drop, drop_value };

struct CurlFlag {
  std::string_view short_name, long_name;
  Does does;
  std::string_view ours;  ///< under which name it is kept; empty: its long name
};

constexpr std::array<CurlFlag, 53> kFlags = {{
    {"-H", "--header", Does::header, ""},
    {"-e", "--referer", Does::referer, ""},
    {"", "--oauth2-bearer", Does::bearer, ""},
    {"-G", "--get", Does::get, ""},
    {"-d", "--data", Does::data, ""},
    {"", "--data-raw", Does::data, ""},
    {"", "--data-ascii", Does::data, ""},
    {"", "--data-binary", Does::data, ""},
    {"", "--data-urlencode", Does::encoded, ""},
    {"", "--url", Does::url, ""},
    {"-b", "--cookie", Does::keep_value, ""},
    {"-u", "--user", Does::keep_value, ""},
    {"-A", "--user-agent", Does::keep_value, ""},
    {"", "--cacert", Does::keep_value, ""},
    {"-E", "--cert", Does::keep_value, ""},
    {"", "--key", Does::keep_value, ""},
    {"", "--pass", Does::keep_value, ""},
    {"", "--tls-max", Does::keep_value, ""},
    {"", "--resolve", Does::keep_value, ""},
    {"", "--connect-to", Does::keep_value, ""},
    {"", "--interface", Does::keep_value, ""},
    {"", "--unix-socket", Does::keep_value, ""},
    {"-x", "--proxy", Does::keep_value, ""},
    {"-U", "--proxy-user", Does::keep_value, ""},
    {"", "--noproxy", Does::keep_value, ""},
    {"", "--connect-timeout", Does::keep_value, ""},
    {"", "--max-redirs", Does::keep_value, ""},
    {"-m", "--max-time", Does::keep_value, "--timeout"},
    {"-k", "--insecure", Does::keep, ""},
    {"-4", "--ipv4", Does::keep, ""},
    {"-6", "--ipv6", Does::keep, ""},
    {"-L", "--location", Does::keep, ""},
    {"-i", "--include", Does::drop, ""},
    {"-s", "--silent", Does::drop, ""},
    {"-S", "--show-error", Does::drop, ""},
    {"-g", "--globoff", Does::drop, ""},
    {"-N", "--no-buffer", Does::drop, ""},
    {"-v", "--verbose", Does::drop, ""},
    {"-f", "--fail", Does::drop, ""},
    {"-q", "--disable", Does::drop, ""},
    {"-#", "--progress-bar", Does::drop, ""},
    {"", "--compressed", Does::drop, ""},
    {"", "--no-progress-meter", Does::drop, ""},
    {"", "--path-as-is", Does::drop, ""},
    {"-0", "--http1.0", Does::drop, ""},
    {"", "--http1.1", Does::drop, ""},
    {"", "--http2", Does::drop, ""},
    {"", "--tlsv1.2", Does::drop, ""},
    {"", "--ssl-no-revoke", Does::drop, ""},
    {"-T", "--upload-file", Does::drop_value, ""},
    {"-X", "--request", Does::drop_value, ""},
    {"-o", "--output", Does::drop_value, ""},
    {"-w", "--write-out", Does::drop_value, ""},
}};

const CurlFlag* find_flag(std::string_view name) {
  const auto* found = std::find_if(kFlags.begin(), kFlags.end(), [&](const CurlFlag& flag) {
    return flag.long_name == name || flag.short_name == name;
  });
  return found == kFlags.end() ? nullptr : found;
}

bool takes_value(const CurlFlag& flag) {
  return flag.does != Does::keep && flag.does != Does::drop && flag.does != Does::get;
}

/// "name=value" with its value percent-encoded, or all of a text without a name. RFC 3986 section 2.3.
std::string url_encoded(std::string_view given) {
  const std::size_t value = given.find('=') + 1;  // 0 where there is no name
  std::string out(given.substr(0, value == 1 ? 0 : value));
  for (const char c : given.substr(value)) {
    const bool kept =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._~").find(c) != std::string_view::npos;
    out += kept ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// "host:port" of a URL's text.
std::string authority_of(const std::string& url) {
  const std::size_t mark = url.find("://");
  const std::size_t from = mark == std::string::npos ? 0 : mark + 3;
  const std::string authority = url.substr(from, url.find_first_of("/?", from) - from);
  return lower_case(authority.substr(authority.rfind('@') + 1));
}

/// The words of a curl command, read one flag at a time.
class Translation {
 public:
  Translation(const std::vector<std::string>& words, const std::vector<OptionInfo>& own) : words_(words), own_(own) {}

  Result<std::vector<std::string>> run() {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      const bool is_flag = word.size() > 1 && word[0] == '-';
      const Result<void> taken = !is_flag                   ? set_url(word)
                                 : word.rfind("--", 0) == 0 ? take(word, std::nullopt)
                                                            : take_short(word);
      WHYDROP_TRY(taken);
    }
    if (url_.empty()) {
      return fail(ErrorKind::usage, "curl command: it has no URL");
    }
    if (!data_.empty() && !get_) {
      return fail(ErrorKind::usage,
                  "curl command: an upgrade to WebSocket has no body, and -d sends one",
                  "with -G it goes into the query; as a message: --execute TEXT");
    }
    add_headers();
    out_.insert(out_.begin(), with_query());
    return out_;
  }

 private:
  /// "-sSk", "-XGET", "-H value".
  Result<void> take_short(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string name = {'-', word[i]};
      const CurlFlag* flag = find_flag(name);
      const bool rest = flag != nullptr && takes_value(*flag) && i + 1 < word.size();
      const Result<void> taken = take(name, rest ? std::optional(word.substr(i + 1)) : std::nullopt);
      if (!taken || rest) {
        return taken;
      }
    }
    return {};
  }

  Result<void> take(const std::string& name, std::optional<std::string> value) {
    const CurlFlag* flag = find_flag(name);
    if (flag == nullptr && keep_own(name)) {
      return {};
    }
    if (flag == nullptr) {
      return fail(ErrorKind::usage, "curl command: " + name + " has no meaning here", "leave it out");
    }
    if (takes_value(*flag) && !value) {
      if (at_ == words_.size()) {
        return fail(ErrorKind::usage, "curl command: " + name + " needs a value");
      }
      value = words_[at_++];
    }
    return apply(*flag, value.value_or(""));
  }

  bool keep_own(const std::string& name) {
    // A short name here is curl's.
    const OptionInfo* found = name.size() > 2 ? find_option(own_, name.substr(0, name.find('='))) : nullptr;
    if (found == nullptr) {
      return false;
    }
    out_.push_back(name);
    if (!found->value.empty() && name.find('=') == std::string::npos && at_ < words_.size()) {
      out_.push_back(words_[at_++]);
    }
    return true;
  }

  Result<void> apply(const CurlFlag& flag, const std::string& value) {
    switch (flag.does) {
    case Does::keep:
      out_.emplace_back(flag.long_name);
      break;
    case Does::keep_value:
      out_.emplace_back(flag.ours.empty() ? flag.long_name : flag.ours);
      out_.push_back(value);
      break;
    case Does::header:
      headers_.push_back(value);
      break;
    case Does::referer:
      headers_.push_back("Referer: " + value);
      break;
    case Does::bearer:
      headers_.push_back("Authorization: Bearer " + value);
      break;
    case Does::url:
      return set_url(value);
    case Does::get:
      get_ = true;
      break;
    case Does::data:
      data_.push_back(value);
      break;
    case Does::encoded:
      data_.push_back(url_encoded(value));
      break;
    case Does::drop:
    case Does::drop_value:
      break;
    }
    return {};
  }

  Result<void> set_url(const std::string& url) {
    if (!url_.empty()) {
      return fail(ErrorKind::usage, "curl command: a second URL, " + url);
    }
    url_ = url;
    return {};
  }

  /// With -G what -d gives stands in the query, behind what is there.
  std::string with_query() const {
    std::string url = url_;
    for (const std::string& part : data_) {
      url += (url.find('?') == std::string::npos ? "?" : "&") + part;
    }
    return url;
  }

  /// Last, since whether a Host repeats the URL's is known only then.
  void add_headers() {
    for (const std::string& header : headers_) {
      const std::string name = lower_case(trim(header.substr(0, header.find_first_of(":;"))));
      const std::string value(trim(header.substr(std::min(header.size(), header.find(':')))).substr(0));
      const std::string bare(trim(value.empty() ? value : value.substr(1)));
      if (name == "sec-websocket-protocol") {
        for (const std::string& protocol : split(bare, ',')) {
          out_.insert(out_.end(), {"--subprotocol", std::string(trim(protocol))});
        }
      } else if (name.rfind("sec-websocket-", 0) != 0 && name != "connection" && name != "upgrade" &&
                 (name != "host" || lower_case(bare) != authority_of(url_))) {
        out_.insert(out_.end(), {"--header", header});
      }
    }
  }

  const std::vector<std::string>& words_;
  const std::vector<OptionInfo>& own_;
  std::size_t at_ = 0;
  std::string url_;
  bool get_ = false;
  std::vector<std::string> out_, headers_, data_;
};

/// Takes the escapes of cmd.exe off: a caret makes the next character plain, and a line goes on behind one. Outside of
/// quotes that have no caret themselves, that is; inside of those it stands for itself.
std::string without_carets(std::string_view text) {
  std::string out;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '^' && !in_quotes) {
      const std::string_view rest = text.substr(i + 1);
      const std::size_t line_end = rest.substr(0, 2) == "\r\n" ? 2 : rest.substr(0, 1) == "\n" ? 1 : 0;
      i += line_end + 1;
      out += i < text.size() ? text.substr(i, 1) : "";
      continue;
    }
    in_quotes = in_quotes != (text[i] == '"');
    out += text[i];
  }
  return out;
}

/// Words as a program of Windows reads its command line, and as Chrome writes it: only double quotes quote, and a
/// backslash makes a quote or a backslash plain.
Result<std::vector<std::string>> split_windows_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_quotes = false, in_word = false;
  const auto end_word = [&] {
    if (std::exchange(in_word, false)) {
      words.push_back(std::exchange(word, {}));
    }
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (!in_quotes && std::string_view(" \t\r\n").find(text[i]) != std::string_view::npos) {
      end_word();
    } else if (text[i] == '"') {
      in_quotes = !in_quotes;
      in_word = true;
    } else {
      i += escapes ? 1 : 0;
      word += text[i];
      in_word = true;
    }
  }
  end_word();
  return in_quotes
             ? Result<std::vector<std::string>>(fail(ErrorKind::usage, "curl command: a quote (\") is not closed"))
             : words;
}

/// True for what Chrome's "Copy as cURL (cmd)" gives.
bool is_for_cmd(std::string_view text) {
  return text.find("^\"") != std::string_view::npos || text.find("^\n") != std::string_view::npos ||
         text.find("^\r\n") != std::string_view::npos;
}

/// Reads shell words one character at a time.
class ShellWords {
 public:
  explicit ShellWords(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (blank) {
        end_word();
      } else if (!take(c)) {
        return fail(ErrorKind::usage, std::string("curl command: a quote (") + c + ") is not closed");
      }
    }
    end_word();
    return words_;
  }

 private:
  bool take(char c) {
    in_word_ = in_word_ || c != '\\' || at_ == text_.size() || text_[at_] != '\n';
    if (c == '\'') {
      return single_quoted();
    }
    if (c == '"') {
      return double_quoted();
    }
    if (c == '$' && at_ < text_.size() && text_[at_] == '\'') {
      ++at_;
      return ansi_quoted();
    }
    if (c == '\\' && at_ < text_.size()) {
      const char next = text_[at_++];
      if (next != '\n') {
        word_ += next;
      }
      return true;
    }
    word_ += c;
    return true;
  }

  bool single_quoted() {
    const std::size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) {
      return false;
    }
    word_ += text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }

  bool double_quoted() {
    constexpr std::string_view kEscapable = "\"\\$`";
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size() && text_[at_] == '\n') {
        ++at_;
        continue;
      }
      if (c == '\\' && at_ < text_.size() && kEscapable.find(text_[at_]) != std::string_view::npos) {
        c = text_[at_++];
      }
      word_ += c;
    }
    return at_++ < text_.size();
  }

  bool ansi_quoted() {
    while (at_ < text_.size() && text_[at_] != '\'') {
      const char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        escape(text_[at_++]);
      } else {
        word_ += c;
      }
    }
    return at_++ < text_.size();
  }

  void escape(char c) {
    constexpr std::string_view kNames = "nrtabfve";
    constexpr std::string_view kValues = "\n\r\t\a\b\f\v\x1b";
    if (c == 'x' || c == 'u') {
      append_code_point(c == 'x' ? 2 : 4);
    } else if (const std::size_t known = kNames.find(c); known != std::string_view::npos) {
      word_ += kValues[known];
    } else {
      word_ += c;
    }
  }

  /// \xHH is a byte, \uHHHH a code point in UTF-8.
  void append_code_point(std::size_t most) {
    unsigned value = 0;
    for (std::size_t i = 0; i < most && at_ < text_.size(); ++i, ++at_) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(lower_case(text_.substr(at_, 1)));
      if (digit == std::string_view::npos) {
        break;
      }
      value = value * 16 + static_cast<unsigned>(digit);
    }
    if (most == 2 || value < 0x80) {
      word_ += static_cast<char>(value);
    } else if (value < 0x800) {
      word_ += static_cast<char>(0xC0U | (value >> 6U));
      word_ += static_cast<char>(0x80U | (value & 0x3FU));
    } else {
      word_ += static_cast<char>(0xE0U | (value >> 12U));
      word_ += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
      word_ += static_cast<char>(0x80U | (value & 0x3FU));
    }
  }

  void end_word() {
    if (in_word_) {
      words_.push_back(std::move(word_));
      word_.clear();
      in_word_ = false;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  std::vector<std::string> words_;
};

}  // namespace

Result<std::vector<std::string>> split_shell_words(std::string_view text) {
  return is_for_cmd(text) ? split_windows_words(without_carets(text)) : ShellWords(text).run();
}

Result<std::vector<std::string>> translate_curl(const std::vector<std::string>& words,
                                                const std::vector<OptionInfo>& own) {
  return Translation(words, own).run();
}

}  // namespace whydrop::cli
