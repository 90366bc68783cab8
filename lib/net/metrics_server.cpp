#include "net/metrics_server.hpp"

#include "base/metrics.hpp"
#include "handshake/head.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace whydrop::net {
namespace {

constexpr std::string_view kPath = "/metrics";
constexpr std::size_t kMostScrapers = 16;
constexpr std::size_t kMostHead = 8U << 10;
constexpr auto kScrapeTime = std::chrono::seconds(5);

std::string reply(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                     status,
                     type,
                     body.size(),
                     body);
}

}  // namespace

struct MetricsServer::Impl : std::enable_shared_from_this<MetricsServer::Impl> {
  using Client = std::shared_ptr<Stream>;

  Impl(Loop& a_loop, std::function<std::string()> a_text) : loop(a_loop), text(std::move(a_text)), listener(a_loop) {}

  std::string answer(const handshake::Head& request) const {
    constexpr std::string_view kPlain = "text/plain; charset=utf-8";
    const std::string_view line = request.start_line;
    const std::string_view method = line.substr(0, line.find(' '));
    const std::string_view rest = line.substr(std::min(line.size(), method.size() + 1));
    const std::string_view path = rest.substr(0, rest.find_first_of(" ?"));
    if (!request.complete || !request.fault.empty()) {
      return reply("400 Bad Request", kPlain, "no HTTP request\n");
    }
    if (path != kPath) {
      return reply("404 Not Found", kPlain, fmt::format("the metrics are at {}\n", kPath));
    }
    return method == "GET" ? reply("200 OK", kExpositionType, text())
                           : reply("405 Method Not Allowed", kPlain, "GET only\n");
  }

  void listen_to(const Client& stream, const std::shared_ptr<handshake::HeadParser>& parser) {
    stream->read([this, stream, parser](std::string_view bytes) {
      parser->feed(bytes);
      if (!parser->done() && !bytes.empty()) {
        listen_to(stream, parser);
        return;
      }
      if (!parser->head().raw.empty()) {
        stream->write(answer(parser->head()));
      }
      stream->send_fin();
      await_end(stream);
    });
  }

  /// Closed at once, the rest of a request would make it a reset, which takes the answer with it.
  void await_end(const Client& stream) {
    stream->read([this, stream](std::string_view bytes) {
      if (bytes.empty()) {
        stream->close();
      } else {
        await_end(stream);
      }
    });
  }

  void accept(Socket socket) {
    if (streams.size() >= kMostScrapers) {
      return;
    }
    const auto stream = std::make_shared<Stream>(std::move(socket));
    streams.insert(stream);
    const TimerId timer = loop.after(kScrapeTime, [weak = std::weak_ptr(stream)] {
      if (const auto late = weak.lock()) {
        late->close();
      }
    });
    stream->on_closed([self = shared_from_this(), timer, weak = std::weak_ptr(stream)] {
      self->loop.cancel(timer);
      self->streams.erase(weak.lock());
    });
    listen_to(stream, std::make_shared<handshake::HeadParser>(handshake::HeadParser::Kind::request, kMostHead));
  }

  Loop& loop;
  const std::function<std::string()> text;
  Listener listener;
  std::set<Client> streams;
};

MetricsServer::MetricsServer(Loop& loop, std::function<std::string()> text)
    : impl_(std::make_shared<Impl>(loop, std::move(text))) {}

MetricsServer::~MetricsServer() {
  impl_->listener.stop();
  for (const auto& stream : impl_->streams) {
    stream->on_closed(nullptr);
    stream->close();
  }
}

Result<std::string> MetricsServer::start(const std::string& host, std::uint16_t port) {
  return impl_->listener.start(host, port, [impl = impl_.get()](Socket socket) { impl->accept(std::move(socket)); })
      .map([&host](std::uint16_t bound) { return fmt::format("http://{}{}", host_and_port(host, bound), kPath); });
}

}  // namespace whydrop::net
