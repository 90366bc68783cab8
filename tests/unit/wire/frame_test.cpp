#include "base/result.hpp"
#include "support/bytes.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

#include <gtest/gtest.h>

namespace whydrop::wire {
namespace {

using test::frame;
using test::hex;

struct Row {
  const char* name;
  std::string bytes;
  FrameHeader header;
  std::string payload;
};

FrameHeader header(Opcode opcode, std::uint64_t length, LengthForm form = LengthForm::bits_7) {
  FrameHeader header;
  header.opcode = opcode;
  header.length = length;
  header.length_form = form;
  return header;
}

FrameHeader with(FrameHeader header, bool fin, std::uint8_t rsv, bool masked) {
  header.fin = fin;
  header.rsv = rsv;
  header.masked = masked;
  header.masking_key = masked ? test::kTestKey : MaskingKey{};
  return header;
}

/// The first rows are the examples of RFC 6455 section 5.7.
const Row kRows[] = {
    {"text", hex("81 05 48656c6c6f"), header(Opcode::text, 5), "Hello"},
    {"masked text", hex("81 85 37fa213d 7f9f4d5158"), with(header(Opcode::text, 5), true, 0, true), "Hello"},
    {"first fragment", hex("01 03 48656c"), with(header(Opcode::text, 3), false, 0, false), "Hel"},
    {"last fragment", hex("80 02 6c6f"), header(Opcode::continuation, 2), "lo"},
    {"ping", hex("89 05 48656c6c6f"), header(Opcode::ping, 5), "Hello"},
    {"masked pong", hex("8a 85 37fa213d 7f9f4d5158"), with(header(Opcode::pong, 5), true, 0, true), "Hello"},
    {"256 bytes",
     hex("82 7e 0100") + std::string(256, 'x'),
     header(Opcode::binary, 256, LengthForm::bits_16),
     std::string(256, 'x')},
    {"64 KiB",
     hex("82 7f 0000000000010000") + std::string(65536, 'x'),
     header(Opcode::binary, 65536, LengthForm::bits_64),
     std::string(65536, 'x')},
    {"empty", hex("81 00"), header(Opcode::text, 0), ""},
    {"empty masked", hex("81 80 37fa213d"), with(header(Opcode::text, 0), true, 0, true), ""},
    {"125 bytes", hex("82 7d") + std::string(125, 'x'), header(Opcode::binary, 125), std::string(125, 'x')},
    {"126 bytes",
     hex("82 7e 007e") + std::string(126, 'x'),
     header(Opcode::binary, 126, LengthForm::bits_16),
     std::string(126, 'x')},
    {"65535 bytes",
     hex("82 7e ffff") + std::string(65535, 'x'),
     header(Opcode::binary, 65535, LengthForm::bits_16),
     std::string(65535, 'x')},
    {"16-bit form unneeded", hex("81 7e 0002 6869"), header(Opcode::text, 2, LengthForm::bits_16), "hi"},
    {"64-bit form unneeded", hex("81 7f 0000000000000002 6869"), header(Opcode::text, 2, LengthForm::bits_64), "hi"},
    {"64-bit form of nothing, masked",
     hex("81 ff 0000000000000000 37fa213d"),
     with(header(Opcode::text, 0, LengthForm::bits_64), true, 0, true),
     ""},
    {"all RSV bits", hex("f1 02 6869"), with(header(Opcode::text, 2), true, 7, false), "hi"},
    {"RSV1", hex("c1 02 6869"), with(header(Opcode::text, 2), true, kRsv1, false), "hi"},
    {"reserved opcode", hex("8b 02 6869"), header(Opcode::reserved_b, 2), "hi"},
    {"fragmented oversize ping",
     hex("09 7e 007e") + std::string(126, 'p'),
     with(header(Opcode::ping, 126, LengthForm::bits_16), false, 0, false),
     std::string(126, 'p')},
};

std::string show(const FrameHeader& header) {
  std::string out;
  append_header(out, header);
  return hex_encode(out);
}

/// What a decoder told, with its payloads copied.
struct Decoded {
  std::vector<std::pair<std::string, std::string>> frames;  ///< header in hex, payload
  std::string undecoded;
  std::optional<PartialFrame> partial;
  std::string partial_bytes, partial_payload;
  std::uint64_t accounted = 0;

