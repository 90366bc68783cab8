// Invariant: any bytes, in any pieces, decode without a crash; every byte belongs to exactly one item; no more payload
// is kept than the cap allows; whole and split feeds give the same items; a frame written again from its header is the
// same bytes. The first byte of the input chooses the pieces and the cap.
#include "base/result.hpp"
#include "fuzz/require.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace whydrop;
using fuzz::require;

/// What a decoder told, as text, so that two feeds can be compared.
class Transcript {
 public:
  Transcript(std::string_view input, std::size_t cap) : input_(input), cap_(cap) {}

  void add(const wire::FrameDecoder::Item& item) {
    std::visit(overloaded{[&](const wire::Frame& frame) { add_frame(frame); },
                          [&](const wire::Undecoded& bytes) { add_undecoded(bytes); }},
               item);
  }

  void add_partial(const wire::PartialFrame& partial) {
    require(partial.offset == end_, "a partial frame begins where the last item ended");
    require(partial.payload.size() <= cap_, "a partial payload stays within the cap");
    require(partial.need == 0 ? !partial.has_header : partial.have < partial.need, "a partial frame is not whole");
    end_ += partial.have;
    text_ += "partial " + std::to_string(partial.have) + "/" + std::to_string(partial.need) + " ";
    text_.append(partial.bytes).append("|").append(partial.payload);
  }

  std::uint64_t end() const { return end_; }
  const std::string& text() const { return text_; }

 private:
  void add_frame(const wire::Frame& frame) {
    require(frame.offset == end_, "a frame begins where the last item ended");
    require(frame.payload.size() <= cap_ && frame.payload.size() <= frame.header.length,
            "a payload stays within the cap");
    require(frame.payload.size() == cap_ || frame.payload.size() == frame.header.length,
            "a payload is kept up to the cap");
    std::string again;
    append_frame(again, frame.header, frame.payload);
    require(input_.substr(frame.offset, again.size()) == again, "a frame written again is the same bytes");
    end_ += frame.header.size() + frame.header.length;
    text_ += again;
    text_ += '\n';
  }

  void add_undecoded(const wire::Undecoded& bytes) {
    require(bytes.offset == end_, "undecoded bytes begin where the last item ended");
    require(bytes.length == bytes.bytes.size() && bytes.length > 0, "undecoded bytes are all there");
    end_ += bytes.length;
    text_ += bytes.bytes;
  }

  std::string_view input_;
  std::size_t cap_;
  std::uint64_t end_ = 0;
  std::string text_;
};

std::string decode(std::string_view input, std::size_t piece, std::size_t cap) {
  wire::FrameDecoder decoder(cap);
  Transcript transcript(input, cap);
  for (std::size_t at = 0; at < input.size(); at += piece) {
    // A copy: a view into an earlier chunk must not be needed.
    const std::string chunk(input.substr(at, piece));
    decoder.feed(chunk);
    // Views are promised until the next feed(), so none is looked at before the chunk is used up.
    std::vector<wire::FrameDecoder::Item> items;
    while (const auto item = decoder.next()) {
      items.push_back(*item);
    }
    for (const auto& item : items) {
      transcript.add(item);
    }
  }
  if (const auto partial = decoder.under_way()) {
    require(decoder.in_frame(), "a partial frame is under way");
    transcript.add_partial(*partial);
  }
  require(transcript.end() == input.size() && decoder.bytes_fed() == input.size(), "every byte is told of once");
  return transcript.text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1U + (data[0] & 15U);
  const std::size_t cap = (data[0] & 16U) != 0 ? data[0] >> 5 : 1U << 16;
  require(decode(input, input.size() + 1, cap) == decode(input, piece, cap),
          "whole and split feeds give the same items");
  return 0;
}
