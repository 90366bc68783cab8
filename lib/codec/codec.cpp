#include "codec/codec.hpp"

#include "codec/makers.hpp"

#include <algorithm>

namespace whydrop::codec {

const std::vector<Codec>& codecs() {
  static const std::vector<Codec> rows{
      {"engine.io", make_engine_io, encode_engine_io},
      {"mqtt", make_mqtt, encode_mqtt},
      {"socket.io", make_socket_io, encode_socket_io},
      {"sockjs", make_sockjs, encode_sockjs},
      {"stomp", make_stomp, encode_stomp},
      {"xmpp", make_xmpp, encode_xmpp},
  };
  return rows;
}

const Codec* find_codec(std::string_view name) {
  const auto& rows = codecs();
  const auto found = std::find_if(rows.begin(), rows.end(), [name](const Codec& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace whydrop::codec
