// What packets of MQTT and STOMP are called on the wire: for those who read them whole, and for those who recognise
// one.
#pragma once

#include <array>
#include <string_view>

namespace whydrop::codec {

/// By the type of a control packet; 0 is reserved. MQTT 5 section 2.1.2.
inline constexpr std::array<std::string_view, 16> kMqttTypes{"",
                                                             "CONNECT",
                                                             "CONNACK",
                                                             "PUBLISH",
                                                             "PUBACK",
                                                             "PUBREC",
                                                             "PUBREL",
                                                             "PUBCOMP",
                                                             "SUBSCRIBE",
                                                             "SUBACK",
                                                             "UNSUBSCRIBE",
                                                             "UNSUBACK",
                                                             "PINGREQ",
                                                             "PINGRESP",
                                                             "DISCONNECT",
                                                             "AUTH"};

/// The flags that a packet of this type carries; those of PUBLISH (3) say what it is. MQTT 5 section 2.1.3.
constexpr unsigned mqtt_flags(unsigned type) {
  return type == 6 || type == 8 || type == 10 ? 2 : 0;
}

/// The commands of frames. STOMP 1.2, augmented BNF.
inline constexpr std::array<std::string_view, 15> kStompCommands{"CONNECT",
                                                                 "STOMP",
                                                                 "CONNECTED",
                                                                 "SEND",
                                                                 "SUBSCRIBE",
                                                                 "UNSUBSCRIBE",
                                                                 "ACK",
                                                                 "NACK",
                                                                 "BEGIN",
                                                                 "COMMIT",
                                                                 "ABORT",
                                                                 "DISCONNECT",
                                                                 "MESSAGE",
                                                                 "RECEIPT",
                                                                 "ERROR"};

}  // namespace whydrop::codec
