#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/types.h>

namespace whydrop::os {

/// Processes of our own, one a piece of work: whatever happens in one, the others and this one go on. They end with
/// this process. This process must have no thread but one.
class Children {
 public:
  /// What is done in the child; its text comes back.
  using Work = std::function<std::string()>;
  struct Ended {
    std::size_t id = 0;
    std::string told;      ///< what the work returned
    std::string out, err;  ///< what it wrote to its standard streams
    int status = 0;        ///< as waitpid has it
    bool overran = false;  ///< it was ended because its time was over
    std::int64_t took_ns = 0;
  };

  Children();
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Errors: local, where no process can be made.
  Result<void> start(std::size_t id, const Work& work, std::chrono::nanoseconds limit);
  std::size_t count() const;
  /// Waits until one has ended. Null: SIGINT or SIGTERM came, see signal().
  std::optional<Ended> wait();
  int signal() const;
  /// Ends all at once; returns their ids.
  std::vector<std::size_t> end_all();

 private:
  struct Child;
  bool read_told(Child& child);
  std::optional<Ended> take_ended();
  Ended reap(std::size_t index);
  void end_late();
  std::int64_t wait_ms() const;

  std::vector<Child> running_;
};

}  // namespace whydrop::os
