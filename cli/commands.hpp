#pragma once

#include "cli/command.hpp"

namespace whydrop::cli {

/// Declare the options of a command on `options` and return what runs once they are parsed.
Run setup_connect(Options& options);
Run setup_send(Options& options);
Run setup_check(Options& options);
Run setup_completion(Options& options);
Run setup_config(Options& options);
Run setup_diff(Options& options);
Run setup_export(Options& options);
Run setup_explain(Options& options);
Run setup_inspect(Options& options);
Run setup_isolate(Options& options);
Run setup_merge(Options& options);
Run setup_profile(Options& options);
Run setup_proxy(Options& options);
Run setup_rehearse(Options& options);
Run setup_replay(Options& options);
Run setup_session(Options& options);
Run setup_token(Options& options);
Run setup_validate(Options& options);
Run setup_watch(Options& options);

}  // namespace whydrop::cli
