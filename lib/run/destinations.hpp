#pragma once

#include "auth/homes.hpp"
#include "base/result.hpp"
#include "net/url.hpp"
#include "run/host.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

/// A secret that a request, or the session after it, carries to its server.
struct Carried {
  std::string name;  ///< of its variable
  std::string value;
  std::string from;                  ///< in words: "--secret", "the store"
  std::vector<std::string> homes{};  ///< origins that it belongs to, besides those on record
  bool needs_home = false;           ///< it goes nowhere as long as no home of it is known
};

/// Whether secrets may go where a file leads. Each has homes: the origins that it was obtained from, or that a command
/// line of the person's own took it to, which is kept on record ($XDG_STATE_HOME/whydrop/homes). What a file that
/// somebody wrote names joins a value to no other origin, unless --send-to or a y at the terminal lets it.
class Destinations {
 public:
  enum class Near { origin, site };  ///< what counts as home: the same origin, or any of the same site

  /// `host` must outlive it. `send_to`: hosts, or HOST:PORT. `may_ask`: at the terminal, where there is one.
  Destinations(const Host& host, std::vector<std::string> send_to, bool may_ask);

  /// Why they may not go to `url`, "<doing>: it leads to …, and would take there …", an Error of kind usage; local
  /// where the record cannot be read.
  Result<void> judge(const std::string& doing, const net::Url& url, const std::vector<Carried>& carried, Near near);
  /// As judge(); asks before it refuses, once for each place. A value without a known home has one from then on, for
  /// this run: the place that it was first let go to.
  Result<void> check(const std::string& doing, const net::Url& url, const std::vector<Carried>& carried, Near near);
  /// Puts on record that a command line of the person's own takes them there. Errors: local.
  Result<void> adopt(const net::Url& url, const std::vector<Carried>& carried);

 private:
  Result<void> open();
  std::vector<std::string> homes_of(const Carried& it) const;
  bool is_let(const net::Url& url) const;

  const Host& host_;
  std::vector<std::string> send_to_;
  std::vector<std::string> agreed_;                  ///< origins
  std::map<std::string, std::string> first_places_;  ///< values without a known home, and origins
  bool may_ask_;
  std::optional<auth::Homes> homes_;  ///< null: not read yet, or there is nowhere to keep it
};

}  // namespace whydrop::run
