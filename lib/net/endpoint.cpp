#include "net/endpoint.hpp"

#include "base/utf8.hpp"
#include "wire/close_code.hpp"
#include "wire/encoder.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <vector>

#include <fmt/format.h>
#include <sys/random.h>
#include <websocketpp/client.hpp>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/logger/stub.hpp>

namespace whydrop::net {

namespace {

/// The kernel's CSPRNG, read by the page: one call of it costs more than all the rest of a small frame. OpenSSL's own
/// takes half a millisecond to start, which a plain ws session need not pay.
std::uint32_t buffered_random() {
  static std::array<std::uint32_t, 1024> buffer;
  static std::size_t used = buffer.size();
  if (used == buffer.size()) {
    // Without random numbers there is no safe way on. More than 256 bytes may come in parts.
    auto* bytes = reinterpret_cast<unsigned char*>(buffer.data());
    for (std::size_t have = 0; have < sizeof(buffer);) {
      const ssize_t got = getrandom(bytes + have, sizeof(buffer) - have, 0);
      if (got < 0 && errno != EINTR) {
        std::terminate();
      }
      have += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    used = 0;
  }
  return buffer[used++];
}

struct RandomSource {
  Endpoint::Random source = buffered_random;
  std::uint32_t operator()() { return source(); }
};

/// websocketpp makes its generator itself; the next one made takes this source.
Endpoint::Random next_source;

struct InjectedRandom : RandomSource {
  InjectedRandom() {
    if (next_source) {
      source = std::move(next_source);
      next_source = nullptr;
    }
  }
};

// websocketpp asks for these names.
// NOLINTBEGIN(readability-identifier-naming)
struct Config : websocketpp::config::core_client {
  using type = Config;
  using concurrency_type = websocketpp::concurrency::none;
  using elog_type = websocketpp::log::stub;
  using alog_type = websocketpp::log::stub;
  using rng_type = InjectedRandom;
  struct transport_config : core_client::transport_config {
    using concurrency_type = Config::concurrency_type;
    using elog_type = Config::elog_type;
    using alog_type = Config::alog_type;
  };
  using transport_type = websocketpp::transport::iostream::endpoint<transport_config>;
  static constexpr std::size_t connection_read_buffer_size = 1024;
  static constexpr websocketpp::log::level elog_level = 0;
  static constexpr websocketpp::log::level alog_level = 0;
  struct permessage_deflate_config {};
  using permessage_deflate_type = websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>;
};
// NOLINTEND(readability-identifier-naming)

using WebsocketppClient = websocketpp::client<Config>;

std::string deflate_answer(const std::optional<handshake::DeflateParameters>& deflate) {
  // zlib cannot compress with a window of 2^8 bytes. A side that agreed on compression may still send plain messages.
  if (!deflate || deflate->client_max_window_bits < 9) {
    return {};
  }
  return fmt::format("Sec-WebSocket-Extensions: permessage-deflate{}; client_max_window_bits={}\r\n",
                     deflate->client_no_context_takeover ? "; client_no_context_takeover" : "",
                     deflate->client_max_window_bits);
}

}  // namespace

struct Endpoint::Impl {
  Callbacks callbacks;
  WebsocketppClient client;
  WebsocketppClient::connection_ptr connection;
  std::string key;
  Random random;
  bool upgraded = false;
  bool compresses = false;
  std::string frame;  ///< the one that is made

  void write(std::string_view bytes) {
    // The request that websocketpp writes is not sent: the client writes its own, with headers in the user's order.
    if (upgraded) {
      callbacks.write(bytes);
    }
  }
  void set_handlers();
  wire::MaskingKey masking_key();
};

/// As websocketpp makes it of a number.
wire::MaskingKey Endpoint::Impl::masking_key() {
  const std::uint32_t number = random();
  wire::MaskingKey bytes{};
  std::memcpy(bytes.data(), &number, bytes.size());
  return bytes;
}

void Endpoint::Impl::set_handlers() {
  connection->set_write_handler([this](websocketpp::connection_hdl, const char* data, std::size_t size) {
    write({data, size});
    return std::error_code();
  });
  connection->set_vector_write_handler(
      [this](websocketpp::connection_hdl, const std::vector<websocketpp::transport::buffer>& parts) {
        for (const auto& part : parts) {
          write({part.buf, part.len});
        }
        return std::error_code();
      });
  connection->set_ping_handler(
      [this](websocketpp::connection_hdl, const std::string& payload) { return callbacks.on_ping(payload); });
}

Endpoint::Endpoint(Callbacks callbacks, Random random) {
  next_source = random;
  impl_ = std::make_unique<Impl>();
  impl_->random = random ? std::move(random) : buffered_random;
  impl_->callbacks = std::move(callbacks);
  std::error_code error;
  impl_->connection = impl_->client.get_connection("ws://localhost/", error);
  impl_->set_handlers();
  impl_->client.connect(impl_->connection);
  impl_->key = impl_->connection->get_request_header("Sec-WebSocket-Key");
}

Endpoint::~Endpoint() {
  // A pending read holds the connection itself: without an end it would keep itself alive.
  impl_->upgraded = false;
  impl_->connection->eof();
}

const std::string& Endpoint::key() const {
  return impl_->key;
}

void Endpoint::open(const handshake::Negotiated& agreed) {
  // The observer has judged the real answer. websocketpp gets the plain one that follows from its own key, so that no
  // oddity of the real one is judged twice.
  const std::string answer = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
      "{}\r\n{}\r\n",
      handshake::accept_key(impl_->key),
      deflate_answer(agreed.deflate));
  impl_->upgraded = true;
  impl_->compresses = !deflate_answer(agreed.deflate).empty();
  impl_->connection->read_all(answer.data(), answer.size());
}

void Endpoint::on_control(wire::Opcode opcode, std::string_view payload) {
  std::string frame;
  wire::append_frame(frame, opcode, payload);
  impl_->connection->read_all(frame.data(), frame.size());
}

/// A message that is not compressed is one frame, which needs nothing of websocketpp: it would look at each byte by
/// itself.
bool Endpoint::send(engine::Payload kind, std::string_view payload) {
  if (!impl_->compresses) {
    if (!is_open() || (kind == engine::Payload::text && !is_utf8(payload))) {
      return false;
    }
    impl_->frame.clear();
    const auto opcode = kind == engine::Payload::text ? wire::Opcode::text : wire::Opcode::binary;
    wire::append_frame(impl_->frame, opcode, payload, impl_->masking_key());
    impl_->write(impl_->frame);
    return true;
  }
  const auto opcode =
      kind == engine::Payload::text ? websocketpp::frame::opcode::text : websocketpp::frame::opcode::binary;
  return !impl_->connection->send(std::string(payload), opcode);
}

bool Endpoint::ping(std::string_view payload) {
  std::error_code error;
  impl_->connection->ping(std::string(payload), error);
  return !error;
}

bool Endpoint::pong(std::string_view payload) {
  std::error_code error;
  impl_->connection->pong(std::string(payload), error);
  return !error;
}

bool Endpoint::close(std::uint16_t code, std::string_view reason) {
  if (code != 0 && !wire::is_sendable(code)) {
    return false;
  }
  std::error_code error;
  impl_->connection->close(code, std::string(reason), error);
  return !error;
}

bool Endpoint::is_open() const {
  return impl_->connection->get_state() == websocketpp::session::state::open;
}

}  // namespace whydrop::net
