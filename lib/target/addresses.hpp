#pragma once

#include "base/result.hpp"
#include "net/client.hpp"

#include <cstdint>
#include <string>

namespace whydrop::target {

/// "host:port:addr[,addr]…" as curl's --resolve; "*" is any host; IPv6 addresses may stand in brackets.
Result<net::AddressOverride> parse_resolve(const std::string& text);
/// "host:port:host:port" as curl's --connect-to; each part may be empty.
Result<net::AddressOverride> parse_connect_to(const std::string& text);

/// The URL of a session as it was given.
struct Address {
  std::string text;
  net::Url url;
  bool names_path = true;  ///< false: it names a server only, "wss://host:port"
  bool guessed = false;    ///< it names no scheme: ws is taken for this machine's own names, wss for others
};
/// Errors: usage.
Result<Address> parse_address(const std::string& text);
/// True for what is an address also where a command's name could stand: a URL, or this machine or a host with a port or
/// a path.
bool is_address(const std::string& text);

/// The server that connections are made to in place of those that URLs name, which stay as they are.
struct StandIn {
  std::string text;  ///< "http://host:port" or "https://host:port"
  net::Url url;
};
/// --at. Errors: usage.
Result<StandIn> parse_stand_in(const std::string& text);

/// Where to listen: this machine's own address, where the text names a port only.
struct ListenAddress {
  std::string host = "127.0.0.1";  ///< without brackets
  std::uint16_t port = 0;          ///< 0: the system chooses
};
/// "[HOST:]PORT", as option `option` has it. Errors: usage.
Result<ListenAddress> parse_listen_address(const std::string& option, const std::string& text);

/// Makes the connection to `server`, by its scheme.
void lead_to(const StandIn& server, net::ConnectOptions& options);

}  // namespace whydrop::target
