#include "support/bytes.hpp"
#include "wire/close_code.hpp"
#include "wire/opcode.hpp"

#include <set>

#include <gtest/gtest.h>

namespace whydrop::wire {
namespace {

TEST(Opcode, EachHasAName) {
  std::set<std::string_view> names;
  for (std::uint8_t i = 0; i < 16; ++i) {
    names.insert(name(static_cast<Opcode>(i)));
  }
  EXPECT_EQ(names.size(), 16U);
  EXPECT_EQ(name(Opcode::text), "text");
  EXPECT_EQ(name(Opcode::reserved_f), "reserved_f");
}

TEST(Opcode, Kinds) {
  std::string control;
  std::string reserved;
  for (int i = 0; i < 16; ++i) {
    control += is_control(static_cast<Opcode>(i)) ? "0123456789abcdef"[i] : '.';
    reserved += is_reserved(static_cast<Opcode>(i)) ? "0123456789abcdef"[i] : '.';
  }
  EXPECT_EQ(control, "........89abcdef");
  EXPECT_EQ(reserved, "...34567...bcdef");
}

TEST(Side, NamesComeBack) {
  for (const Side side : {Side::client, Side::server}) {
    EXPECT_EQ(parse<Side>(name(side)), side);
    EXPECT_NE(other(side), side);
  }
  EXPECT_EQ(name(Side::client), "client");
  EXPECT_EQ(parse<Side>("proxy"), std::nullopt);
}

struct CodeRow {
  std::uint16_t code;
  CloseRange range;
  bool sendable;
  std::string_view says;
};

const CodeRow kCodes[] = {
    {0, CloseRange::invalid, false, "not a close code"},
    {999, CloseRange::invalid, false, "not a close code"},
    {1000, CloseRange::registered, true, "normal closure"},
    {1001, CloseRange::registered, true, "going away"},
    {1002, CloseRange::registered, true, "protocol error"},
    {1003, CloseRange::registered, true, "unsupported data"},
    {1004, CloseRange::unassigned, false, "reserved"},
    {1005, CloseRange::derived, false, "no status received"},
    {1006, CloseRange::derived, false, "abnormal closure"},
    {1007, CloseRange::registered, true, "invalid frame payload data"},
    {1008, CloseRange::registered, true, "policy violation"},
    {1009, CloseRange::registered, true, "message too big"},
    {1010, CloseRange::registered, true, "mandatory extension"},
    {1011, CloseRange::registered, true, "internal error"},
    {1012, CloseRange::registered, true, "service restart"},
    {1013, CloseRange::registered, true, "try again later"},
    {1014, CloseRange::registered, true, "bad gateway"},
    {1015, CloseRange::derived, false, "TLS handshake"},
    {1016, CloseRange::unassigned, false, "unassigned"},
    {2999, CloseRange::unassigned, false, "unassigned"},
    {3000, CloseRange::library, true, "unauthorized"},
    {3001, CloseRange::library, true, "library use"},
    {3999, CloseRange::library, true, "library use"},
    {4000, CloseRange::private_use, true, "private use"},
    {4999, CloseRange::private_use, true, "private use"},
    {5000, CloseRange::invalid, false, "not a close code"},
    {65535, CloseRange::invalid, false, "not a close code"},
};

TEST(CloseCode, Table) {
  for (const CodeRow& row : kCodes) {
    EXPECT_EQ(close_range(row.code), row.range) << row.code;
    EXPECT_EQ(is_sendable(row.code), row.sendable) << row.code;
    EXPECT_EQ(close_code_name(row.code), row.says) << row.code;
  }
}

TEST(CloseCode, SendableIsWhatItsRangeSays) {
  for (unsigned i = 0; i <= 0xFFFF; ++i) {
    const auto code = static_cast<std::uint16_t>(i);
    const CloseRange range = close_range(code);
    EXPECT_EQ(is_sendable(code),
              range == CloseRange::registered || range == CloseRange::library || range == CloseRange::private_use)
        << code;
    EXPECT_FALSE(close_code_name(code).empty()) << code;
  }
}

TEST(CloseCode, Payload) {
  EXPECT_EQ(close_payload(1000), test::hex("03 e8"));
  EXPECT_EQ(close_payload(4001, "bye"), test::hex("0f a1 62 79 65"));
}

}  // namespace
}  // namespace whydrop::wire
