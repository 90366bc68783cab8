#include "terminal/prompt.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "terminal/history_file.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <histedit.h>
#include <langinfo.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace whydrop::terminal {
namespace {

constexpr unsigned kDefaultColumns = 80;

std::wstring widen(std::string_view text) {
  std::wstring wide;
  while (!text.empty()) {
    const CodePoint point = decode_code_point(text);
    wide += point.status == Utf8Status::valid ? static_cast<wchar_t>(point.value) : L'\xfffd';
    text.remove_prefix(point.size);
  }
  return wide;
}

void append_utf8(std::string& out, char32_t value) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0U | value >> 6U);
    put(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    put(0xE0U | value >> 12U);
    put(0x80U | (value >> 6U & 0x3FU));
    put(0x80U | (value & 0x3FU));
  } else {
    put(0xF0U | value >> 18U);
    put(0x80U | (value >> 12U & 0x3FU));
    put(0x80U | (value >> 6U & 0x3FU));
    put(0x80U | (value & 0x3FU));
  }
}

std::string narrow(const wchar_t* begin, const wchar_t* end) {
  std::string text;
  for (; begin != end; ++begin) {
    append_utf8(text, static_cast<char32_t>(*begin));
  }
  return text;
}

// What terminals put around pasted text, where they are asked to.
constexpr std::string_view kPasteOn = "\x1b[?2004h", kPasteOff = "\x1b[?2004l";
constexpr std::string_view kPasteBegin = "\x1b[200~", kPasteEnd = "\x1b[201~";
/// So soon what belongs to a key follows its escape, also over a network.
constexpr int kSameKeyMs = 25;
constexpr std::size_t kMostPasted = std::size_t{1} << 20;
constexpr std::size_t kMostHeldBack = std::size_t{1} << 20;
/// What a pasted line end is in the line that is edited: SYMBOL FOR LINE FEED.
constexpr std::string_view kLineEnd = "\u240a";
/// The key that next_key() gives for pasted text: nobody types it.
constexpr wchar_t kPasted = L'\x1e';

/// As it stands in the line: line ends shown, other controls left out, blanks at its end too.
std::string pasted_text(std::string_view bytes) {
  std::string text;
  const std::string_view kept = bytes.substr(0, bytes.find_last_not_of("\r\n \t") + 1);
  for (const char c : kept) {
    if (c == '\r' || c == '\n') {
      text += kLineEnd;
    } else if (c == '\t') {
      text += ' ';
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
      text += c;
    }
  }
  return text;
}

/// The line as it is meant: with line ends in the place of what shows them.
std::string with_line_ends(std::string line) {
  for (std::size_t at = line.find(kLineEnd); at != std::string::npos; at = line.find(kLineEnd, at + 1)) {
    line.replace(at, kLineEnd.size(), "\n");
  }
  return line;
}

std::string common_start(const std::vector<std::string>& words) {
  std::string common = words.empty() ? std::string() : words.front();
  for (const std::string& word : words) {
    const auto differs = std::mismatch(common.begin(), common.end(), word.begin(), word.end());
    common.erase(differs.first, common.end());
  }
  return common;
}

/// libedit measures characters by the locale; a session's text is UTF-8 whatever the locale says.
void use_utf8_locale() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
  }
}

// What the terminal was like before the prompt, for an exit that does not pass through stop().
std::atomic<int> saved_fd{-1};
termios saved_mode;

void restore_terminal() {
  const int fd = saved_fd.exchange(-1);
  if (fd >= 0) {
    ::tcsetattr(fd, TCSANOW, &saved_mode);
  }
}

void save_terminal(int fd) {
  static const int registered = std::atexit(restore_terminal);
  static_cast<void>(registered);
  if (::tcgetattr(fd, &saved_mode) == 0) {
    saved_fd = fd;
  }
}

}  // namespace

/// One mutex guards libedit and the screen. The reader holds it, but for the time that it waits for a key.
struct Prompt::Impl {
  Impl(PromptOptions given, std::function<void(Input)> sink)
      : options(std::move(given)),
        on_input(std::move(sink)),
        file(options.history_path),
        prompt(widen(options.prompt)) {
    use_utf8_locale();
    save_terminal(options.in);
    if (::pipe2(wake.data(), O_CLOEXEC) != 0) {
      wake = {-1, -1};
    }
    open_history();
    open_editor();
    start_reader();
  }

  ~Impl() {
    stop();
    history_wend(history);
    for (const int fd : wake) {
      if (fd >= 0) {
        ::close(fd);
      }
    }
  }

  // ---- set-up

  void open_history() {
    HistEventW event;
    history = history_winit();
    history_w(history, &event, H_SETSIZE, static_cast<int>(HistoryFile::kMaxLines));
    history_w(history, &event, H_SETUNIQUE, 1);
    for (const std::string& line : file.load()) {
      history_w(history, &event, H_ENTER, widen(line).c_str());
    }
  }

