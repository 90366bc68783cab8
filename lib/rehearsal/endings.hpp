// Internal to rehearsal/.
#pragma once

#include "rehearsal/server.hpp"

#include <functional>
#include <string_view>

namespace whydrop::rehearsal {

class Connection;

/// When an ending takes over from the good server.
enum class EndsAt {
  never,     ///< a good server throughout
  accepted,  ///< as soon as the TCP connection stands
  request,   ///< instead of the 101
  session,   ///< after so many messages, or so long
};

/// One row of the table: what is shown of it, and what it does.
struct Ending {
  EndingRow row;
  EndsAt at;
  std::function<void(Connection&)> act;
  bool declines_compression = false;
};

/// The row of that name; null if there is none.
const Ending* find_ending(std::string_view name);
/// The row that `options` ask for; they must name one (Server::start() sees to it).
const Ending& chosen_ending(const ServerOptions& options);

}  // namespace whydrop::rehearsal
