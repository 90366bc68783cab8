#pragma once

#include "profile/classifier.hpp"
#include "profile/examination.hpp"
#include "schema/schema.hpp"

#include <string>
#include <vector>

namespace whydrop::profile {

/// message-not-json: a text message that is no JSON; packet-unreadable: one that the codec cannot read;
/// message-inexact: JSON that readers take for different things.
void check_json(const Profile& profile, const Seen& seen, Findings& findings);
/// message-unknown: JSON that is none of the side's types. `expected`: the one type that would have its place now, or
/// null.
void check_known(const Profile& profile,
                 const Classifier& classifier,
                 const Seen& seen,
                 std::optional<TypeIndex> expected,
                 Findings& findings);
/// schema-…: one finding for each kind of fault.
void check_schema(const Profile& profile, const Seen& seen, Findings& findings);
/// Values that must be those of a variable.
void check_same(const WordSource& source, const Seen& seen, Findings& findings);

/// The id of a finding about a schema's keyword.
std::string_view schema_id(std::string_view keyword);

}  // namespace whydrop::profile