  void open_editor() {
    in = ::fdopen(::dup(options.in), "r");
    out = ::fdopen(::dup(options.out), "w");
    editor = el_init_fd("whydrop", in, out, out, options.in, options.out, options.out);
    el_wset(editor, EL_CLIENTDATA, this);
    el_wset(editor, EL_PROMPT, prompt_of);
    el_wset(editor, EL_GETCFN, read_key);
    el_wset(editor, EL_EDITOR, L"emacs");
    el_wset(editor, EL_HIST, history_w, history);
    // Keys that would raise signals come as keys, so that the terminal is never left raw.
    el_wset(editor, EL_SETTY, L"-d", L"-isig", nullptr);
    el_wset(editor, EL_ADDFN, L"whydrop-interrupt", L"Ends the session", on_interrupt);
    el_wset(editor, EL_ADDFN, L"whydrop-end", L"Ends the input", on_end_key);
    el_wset(editor, EL_ADDFN, L"whydrop-suspend", L"Suspends the program", on_suspend);
    el_wset(editor, EL_ADDFN, L"whydrop-complete", L"Completes a word", on_complete);
    el_wset(editor, EL_BIND, L"^I", L"whydrop-complete", nullptr);
    el_wset(editor, EL_BIND, L"^C", L"whydrop-interrupt", nullptr);
    el_wset(editor, EL_BIND, L"^D", L"whydrop-end", nullptr);
    el_wset(editor, EL_BIND, L"^Z", L"whydrop-suspend", nullptr);
    el_wset(editor, EL_BIND, L"^R", L"em-inc-search-prev", nullptr);
    el_wset(editor, EL_ADDFN, L"whydrop-paste", L"Takes pasted text", on_paste);
    el_wset(editor, EL_BIND, L"^^", L"whydrop-paste", nullptr);
    put(kPasteOn);
    el_wset(editor, EL_UNBUFFERED, 1);
  }

