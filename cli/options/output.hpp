#pragma once

#include "run/output.hpp"

namespace whydrop::cli {

class Options;

void add_output_options(Options& options, run::OutputSettings& flags);

void add_secret_options(Options& options, run::SecretSettings& flags);

void add_capture_options(Options& options, run::CaptureSettings& flags);

}  // namespace whydrop::cli
