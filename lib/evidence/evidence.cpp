#include "evidence/evidence.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "capture/har.hpp"
#include "capture/reader.hpp"
#include "capture/sniff.hpp"
#include "evidence/gunzip.hpp"
#include "netlog/netlog.hpp"
#include "pcap/packet_file.hpp"
#include "pcap/pcap.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::evidence {
namespace {

/// A reader of what has no need of more than the file.
template <std::unique_ptr<capture::ItemReader> (*kRead)(const std::string&, ByteSource)>
std::unique_ptr<capture::ItemReader> alone(const std::string& name, ByteSource source, const Settings&) {
  return kRead(name, std::move(source));
}

std::unique_ptr<capture::ItemReader> packets(const std::string& name, ByteSource source, const Settings& settings) {
  return pcap::read_packets(name, std::move(source), settings.clear);
}

constexpr Format kFormats[] = {
    {Kind::capture, "a capture", capture::looks_like_capture, alone<capture::read_capture>},
    {Kind::har, "a HAR", capture::looks_like_har, alone<capture::read_har>},
    {Kind::net_log, "a Chromium net log", netlog::looks_like_net_log, alone<netlog::read_net_log>},
    {Kind::packets, "a packet capture", pcap::looks_like_packets, packets},
};

/// Reads on until `known` says so of what was read, or that is kHead long, or nothing more comes.
template <typename Known>
Result<std::string> read_head(const ByteSource& source, Known known) {
  std::string head;
  for (std::size_t came = 1; came > 0 && head.size() < kHead && !known(head);) {
    const std::size_t have = head.size();
    head.resize(kHead);
    const auto count = source(head.data() + have, kHead - have);
    head.resize(have + count.value_or(0));
    WHYDROP_TRY(count);
    came = *count;
  }
  return head;
}

/// What `source` gave and gives.
ByteSource joined(std::string head, ByteSource source) {
  return [head = std::move(head), source = std::move(source), at = std::size_t{0}](
             char* to, std::size_t size) mutable -> Result<std::size_t> {
    if (at == head.size()) {
      return source(to, size);
    }
    const std::size_t count = std::string_view(head).substr(at).copy(to, size);
    at += count;
    return count;
  };
}

bool is_recognised(std::string_view head) {
  return recognise(head) != nullptr;
}

}  // namespace

const Format* recognise(std::string_view head) {
  const auto* found = std::find_if(
      std::begin(kFormats), std::end(kFormats), [head](const Format& format) { return format.recognises(head); });
  return found == std::end(kFormats) ? nullptr : found;
}

std::string kinds_taken(std::string_view besides) {
  std::vector<std::string_view> all;
  std::transform(
      std::begin(kFormats), std::end(kFormats), std::back_inserter(all), [](const Format& it) { return it.what; });
  if (!besides.empty()) {
    all.push_back(besides);
  }
  const std::string_view last = all.back();
  all.pop_back();
  return fmt::format("{}{} or {}", fmt::join(all, ", "), all.size() > 1 ? "," : "", last);
}

Result<Looked> look(const std::string& name, ByteSource source) {
  auto head = read_head(source, [](std::string_view read) { return looks_like_gzip(read) || is_recognised(read); });
  WHYDROP_TRY(head);
  if (looks_like_gzip(*head)) {
    source = gunzip(name, joined(*head, std::move(source)));
    auto unpacked = read_head(source, is_recognised);
    WHYDROP_TRY(unpacked);
    head = unpacked->empty() ? *head : std::move(*unpacked);
  }
  return Looked{recognise(*head), *head, joined(*head, std::move(source))};
}

Result<std::unique_ptr<capture::ItemReader>> open(const std::string& name,
                                                  ByteSource source,
                                                  const Settings& settings) {
  auto file = look(name, std::move(source));
  WHYDROP_TRY(file);
  if (file->format != nullptr) {
    return file->format->read(name, std::move(file->source), settings);
  }
  if (trim(file->head).empty() && file->head.size() < kHead) {
    return fail(ErrorKind::local, "cannot read " + name + ": empty");
  }
  return fail(ErrorKind::local,
              "cannot read " + name + ": not a recording but " + std::string(capture::what_file(file->head)),
              "it takes " + kinds_taken());
}

}  // namespace whydrop::evidence
