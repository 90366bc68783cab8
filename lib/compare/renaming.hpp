// Internal: which id of one session stands for which of the other.
#pragma once

#include "session/event.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace whydrop::compare {

/// An id that a server made anew has another value in each session, but must be the same wherever it is meant. The
/// first place where two of them stand opposite each other makes them one.
class Renaming {
 public:
  /// What is wrong with an id: which session's it is not, and where the other met it first.
  struct Broken {
    bool in_b = false;     ///< it is b's id that should be another one
    bool nothing = false;  ///< nothing that came before in its session held it
    std::string where;     ///< "server connected gave at /id"
  };
  /// Two ids opposite each other at `where` of `from`. Null if they fit what is known.
  std::optional<Broken> meet(std::string_view a, std::string_view b, session::Side from, const std::string& where);
  /// The server gave an id at a place that only one of the sessions has.
  void give(std::string_view id, bool in_b, const std::string& where);

 private:
  struct Known {
    std::string other;  ///< empty: none is known yet
    std::string where;
  };
  using Ids = std::unordered_map<std::string, Known>;
  void join(const std::string& a, const std::string& b, const std::string& where);

  Ids by_a_, by_b_;
};

}  // namespace whydrop::compare
