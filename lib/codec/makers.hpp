// Internal to codec/: what the table of codecs is made of.
#pragma once

#include "codec/codec.hpp"

namespace whydrop::codec {

std::unique_ptr<Decoder> make_engine_io();
Result<Message> encode_engine_io(json::Value packet);
std::unique_ptr<Decoder> make_mqtt();
Result<Message> encode_mqtt(json::Value packet);
std::unique_ptr<Decoder> make_socket_io();
Result<Message> encode_socket_io(json::Value packet);
std::unique_ptr<Decoder> make_sockjs();
Result<Message> encode_sockjs(json::Value packet);
std::unique_ptr<Decoder> make_stomp();
Result<Message> encode_stomp(json::Value packet);
std::unique_ptr<Decoder> make_xmpp();
Result<Message> encode_xmpp(json::Value packet);

}  // namespace whydrop::codec
