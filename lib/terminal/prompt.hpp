#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::terminal {

/// One thing that the person at the prompt did.
struct Input {
  enum class Kind { line, end_of_input, interrupt };
  Kind kind = Kind::line;
  std::string text;  ///< of a line, without its newline
};

struct PromptOptions {
  std::string prompt = "> ";
  std::string history_path;  ///< empty: no history is kept
  /// True if a line must not be stored. Called on the reader's thread.
  std::function<bool(std::string_view)> holds_secret;
  /// What the last word of a line, which ends at the cursor, may become. Called on the reader's thread; empty: nothing.
  std::function<std::vector<std::string>(std::string_view)> complete;
  int in = 0, out = 1;  ///< file descriptors of one terminal
};

/// A line editor at the bottom of the terminal. A thread of its own reads keys; other output goes above the prompt
/// through print_above(). Ctrl-C and Ctrl-D (on an empty line) come as Inputs; Ctrl-Z suspends. The terminal is
/// restored by stop(), by the destructor and when the process exits. Text that is pasted (bracketed paste) is one line,
/// whatever line ends are in it: they are shown as U+240A, and come as line ends.
class Prompt {
 public:
  /// `on_input` is called on the reader's thread; after end_of_input no more comes.
  Prompt(PromptOptions options, std::function<void(Input)> on_input);
  ~Prompt();
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;

  /// Shows `text` above the prompt, which is drawn again below it. Any thread. After stop() it is just written.
  void print_above(std::string_view text);
  /// Keeps `status` on a row of its own right above the prompt, cut at the terminal's width; empty: none. Any thread.
  void show_status(std::string status);
  /// Gives the terminal away, as it was before the prompt, for as long as `work` takes, which runs on the reader's
  /// thread. What is printed meanwhile is shown afterwards, the last of it where it is much. Any thread.
  void lend(std::function<void()> work);
  /// Takes the prompt off the screen, restores the terminal and joins the reader. Not on the reader's thread.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::terminal
