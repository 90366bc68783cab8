#pragma once

#include "base/result.hpp"
#include "codec/codec.hpp"
#include "profile/bindings.hpp"
#include "profile/rehearsal.hpp"

#include <string>
#include <string_view>

namespace whydrop::profile {

/// A step that sends the profile's message of this type. Errors: usage, for a type that the profile's client does not
/// have ("did you mean"), or of which it has no example.
Result<profile::Step> message_step(const profile::Profile& profile, const std::string& type);
/// Adds "/pointer=VALUE" to a `send` step: VALUE is JSON or else a string, and may hold {variables}. Errors: usage.
Result<void> add_set(profile::Step& step, std::string_view text);
/// Adds a pointer to take away. Errors: usage.
Result<void> add_drop(profile::Step& step, const std::string& pointer);

/// The message of a JSON text: itself and what the profile ends each message with, or what its codec makes of it.
/// `binary`: where it is JSON itself.
/// Errors: usage, for what is no packet of the codec.
Result<codec::Message> on_wire(const profile::Profile& profile, std::string json, bool binary);

/// The message of a `send` step as it is now: the type's example with what is set and without what is dropped,
/// variables filled in; compact unless the step says otherwise. Errors: usage, for a variable that is not set and a
/// pointer that leads nowhere. `extra`: more names that its templates may hold.
Result<codec::Message> compose(const profile::Bindings& bindings,
                               const profile::Step& step,
                               const profile::Bindings::Extra& extra = nullptr);

/// True if all that the step lacks are values that a reply can still give.
bool awaits_reply(const profile::Bindings& bindings, const profile::Step& step);

}  // namespace whydrop::profile
