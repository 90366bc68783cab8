#pragma once

#include "base/result.hpp"
#include "evidence/evidence.hpp"
#include "run/host.hpp"

#include <string>

namespace whydrop::run {

/// What evidence is opened with: what TLS carried in `file`, a packet capture, where `keylog` names a file of its keys
/// (draft-ietf-tls-keylogfile). tshark decrypts it, and standard error says so. Without a key log nothing is run.
/// Errors: usage, for standard input or a file of another kind; local, where there is no tshark, or it fails.
Result<evidence::Settings> evidence_settings(const std::string& file, const std::string& keylog, const Host& host);

}  // namespace whydrop::run
