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
  /// What is wrong with an id: where the session that holds it met it first, and who said it.
  struct Broken {
    bool in_b = false;  ///< true: b's id is not the one that a's place makes expect; else the other way
    session::Side from = session::Side::server;  ///< who said the expected one first
    std::string where;                           ///< "server connected at /id"
  };
  /// Two ids opposite each other at `where` of `from`. Null if they fit what is known.
  std::optional<Broken> meet(std::string_view a, std::string_view b, session::Side from, const std::string& where);

 private:
  struct Known {
    std::string other, where;
    session::Side from;
  };
  using Side = std::unordered_map<std::string, Known>;
  Side by_a_, by_b_;
};

}  // namespace whydrop::compare