  bool operator==(const Decoded& o) const {
    return frames == o.frames && undecoded == o.undecoded && partial.has_value() == o.partial.has_value() &&
           partial_bytes == o.partial_bytes && partial_payload == o.partial_payload && accounted == o.accounted;
  }
};

void collect(Decoded& decoded, const FrameDecoder::Item& item) {
  std::visit(overloaded{[&](const Frame& frame) {
                          EXPECT_EQ(frame.offset, decoded.accounted);
                          decoded.accounted += frame.header.size() + frame.header.length;
                          decoded.frames.emplace_back(show(frame.header), frame.payload);
                        },
                        [&](const Undecoded& bytes) {
                          EXPECT_EQ(bytes.offset, decoded.accounted);
                          EXPECT_EQ(bytes.length, bytes.bytes.size());
                          decoded.accounted += bytes.length;
                          decoded.undecoded += bytes.bytes;
                        }},
             item);
}

Decoded decode(const std::vector<std::string>& pieces, std::size_t max_payload) {
  FrameDecoder decoder(max_payload);
  Decoded decoded;
  for (const std::string& piece : pieces) {
    decoder.feed(piece);
    // Views are promised until the next feed(): all items of a chunk are looked at only when it is used up.
    std::vector<FrameDecoder::Item> items;
    while (const auto item = decoder.next()) {
      items.push_back(*item);
    }
    for (const auto& item : items) {
      collect(decoded, item);
    }
  }
  decoded.partial = decoder.under_way();
  if (decoded.partial) {
    EXPECT_EQ(decoded.partial->offset, decoded.accounted);
    decoded.accounted += decoded.partial->have;
    decoded.partial_bytes = decoded.partial->bytes;
    decoded.partial_payload = decoded.partial->payload;
  }
  EXPECT_EQ(decoder.in_frame(), decoded.partial.has_value());
  EXPECT_EQ(decoded.accounted, decoder.bytes_fed());
  return decoded;
}

/// Decodes in every way of feeding; all must tell the same.
Decoded decode_every_way(const std::string& bytes, std::size_t max_payload = 1U << 20) {
  const auto ways = test::splits(bytes);
  const Decoded whole = decode(ways.front(), max_payload);
  for (const auto& pieces : ways) {
    EXPECT_TRUE(decode(pieces, max_payload) == whole) << pieces.size() << " pieces of " << bytes.size() << " bytes";
  }
  return whole;
}

TEST(FrameEncoder, WritesEveryRow) {
  for (const Row& row : kRows) {
    std::string out = "x";
    append_frame(out, row.header, row.payload);
    EXPECT_TRUE(out == "x" + row.bytes) << row.name;
  }
}

TEST(FrameDecoder, ReadsEveryRow) {
  for (const Row& row : kRows) {
    const Decoded decoded = decode_every_way(row.bytes);
    ASSERT_EQ(decoded.frames.size(), 1U) << row.name;
    EXPECT_EQ(decoded.frames[0].first, show(row.header)) << row.name;
    EXPECT_TRUE(decoded.frames[0].second == row.payload) << row.name;
    EXPECT_FALSE(decoded.partial) << row.name;
  }
}

TEST(FrameDecoder, ReadsAllRowsInOneStream) {
  std::string bytes;
  for (const Row& row : kRows) {
    bytes += row.bytes;
  }
  const Decoded decoded = decode_every_way(bytes);
  ASSERT_EQ(decoded.frames.size(), std::size(kRows));
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    EXPECT_TRUE(decoded.frames[i].second == kRows[i].payload) << kRows[i].name;
  }
}

TEST(FrameDecoder, HandsOutUnmaskedFramesWithoutACopy) {
  const std::string bytes = frame(Opcode::text).payload("Hello");
  FrameDecoder decoder(100);
  decoder.feed(bytes);
  const auto item = decoder.next();
  EXPECT_EQ(std::get<Frame>(*item).payload.data(), bytes.data() + 2);
}

TEST(FrameDecoder, TellsEveryCutOfAFrame) {
  const std::string bytes = frame(Opcode::binary).masked().payload(std::string(130, 'x'));
  constexpr std::size_t kHeader = 8;
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const Decoded decoded = decode_every_way(bytes.substr(0, size));
    ASSERT_TRUE(decoded.partial) << size;
    EXPECT_EQ(decoded.partial->have, size);
    EXPECT_EQ(decoded.partial->has_header, size >= kHeader);
    EXPECT_EQ(decoded.partial->need, size >= kHeader ? bytes.size() : 0);
    EXPECT_EQ(decoded.partial_bytes, bytes.substr(0, std::min(size, kHeader)));
    EXPECT_EQ(decoded.partial_payload, std::string(size - std::min(size, kHeader), 'x'));
  }
}

TEST(FrameDecoder, ForgetsAFrameOnceItIsWhole) {
  const Decoded decoded = decode_every_way(frame(Opcode::text).payload("one").bytes() + hex("81"));
  EXPECT_EQ(decoded.frames.size(), 1U);
  ASSERT_TRUE(decoded.partial);
  EXPECT_EQ(decoded.partial_payload, "");
}

TEST(FrameDecoder, KeepsNoMoreThanTheCap) {
  const std::string bytes = frame(Opcode::text).masked().payload("0123456789").bytes() +
                            frame(Opcode::binary).payload("abcdefghijkl").bytes();
  for (const std::size_t cap : {0U, 1U, 5U, 10U, 11U, 12U, 13U}) {
    const Decoded decoded = decode_every_way(bytes, cap);
    ASSERT_EQ(decoded.frames.size(), 2U);
    EXPECT_EQ(decoded.frames[0].second, std::string("0123456789").substr(0, cap));
    EXPECT_EQ(decoded.frames[1].second, std::string("abcdefghijkl").substr(0, cap));
  }
}

