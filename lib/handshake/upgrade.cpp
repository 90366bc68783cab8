#include "handshake/upgrade.hpp"

namespace whydrop::handshake {

bool asks_for_upgrade(const Head& request) {
  return request.find("Upgrade") != nullptr || request.find("Sec-WebSocket-Key") != nullptr ||
         request.find("Sec-WebSocket-Version") != nullptr;
}

}  // namespace whydrop::handshake
