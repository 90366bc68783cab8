#pragma once

#include "diagnose/ledger.hpp"

#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// What an answer says for people beyond its status: JSON's error and message, a page's title and heading, a line of
/// text, X-WebSocket-Reject-Reason, the error of WWW-Authenticate. Safe to show, at most 120 columns; empty where it
/// says no more than the status does.
std::string answer_says(const session::Response& response);

/// The same behind a colon, in quotes: `: "jwt expired"`; or empty.
std::string answer_quote(const session::Response& response);

/// True if words of an answer only ask for a login, or deny without saying why: "Authentication required", "Access
/// denied".
bool only_asks(std::string_view words);

/// Id of the finding that an answer's own words stand for, as "answer-head-too-large"; empty where none is known.
std::string_view answer_kind(const Ledger& ledger);

/// The cause of a refusal that the answer's own words tell, as a clause; empty where answer_kind() knows none, or the
/// status says as much. Of a refused upgrade.
std::string answer_cause(const Ledger& ledger);

/// A clause: what came after a 101 in place of frames. There must be such.
std::string foreign_words(const Ledger& ledger);

/// True if the server ended TLS with an alert that asks for a client certificate, once it had our request.
bool wants_client_certificate(const Ledger& ledger);

}  // namespace whydrop::diagnose
