// Internal to rehearsal/.
#pragma once

#include "rehearsal/answers.hpp"
#include "rehearsal/request.hpp"
#include "rehearsal/scenario_state.hpp"

#include <optional>
#include <string>

namespace whydrop::rehearsal {

/// What a request asks for, and what it gets where no reaction says otherwise.
struct RoutedRequest {
  std::string name;                         ///< for the log: a call's name, "socket", or empty
  const profile::Call* call = nullptr;      ///< the call, where it is one
  std::string fault;                        ///< "token-expired", "header-missing" …; empty: nothing is wrong with it
  std::optional<Reply> reply;               ///< null: the upgrade is accepted
  const profile::Reaction* acts = nullptr;  ///< what is done instead; null: nothing
  TemplateContext context;
};

RoutedRequest route_call(ScenarioState& state, const RequestReader& request);
RoutedRequest route_upgrade(ScenarioState& state, const RequestReader& request);
/// The answer to a page of another origin that asks whether it may make the call. Null where it does not ask that.
std::optional<Reply> preflight(const RequestReader& request);
/// Lets a page of another origin read the answer.
void allow_origin(const RequestReader& request, Reply& reply);
/// "ws://127.0.0.1:PORT" for a client that was pointed at this server by its address; empty for one that names the
/// profile's own hosts: what it is told of URLs must lead it here.
std::string local_origin(const handshake::Head& request, bool tls);

}  // namespace whydrop::rehearsal
