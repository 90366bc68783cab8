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

TEST(MistakenClose, IsReadInEachForm) {
  using Form = MistakenClose::Form;
  struct Row {
    const char* bytes;
    std::optional<Form> form;
    std::optional<std::uint16_t> meant;
  };
  const Row rows[] = {
      {"03 e8", {}, {}},              // 1000, as it should be
      {"0f a1 34 30 30 31", {}, {}},  // 4001, reason "4001"
      {"", {}, {}},
      {"03", {}, {}},
      {"31 30 30 30", Form::digits, 1000},                           // "1000"
      {"34 30 30 31 20 62 79 65", Form::digits, 4001},               // "4001 bye"
      {"62 79 65", Form::text, {}},                                  // "bye"
      {"7b 22 63 6f 64 65 22 3a 31 30 30 31 7d", Form::text, 1001},  // {"code":1001}
      {"c3 9c 62 65 72", Form::text, {}},                            // "Über"
      {"54 50 2f 31 2e 31 20 35 30 32", Form::http, {}},             // "TP/1.1 502", behind HT
      {"e8 03", Form::swapped, 1000},
      {"a1 0f 62 79 65", Form::swapped, 4001},
      {"00 00 03 e8", Form::wide, 1000},
      {"e8 03 00 00", Form::wide_low, 1000},
      {"03 ee", {}, {}},        // 1006: a code, if one that is never sent
      {"30 39", {}, {}},        // 12345, or "09": either
      {"39 39 39 39", {}, {}},  // digits that are no code
      {"ff ff", {}, {}},
      {"27 10", {}, {}},  // 10000
      {"00 00", {}, {}},
  };
  for (const Row& row : rows) {
    const auto read = read_mistaken_close(test::hex(row.bytes));
    EXPECT_EQ(row.form, read ? std::optional(read->form) : std::nullopt) << row.bytes;
    EXPECT_EQ(row.meant, read ? read->meant : std::nullopt) << row.bytes;
  }
}

}  // namespace
}  // namespace whydrop::wire
