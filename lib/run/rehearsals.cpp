#include "run/rehearsals.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "os/environment.hpp"

namespace whydrop::run {
namespace {

Result<std::shared_ptr<const profile::Rehearsal>> load(std::string_view text,
                                                       const std::string& path,
                                                       const profile::Profile& profile) {
  auto loaded = profile::load_rehearsal(text, path, profile);
  WHYDROP_TRY(loaded);
  return std::make_shared<const profile::Rehearsal>(*std::move(loaded));
}

}  // namespace

Result<std::shared_ptr<const profile::Rehearsal>> find_rehearsal(const profile::Profile& profile,
                                                                 const std::string& file,
                                                                 const os::FileReader& read) {
  if (!file.empty()) {
    const auto text = read(file);
    return text ? load(*text, file, profile) : tl::unexpected<Error>(text.error());
  }
  const profile::BuiltIn* const found = profile::find_built_in(profile.name);
  if (found == nullptr || found->rehearsal.empty()) {
    return fail(ErrorKind::usage,
                "rehearsal of " + escape_for_terminal(profile.name) + ": there is none in this program",
                "--rehearsal FILE");
  }
  return load(found->rehearsal, profile.name + " (built in)", profile);
}

}  // namespace whydrop::run
