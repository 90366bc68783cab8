// The reference client of the benchmarks: bare websocketpp over its own Asio transport, doing the least that can be
// called a client.
//   bench_reference receive URL FILE   writes each payload and a newline to FILE until the server closes; of wss URLs
//   any
//                                      certificate is good, and permessage-deflate is offered where a word follows
//   bench_reference lines URL          sends each line of standard input as one message (one write each), then closes
//   bench_reference once URL MESSAGE   sends one message, waits for one reply, closes
#include <cstdio>
#include <iostream>
#include <string>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_client.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>

namespace {

/// websocketpp's own configuration with permessage-deflate.
template <typename Base>
struct Deflating : Base {
  struct permessage_deflate_config {};
  using permessage_deflate_type = websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>;
};

using Plain = websocketpp::client<websocketpp::config::asio_client>;
using Compressed = websocketpp::client<Deflating<websocketpp::config::asio_client>>;
using Tls = websocketpp::client<websocketpp::config::asio_tls_client>;
using Handle = websocketpp::connection_hdl;

template <typename Client>
void close(Client& client, Handle handle) {
  websocketpp::lib::error_code ignored;
  client.close(handle, websocketpp::close::status::normal, "", ignored);
}

template <typename Client>
void prepare(Client& client, const std::string& mode, const std::string& argument, std::FILE* file) {
  if (mode == "receive") {
    client.set_message_handler([file](Handle, typename Client::message_ptr message) {
      const std::string& payload = message->get_payload();
      std::fwrite(payload.data(), 1, payload.size(), file);
      std::fputc('\n', file);
    });
  } else if (mode == "lines") {
    client.set_open_handler([&client](Handle handle) {
      for (std::string line; std::getline(std::cin, line);) {
        client.send(handle, line, websocketpp::frame::opcode::text);
      }
      close(client, handle);
    });
  } else {
    client.set_open_handler(
        [&client, argument](Handle handle) { client.send(handle, argument, websocketpp::frame::opcode::text); });
    client.set_message_handler([&client](Handle handle, typename Client::message_ptr message) {
      std::puts(message->get_payload().c_str());
      close(client, handle);
    });
  }
}

/// Any certificate is good.
void trust(Tls& client) {
  client.set_tls_init_handler([](const Handle&) {
    auto context = websocketpp::lib::make_shared<websocketpp::lib::asio::ssl::context>(
        websocketpp::lib::asio::ssl::context::tls_client);
    context->set_verify_mode(websocketpp::lib::asio::ssl::verify_none);
    return context;
  });
}
void trust(Plain& /*client*/) {}
void trust(Compressed& /*client*/) {}

template <typename Client>
int run(const std::string& mode, const std::string& url, const std::string& argument, std::FILE* file) {
  Client client;
  client.clear_access_channels(websocketpp::log::alevel::all);
  client.clear_error_channels(websocketpp::log::elevel::all);
  client.init_asio();
  client.set_max_message_size(1U << 30);
  trust(client);
  prepare(client, mode, argument, file);
  websocketpp::lib::error_code error;
  auto connection = client.get_connection(url, error);
  if (error) {
    return 4;
  }
  client.connect(connection);
  client.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    return 2;
  }
  std::ios::sync_with_stdio(false);
  const std::string mode = argv[1], url = argv[2];
  const std::string argument = argc > 3 ? argv[3] : "";
  std::FILE* file = mode == "receive" ? std::fopen(argument.c_str(), "w") : nullptr;
  if (mode == "receive" && !file) {
    return 3;
  }
  const bool tls = url.rfind("wss:", 0) == 0;
  const auto run_as = tls ? run<Tls> : argc > 4 ? run<Compressed> : run<Plain>;
  const int code = run_as(mode, url, argument, file);
  if (file) {
    std::fclose(file);
  }
  return code;
}
