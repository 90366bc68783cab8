// Internal: what the files of findings_*.cpp have in common.
#pragma once

#include "diagnose/findings.hpp"

namespace whydrop::diagnose {

using session::Basis;
using session::Confidence;
using session::EndingHow;
using session::Party;
using session::Severity;
using session::Side;

}  // namespace whydrop::diagnose