  void start_reader() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    // Suspending must stop the process before the reader goes on.
    sigdelset(&all, SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    reader = std::thread([this] { read_lines(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  // ---- the reader's thread

  void read_lines() {
    std::unique_lock<std::mutex> held(mutex);
    lock = &held;
    while (!stopping && !ended) {
      int count = 0;
      el_wgets(editor, &count);
      report_keys();
      if (borrower && !stopping) {
        lend_now();
      }
    }
    lock = nullptr;
  }

  void lend_now() {
    const std::function<void()> work = std::exchange(borrower, nullptr);
    termios raw{};
    const bool known = ::tcgetattr(options.in, &raw) == 0;
    erase_prompt();
    put(kPasteOff);
    ::tcsetattr(options.in, TCSADRAIN, &saved_mode);
    lent = true;
    lock->unlock();
    work();
    lock->lock();
    lent = false;
    if (known) {
      ::tcsetattr(options.in, TCSADRAIN, &raw);
    }
    put(kPasteOn);
    put(std::exchange(held_back, {}));
    draw();
  }

  void report_keys() {
    if (std::exchange(interrupted, false)) {
      tell({Input::Kind::interrupt, {}});
    }
    const LineInfoW* line = el_wline(editor);
    const bool whole = line->lastchar > line->buffer && line->lastchar[-1] == L'\n';
    if (whole && !stopping) {
      take_line(narrow(line->buffer, line->lastchar - 1));
    }
    if (ended && !stopping) {
      tell({Input::Kind::end_of_input, {}});
    }
  }

  void take_line(std::string line) {
    remember(line);
    if (status_shown) {
      leave_line(line);
    }
    fresh_line();
    if (!status.empty()) {
      erase_prompt();
      draw();
    }
    tell({Input::Kind::line, with_line_ends(std::move(line))});
  }

  /// Takes away the status above a line that was typed, below which the cursor stands.
  void leave_line(const std::string& line) {
    const std::size_t rows = (display_width(options.prompt) + display_width(line)) / columns() + 2;
    std::fprintf(out, "\r\x1b[%zuA\x1b[J%s%s\n", rows, options.prompt.c_str(), line.c_str());
    status_shown = false;
  }

  /// Begins a new line. Switching unbuffered mode off and on does that; with editing off meanwhile the terminal stays
  /// raw, and keys that were typed ahead are not echoed.
  void fresh_line() {
    el_wset(editor, EL_EDITMODE, 0);
    el_wset(editor, EL_UNBUFFERED, 0);
    el_wset(editor, EL_EDITMODE, 1);
    el_wset(editor, EL_UNBUFFERED, 1);
  }

  void remember(const std::string& line) {
    if (line.empty() || (options.holds_secret && options.holds_secret(line))) {
      return;
    }
    HistEventW event;
    history_w(history, &event, H_ENTER, widen(line).c_str());
    file.add(line);
  }

  /// The sink runs without the mutex, so that it may print.
  void tell(Input input) {
    lock->unlock();
    on_input(std::move(input));
    lock->lock();
  }

  bool wait_for_key() {
    std::array<pollfd, 2> fds = {{{options.in, POLLIN, 0}, {wake[0], POLLIN, 0}}};
    while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
    }
    if (fds[1].revents != 0) {
      char byte = 0;
      const ssize_t taken = ::read(wake[0], &byte, 1);
      static_cast<void>(taken);
    }
    return fds[1].revents == 0;
  }

  bool read_byte(std::string& bytes) {
    char byte = 0;
    ssize_t got = 0;
    do {
      got = ::read(options.in, &byte, 1);
    } while (got < 0 && errno == EINTR);
    if (got == 1) {
      bytes += byte;
    }
    return got == 1;
  }

  /// Waits for the next byte; false where none comes any more.
  bool read_next(std::string& bytes) {
    lock->unlock();  // half a character may be all that comes for a long time
    const bool ready = wait_for_key();
    lock->lock();
    if (!ready || stopping) {
      return false;
    }
    ended = !read_byte(bytes);
    return !ended;
  }

  bool is_waiting() const {
    pollfd input{options.in, POLLIN, 0};
    return ::poll(&input, 1, kSameKeyMs) > 0;
  }

  /// After an escape: true where it begins pasted text, which is read then. What was read of another key stays for it.
  bool read_paste() {
    std::string begin = "\x1b";
    while (begin.size() < kPasteBegin.size() && kPasteBegin.substr(0, begin.size()) == begin && is_waiting() &&
           read_byte(begin)) {
    }
    if (begin != kPasteBegin) {
      ahead = begin.substr(1);
      return false;
    }
    std::string bytes;
    const auto is_whole = [&bytes] {
      return bytes.size() >= kPasteEnd.size() &&
             std::string_view(bytes).substr(bytes.size() - kPasteEnd.size()) == kPasteEnd;
    };
    while (!is_whole() && bytes.size() < kMostPasted && read_next(bytes)) {
    }
    pasted = pasted_text(std::string_view(bytes).substr(0, bytes.size() - (is_whole() ? kPasteEnd.size() : 0)));
    return true;
  }

  bool next_key(wchar_t& key) {
    std::string bytes;
    CodePoint point;
    do {
      if (!ahead.empty()) {
        bytes += ahead.front();
        ahead.erase(0, 1);
      } else if (!read_next(bytes)) {
        return false;
      }
      point = decode_code_point(bytes);
    } while (point.status == Utf8Status::incomplete);
    key = point.status == Utf8Status::valid ? static_cast<wchar_t>(point.value) : L'\xfffd';
    if (key == L'\x1b' && read_paste()) {
      key = kPasted;
    }
    return true;
  }

  static Impl& of(EditLine* editor) {
    void* self = nullptr;
    el_wget(editor, EL_CLIENTDATA, &self);
    return *static_cast<Impl*>(self);
  }
  static int read_key(EditLine* editor, wchar_t* key) { return of(editor).next_key(*key) ? 1 : 0; }
  static wchar_t* prompt_of(EditLine* editor) { return of(editor).prompt.data(); }
  static unsigned char on_interrupt(EditLine* editor, wint_t) {
    of(editor).interrupted = true;
    return CC_NORM;
  }
  static unsigned char on_end_key(EditLine* editor, wint_t) {
    const LineInfoW* line = el_wline(editor);
    of(editor).ended = line->lastchar == line->buffer;
    return of(editor).ended ? CC_NORM : CC_REFRESH_BEEP;
  }
  /// Adds what all that the word may become have in common, and a blank where it is one thing only.
  static unsigned char on_complete(EditLine* editor, wint_t) {
    const LineInfoW* line = el_wline(editor);
    const std::string before = narrow(line->buffer, line->cursor);
    const auto& complete = of(editor).options.complete;
    const std::vector<std::string> words = complete ? complete(before) : std::vector<std::string>();
    const std::size_t typed = before.size() - (before.find_last_of(' ') + 1);
    const std::string common = common_start(words);
    const std::string added = common.substr(std::min(typed, common.size())) + (words.size() == 1 ? " " : "");
    return !added.empty() && el_winsertstr(editor, widen(added).c_str()) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
  }
  static unsigned char on_paste(EditLine* editor, wint_t) {
    const std::string text = std::exchange(of(editor).pasted, {});
    return text.empty() || el_winsertstr(editor, widen(text).c_str()) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
  }
  static unsigned char on_suspend(EditLine* editor, wint_t) {
    const int fd = of(editor).options.in;
    termios raw;
    if (::tcgetattr(fd, &raw) == 0) {
      of(editor).put(kPasteOff);
      ::tcsetattr(fd, TCSADRAIN, &saved_mode);
      std::raise(SIGTSTP);
      ::tcsetattr(fd, TCSADRAIN, &raw);
      of(editor).put(kPasteOn);
    }
    return CC_REDISPLAY;
  }

  // ---- the screen

  std::size_t columns() const {
    winsize size{};
    return ::ioctl(options.out, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kDefaultColumns;
  }

  void put(std::string_view text) const {
    std::fwrite(text.data(), 1, text.size(), out);
    std::fflush(out);
  }

  /// Leaves the cursor where the status, or the prompt, began, and nothing below it.
  void erase_prompt() {
    const LineInfoW* line = el_wline(editor);
    const std::size_t before = display_width(options.prompt) + display_width(narrow(line->buffer, line->cursor));
    const std::size_t rows = before / columns() + (std::exchange(status_shown, false) ? 1 : 0);
    std::fputc('\r', out);
    if (rows > 0) {
      std::fprintf(out, "\x1b[%zuA", rows);
    }
    std::fputs("\x1b[J", out);
  }

  /// The status, and the prompt below it.
  void draw() {
    if (!status.empty()) {
      std::fprintf(out, "\x1b[2m%s\x1b[0m\n", elide(status, columns() - 1).c_str());
      status_shown = true;
    }
    el_resize(editor);
    el_wset(editor, EL_REFRESH);
    std::fflush(out);
  }

  void show_status(std::string text) {
    const std::lock_guard<std::mutex> guard(mutex);
    if (editor == nullptr || text == status) {
      return;
    }
    if (!lent) {
      erase_prompt();
    }
    status = std::move(text);
    if (!lent) {
      draw();
    }
  }

  void lend(std::function<void()> work) {
    const std::lock_guard<std::mutex> guard(mutex);
    borrower = std::move(work);
    wake_reader();
  }

  void wake_reader() const {
    const ssize_t woken = ::write(wake[1], "x", 1);
    static_cast<void>(woken);
  }

  /// From a line's beginning on.
  void hold_back(std::string_view text) {
    held_back += text;
    if (held_back.size() > kMostHeldBack) {
      const std::size_t cut = held_back.find('\n', held_back.size() - kMostHeldBack);
      held_back.erase(0, cut == std::string::npos ? held_back.size() : cut + 1);
    }
  }

  void print_above(std::string_view text) {
    const std::lock_guard<std::mutex> guard(mutex);
    if (lent) {
      hold_back(text);
      return;
    }
    if (editor != nullptr) {
      erase_prompt();
    }
    std::fwrite(text.data(), 1, text.size(), out);
    if (editor != nullptr) {
      if (!text.empty() && text.back() != '\n') {
        std::fputc('\n', out);
      }
      draw();
    }
    std::fflush(out);
  }

  void stop() {
    {
      const std::lock_guard<std::mutex> guard(mutex);
      stopping = true;
    }
    if (reader.joinable()) {
      wake_reader();
      reader.join();
    }
    const std::lock_guard<std::mutex> guard(mutex);
    if (editor != nullptr) {
      erase_prompt();
      put(kPasteOff);
      el_wset(editor, EL_UNBUFFERED, 0);
      el_end(editor);
      editor = nullptr;
      std::fclose(in);
      restore_terminal();
    }
  }

  PromptOptions options;
  std::function<void(Input)> on_input;
  HistoryFile file;
  std::wstring prompt;
  std::array<int, 2> wake{-1, -1};
  HistoryW* history = nullptr;
  EditLine* editor = nullptr;
  std::FILE* in = nullptr;
  std::FILE* out = nullptr;
  std::mutex mutex;
  std::unique_lock<std::mutex>* lock = nullptr;  ///< the reader's hold on the mutex
  std::string status;
  std::string ahead;   ///< bytes that were read after an escape, which no paste began with
  std::string pasted;  ///< that the line has not taken yet
  bool status_shown = false;
  std::function<void()> borrower;  ///< who is to get the terminal
  bool lent = false;               ///< who borrowed it has it
  std::string held_back;           ///< that is shown once it is back
  bool stopping = false;
  bool ended = false;
  bool interrupted = false;
  std::thread reader;
};

Prompt::Prompt(PromptOptions options, std::function<void(Input)> on_input)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(on_input))) {}

Prompt::~Prompt() = default;

void Prompt::print_above(std::string_view text) {
  impl_->print_above(text);
}

void Prompt::show_status(std::string status) {
  impl_->show_status(std::move(status));
}

void Prompt::lend(std::function<void()> work) {
  impl_->lend(std::move(work));
}

void Prompt::stop() {
  impl_->stop();
}

}  // namespace whydrop::terminal
