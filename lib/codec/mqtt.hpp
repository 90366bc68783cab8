#pragma once

#include <string_view>

namespace whydrop::codec {

/// The words for a return code of CONNACK (MQTT 3.1.1 section 3.2.2.3) or a reason code of MQTT 5 (section 2.4) that
/// tells of a failure; empty for any other.
std::string_view mqtt_reason(unsigned code);

}  // namespace whydrop::codec