TEST(FrameDecoder, KeepsNoMoreOfACutFrameThanTheCap) {
  const std::string bytes = frame(Opcode::text).payload("0123456789").declare(1ULL << 62);
  const Decoded decoded = decode_every_way(bytes, 4);
  ASSERT_TRUE(decoded.partial);
  EXPECT_EQ(decoded.partial->need, (1ULL << 62) + 10);
  EXPECT_EQ(decoded.partial_payload, "0123");
}

TEST(FrameDecoder, ReadsTheLongestLengthThatIsLegal) {
  const Decoded decoded = decode_every_way(frame(Opcode::text).payload("abc").declare((1ULL << 63) - 1));
  ASSERT_TRUE(decoded.partial);
  EXPECT_EQ(decoded.partial->header.length, (1ULL << 63) - 1);
  EXPECT_EQ(decoded.partial->need, (1ULL << 63) + 9);
}

TEST(FrameDecoder, LosesFramingFromTheFrameOnWhoseLengthIsTooLong) {
  for (const bool masked : {false, true}) {
    auto bad = frame(Opcode::binary).payload("abc").declare(1ULL << 63);
    const std::string tail =
        (masked ? bad.masked() : bad).bytes() + frame(Opcode::text).payload("never framed").bytes();
    const Decoded decoded = decode_every_way(frame(Opcode::text).payload("hi").bytes() + tail);
    EXPECT_EQ(decoded.frames.size(), 1U);
    EXPECT_EQ(decoded.undecoded, tail);
    EXPECT_FALSE(decoded.partial);
  }
}

TEST(FrameDecoder, SaysThatFramingWasLost) {
  FrameDecoder decoder(100);
  const std::string bytes = frame(Opcode::text).declare(1ULL << 63);
  decoder.feed(bytes);
  EXPECT_FALSE(decoder.lost());
  EXPECT_TRUE(decoder.next());
  EXPECT_TRUE(decoder.lost());
  EXPECT_FALSE(decoder.in_frame());
}

TEST(FrameDecoder, SurvivesEmptyChunks) {
  const std::string bytes = frame(Opcode::text).payload("hi");
  EXPECT_EQ(
      decode({"", bytes.substr(0, 1), "", bytes.substr(1, 1), "", bytes.substr(2, 1), "", bytes.substr(3), ""}, 100)
          .frames.size(),
      1U);
}

TEST(FrameDecoder, KeepsTheViewOfAFrameWhileTheNextBegins) {
  const std::string bytes =
      frame(Opcode::text).payload("first").bytes() + frame(Opcode::text).payload("second").bytes();
  FrameDecoder decoder(100);
  decoder.feed(std::string_view(bytes).substr(0, 4));
  EXPECT_FALSE(decoder.next());
  decoder.feed(std::string_view(bytes).substr(4, bytes.size() - 5));
  const auto first = decoder.next();
  EXPECT_FALSE(decoder.next());
  EXPECT_EQ(std::get<Frame>(*first).payload, "first");
}

TEST(FrameEncoder, WritesTheShortestForm) {
  std::string out;
  append_frame(out, Opcode::text, "hi");
  EXPECT_EQ(out, hex("81 02 6869"));
  out.clear();
  append_frame(out, Opcode::text, "Hello", test::kTestKey);
  EXPECT_EQ(out, hex("81 85 37fa213d 7f9f4d5158"));
}

TEST(FrameEncoder, WidensAFormThatIsTooShort) {
  std::string out;
  append_header(out, header(Opcode::text, 126));
  EXPECT_EQ(out, hex("81 7e 007e"));
  out.clear();
  append_header(out, header(Opcode::text, 65536, LengthForm::bits_16));
  EXPECT_EQ(out, hex("81 7f 0000000000010000"));
}

TEST(FrameEncoder, LetsTheDeclaredLengthContradictThePayload) {
  EXPECT_EQ(frame(Opcode::text).payload("hi").declare(5).bytes(), hex("81 05 6869"));
  EXPECT_EQ(frame(Opcode::text).payload("hi").declare(0).bytes(), hex("81 00 6869"));
}

TEST(FrameHeader, KnowsItsSize) {
  for (const Row& row : kRows) {
    EXPECT_EQ(row.header.size() + row.payload.size(), row.bytes.size()) << row.name;
  }
}

TEST(ApplyMask, EverySizeAndPhaseTurnsBack) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::uint64_t phase = 0; phase < 9; ++phase) {
      std::string bytes(size, 'q');
      std::string expected;
      for (std::size_t i = 0; i < size; ++i) {
        expected += static_cast<char>('q' ^ test::kTestKey[(i + phase) % 4]);
      }
      apply_mask(bytes.data(), bytes.data(), size, test::kTestKey, phase);
      EXPECT_EQ(bytes, expected);
      apply_mask(bytes.data(), bytes.data(), size, test::kTestKey, phase);
      EXPECT_EQ(bytes, std::string(size, 'q'));
    }
  }
}

}  // namespace
}  // namespace whydrop::wire
