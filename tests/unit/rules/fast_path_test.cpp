// The checker skips the table for a data frame that it knows to be clean. Every header in every state must find with
// the table alone what the checker finds.
#include "rules/context.hpp"
#include "unit/rules/checked.hpp"
#include "wire/close_code.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace whydrop::rules {
namespace {

using session::Frame;
using session::Side;
using wire::LengthForm;
using wire::Opcode;

struct Before {
  bool deflate = false;
  bool in_message = false;
  bool closed = false;
};

std::string by_checker(const Before& before, const Frame& frame) {
  Checked checked;
  checked.upgraded(before.deflate ? "permessage-deflate" : "");
  if (before.in_message) {
    checked.fact(test::frame_fact(frame.from, Opcode::binary, "", false));
  }
  if (before.closed) {
    checked.fact(test::frame_fact(frame.from, Opcode::close, wire::close_payload(1000)));
  }
  const auto known = checked.findings().size();
  checked.fact(frame);
  std::string ids;
  for (std::size_t i = known; i < checked.findings().size(); ++i) {
    ids += checked.findings()[i].id + " ";
  }
  return ids;
}

std::string by_table(const Before& before, const Frame& frame) {
  Half own;
  own.message_seq = before.in_message ? 3 : 0;
  own.close_seq = before.closed ? 4 : 0;
  const Half peer;
  const FrameContext context{frame, 5, true, own, peer, before.deflate, Upgrade::answered, 2};
  std::string ids;
  for (const auto& row : table()) {
    const auto* check = std::get_if<FrameCheck>(&row.check);
    if (check != nullptr && (*check)(context)) {
      ids += std::string(row.rule.id) + " ";
    }
  }
  return ids;
}

std::vector<Frame> all_frames(Side from) {
  std::vector<Frame> frames;
  for (unsigned bits = 0; bits < 512; ++bits) {
    for (const std::uint64_t length : {2U, 126U, 65536U}) {
      for (const auto form : {LengthForm::bits_7, LengthForm::bits_16, LengthForm::bits_64}) {
        Frame frame = test::frame_fact(from, static_cast<Opcode>(bits & 15U), "");
        frame.header.fin = (bits & 16U) != 0;
        frame.header.rsv = static_cast<std::uint8_t>(bits >> 5 & 7U);
        frame.header.masked = (bits & 256U) != 0;
        frame.header.length = length;
        frame.header.length_form = std::max(form, wire::shortest_form(length));
        frame.has_payload = false;
        frames.push_back(frame);
      }
    }
  }
  return frames;
}

TEST(FastPath, MissesNothingThatTheTableFinds) {
  std::size_t broken = 0, clean = 0;
  for (unsigned state = 0; state < 8; ++state) {
    const Before before{(state & 1U) != 0, (state & 2U) != 0, (state & 4U) != 0};
    for (const auto side : {Side::client, Side::server}) {
      for (const auto& frame : all_frames(side)) {
        const auto expected = by_table(before, frame);
        ASSERT_EQ(by_checker(before, frame), expected)
            << "state " << state << " opcode " << static_cast<int>(frame.header.opcode);
        ++(expected.empty() ? clean : broken);
      }
    }
  }
  EXPECT_GT(clean, 100U);
  EXPECT_GT(broken, 10'000U);
}

}  // namespace
}  // namespace whydrop::rules
