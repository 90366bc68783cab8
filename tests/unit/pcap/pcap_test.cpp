#include "pcap/pcap.hpp"

#include "capture/writer.hpp"
#include "support/source_tree.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace whydrop::pcap {
namespace {

std::string file(const std::string& name) {
  std::ifstream in(test::in_source_tree("fixtures/packets/" + name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The kinds of the facts that are told of a file, each with what counts here.
std::string told(std::string_view bytes, std::shared_ptr<const ClearText> clear) {
  const auto reader = read_packets(
      "a.pcap",
      [&bytes](char* to, std::size_t size) -> Result<std::size_t> {
        const std::size_t count = bytes.copy(to, size);
        bytes.remove_prefix(count);
        return count;
      },
      std::move(clear));
  std::string out;
  for (auto item = reader->next(); item && *item; item = reader->next()) {
    const auto* event = std::get_if<session::Event>(&**item);
    if (event == nullptr) {
      continue;
    }
    out += session::kind_name(event->body);
    if (const auto* tls = std::get_if<session::Tls>(&event->body)) {
      out += " " + tls->version + " " + tls->cipher + (tls->sealed ? " sealed" : "");
    } else if (const auto* frame = std::get_if<session::Frame>(&event->body)) {
      out += " " + std::string(name(frame->from)) + " " + std::string(frame->payload);
    } else if (const auto* inflated = std::get_if<session::Inflated>(&event->body)) {
      out += " " + std::string(inflated->content);
    } else if (const auto* ending = std::get_if<session::Ending>(&event->body)) {
      out += " " + std::string(name(ending->how)) + " by " + std::string(name(ending->by));
    }
    out += "\n";
  }
  return out;
}

TEST(ReadPackets, WithoutKeysTellsOfTlsAlone) {
  EXPECT_EQ(told(file("wss-reset.pcap"), nullptr),
            "open\nconnect\ntls TLSv1.3 TLS_AES_256_GCM_SHA384 sealed\nending reset by server\n");
}

TEST(ReadPackets, TakesWhatTsharkDecrypted) {
  const std::string yaml = file("wss-reset.yaml");
  for (const std::size_t piece : {yaml.size(), std::size_t{1}}) {
    FollowedTls followed;
    for (std::size_t at = 0; at < yaml.size(); at += piece) {
      followed.feed(std::string_view(yaml).substr(at, piece));
    }
    followed.feed("\n");
    EXPECT_EQ(told(file("wss-reset.pcap"), std::make_shared<const ClearText>(followed.take())),
              "open\nconnect\ntls TLSv1.3 TLS_AES_256_GCM_SHA384\nrequest\nresponse\nframe client \ninflated one\n"
              "frame server \ninflated one\nending reset by server\n");
  }
}

}  // namespace
}  // namespace whydrop::pcap
