#include "rules/frame_rules.hpp"

#include "base/big_endian.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "session/heads.hpp"
#include "wire/close_code.hpp"
#include "wire/encoder.hpp"

#include <fmt/format.h>

namespace whydrop::rules {
namespace {

using wire::Opcode;

constexpr std::uint64_t kMaxControl = 125;
constexpr std::size_t kMaxShownBody = 60;

bool is_close(const FrameContext& context) {
  return context.frame.header.opcode == Opcode::close;
}

/// A Close frame whose body is known: came whole, was kept whole.
bool has_close_body(const FrameContext& context) {
  return is_close(context) && context.whole && context.frame.has_payload && !context.frame.cut();
}

std::optional<std::uint16_t> close_code(const FrameContext& context) {
  if (!has_close_body(context)) {
    return std::nullopt;
  }
  return session::read_close(context.frame.payload, context.seq).code;
}

/// 1004 is set apart by name like the derived ones, not merely unassigned. RFC 6455 section 7.4.1.
bool is_reserved_code(std::uint16_t code) {
  return code == 1004 || wire::close_range(code) == wire::CloseRange::derived;
}

std::string rsv_names(std::uint8_t rsv) {
  std::string names;
  for (int bit = 1; bit <= 3; ++bit) {
    if ((rsv & (8 >> bit)) != 0) {
      names += fmt::format("{}RSV{}", names.empty() ? "" : ", ", bit);
    }
  }
  return names;
}

std::string_view fix_sender(Side side) {
  return side == Side::server ? "Fix the server, or what stands between it and the client and rewrites frames."
                              : "Fix the client's frame writer.";
}

/// `the code was written as digits, not as 2 bytes (0x03e8)`
std::string mistake_words(const wire::MistakenClose& close, std::string_view body) {
  using Form = wire::MistakenClose::Form;
  const std::string meant = close.meant ? fmt::format(" (0x{:04x})", *close.meant) : "";
  const std::string text = elide(escape_for_terminal(body), kMaxShownBody);
  switch (close.form) {
  case Form::digits:
    return fmt::format("the body is the text \"{}\": the code was written as digits, not as 2 bytes{}", text, meant);
  case Form::text:
    return fmt::format("the body is the text \"{}\", without a code of 2 bytes{} before it", text, meant);
  case Form::http:
    return fmt::format("it is HTTP in place of a frame, \"HT{}\"", text);
  case Form::swapped:
    return fmt::format("low byte first its 2 bytes are {}{}", *close.meant, meant);
  case Form::wide:
    return fmt::format("the code was written as 4 bytes, not as 2: they are {}{}", *close.meant, meant);
  case Form::wide_low:
    return fmt::format("the code was written as 4 bytes, low byte first: they are {}{}", *close.meant, meant);
  }
  return {};
}

Broken broken(const FrameContext& context, std::string says, std::vector<std::uint64_t> also = {}) {
  return {std::move(says), std::string(fix_sender(context.frame.from)), std::move(also)};
}

}  // namespace

Judgement mask_from_server(const FrameContext& context) {
  if (context.frame.from != Side::server || !context.frame.header.masked) {
    return std::nullopt;
  }
  return broken(context, fmt::format("The server masked its frame {}; only a client masks.", context.seq));
}

Judgement mask_missing_from_client(const FrameContext& context) {
  if (context.frame.from != Side::client || context.frame.header.masked) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("The client left its frame {} unmasked; a client masks every frame.", context.seq));
}

Judgement rsv_without_extension(const FrameContext& context) {
  // A record that begins in mid-session does not tell what was agreed.
  const bool may_compress = context.deflate_agreed || context.upgrade == Upgrade::unseen;
  const auto allowed = may_compress ? wire::kRsv1 : std::uint8_t{0};
  const auto stray = static_cast<std::uint8_t>(context.frame.header.rsv & ~allowed);
  if (stray == 0) {
    return std::nullopt;
  }
  Broken result = broken(context,
                         fmt::format("{} set {} in its frame {}; no agreed extension gives that a meaning.",
                                     subject(context.frame.from),
                                     rsv_names(stray),
                                     context.seq));
  if (!context.deflate_agreed && (stray & wire::kRsv1) != 0) {
    result.fix =
        "It may compress although permessage-deflate was not agreed: compare the extensions in request and "
        "answer, and look for a proxy that removes Sec-WebSocket-Extensions.";
  }
  return result;
}

Judgement rsv1_misplaced(const FrameContext& context) {
  const auto& header = context.frame.header;
  const bool may_carry = !is_control(header.opcode) && header.opcode != Opcode::continuation;
  if (!context.deflate_agreed || (header.rsv & wire::kRsv1) == 0 || may_carry) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} set RSV1 in its {} frame {}; only the first frame of a message may have it.",
                            subject(context.frame.from),
                            name(header.opcode),
                            context.seq));
}

Judgement opcode_reserved(const FrameContext& context) {
  const auto opcode = context.frame.header.opcode;
  if (!is_reserved(opcode)) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} sent frame {} with opcode {}, which is reserved.",
                            subject(context.frame.from),
                            context.seq,
                            static_cast<int>(opcode)));
}

Judgement control_fragmented(const FrameContext& context) {
  const auto& header = context.frame.header;
  if (!is_control(header.opcode) || header.fin) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} sent its {} frame {} without FIN; a control frame is never fragmented.",
                            subject(context.frame.from),
                            name(header.opcode),
                            context.seq));
}

Judgement control_too_long(const FrameContext& context) {
  const auto& header = context.frame.header;
  if (!is_control(header.opcode) || header.length <= kMaxControl) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} sent a {} of {} bytes in frame {}; a control frame carries at most {}.",
                            subject(context.frame.from),
                            name(header.opcode),
                            header.length,
                            context.seq,
                            kMaxControl));
}

Judgement continuation_unexpected(const FrameContext& context) {
  if (context.frame.header.opcode != Opcode::continuation || context.own.in_message()) {
    return std::nullopt;
  }
  return broken(
      context,
      fmt::format(
          "{} sent continuation frame {} with no message under way.", subject(context.frame.from), context.seq));
}

Judgement continuation_missing(const FrameContext& context) {
  const auto opcode = context.frame.header.opcode;
  const bool begins = opcode == Opcode::text || opcode == Opcode::binary;
  if (!begins || !context.own.in_message()) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} began a {} message in frame {} before the message that began in frame {} was finished.",
                            subject(context.frame.from),
                            name(opcode),
                            context.seq,
                            context.own.message_seq),
                {context.own.message_seq});
}

Judgement length_not_minimal(const FrameContext& context) {
  const auto& header = context.frame.header;
  const auto shortest = wire::shortest_form(header.length);
  if (header.length_form <= shortest) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} wrote the length {} of frame {} in the {}-bit form; the {}-bit form holds it.",
                            subject(context.frame.from),
                            header.length,
                            context.seq,
                            static_cast<int>(header.length_form),
                            static_cast<int>(shortest)));
}

Judgement frame_before_upgrade(const FrameContext& context) {
  if (context.upgrade != Upgrade::asked) {
    return std::nullopt;
  }
  return broken(
      context,
      fmt::format("{} sent frame {} before the upgrade was answered.", subject(context.frame.from), context.seq),
      {context.upgrade_seq});
}

Judgement data_after_close(const FrameContext& context) {
  if (is_control(context.frame.header.opcode) || context.own.close_seq == 0) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} sent data in frame {} after its Close in frame {}.",
                            subject(context.frame.from),
                            context.seq,
                            context.own.close_seq),
                {context.own.close_seq});
}

Judgement frame_after_close(const FrameContext& context) {
  const auto opcode = context.frame.header.opcode;
  // Pings and pongs are allowed until the connection is closed.
  const bool judged = is_control(opcode) && opcode != Opcode::ping && opcode != Opcode::pong;
  if (!judged || context.own.close_seq == 0) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} sent a {} frame ({}) after its Close in frame {}.",
                            subject(context.frame.from),
                            name(opcode),
                            context.seq,
                            context.own.close_seq),
                {context.own.close_seq});
}

Judgement close_body_one_byte(const FrameContext& context) {
  if (!is_close(context) || context.frame.header.length != 1) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} sent Close frame {} with a body of 1 byte; it is empty or begins with a code "
                            "of 2 bytes.",
                            subject(context.frame.from),
                            context.seq));
}

Judgement close_code_reserved(const FrameContext& context) {
  const auto code = close_code(context);
  if (!code || !is_reserved_code(*code)) {
    return std::nullopt;
  }
  Broken result = broken(context,
                         fmt::format("{} sent close code {} in frame {}; it must never be on the wire.",
                                     subject(context.frame.from),
                                     *code,
                                     context.seq));
  result.fix =
      "The code stands for an ending without a usable Close frame: look in the sender's log for a connection "
      "that it lost behind it and whose code it passed on.";
  return result;
}

Judgement close_code_out_of_range(const FrameContext& context) {
  const auto code = close_code(context);
  if (!code || wire::is_sendable(*code) || is_reserved_code(*code)) {
    return std::nullopt;
  }
  if (const auto close = wire::read_mistaken_close(context.frame.payload); close && context.frame.redact.empty()) {
    Broken result = broken(context,
                           fmt::format("{}'s Close frame {} begins with no close code ({}): {}.",
                                       subject(context.frame.from),
                                       context.seq,
                                       *code,
                                       mistake_words(*close, context.frame.payload)));
    result.fix = close->form == wire::MistakenClose::Form::http
                     ? "Find what writes HTTP into an open session: a framework's error page, or a gateway's."
                     : "Write the code as two bytes, most significant first: 1000 is 0x03 0xe8.";
    return result;
  }
  const bool unassigned = wire::close_range(*code) == wire::CloseRange::unassigned;
  Broken result = broken(context,
                         fmt::format("{} sent close code {} in frame {}; {}.",
                                     subject(context.frame.from),
                                     *code,
                                     context.seq,
                                     unassigned ? "no standard assigns it" : "codes are 1000 to 4999"));
  result.fix = "Use a code that is assigned, or one of 4000 to 4999 for an application's own meaning.";
  return result;
}

Judgement utf8_invalid_close_reason(const FrameContext& context) {
  if (!has_close_body(context) || context.frame.payload.size() <= 2) {
    return std::nullopt;
  }
  const auto reason = context.frame.payload.substr(2);
  const auto valid = utf8_valid_prefix(reason);
  if (valid == reason.size()) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{} gave Close frame {} a reason that is not UTF-8 (byte {} of {}).",
                            subject(context.frame.from),
                            context.seq,
                            valid,
                            reason.size()));
}

Judgement close_in_mid_message(const FrameContext& context) {
  if (!is_close(context) || !context.own.in_message() || context.own.close_seq != 0) {
    return std::nullopt;
  }
  return Broken{fmt::format("{} closed in frame {} in the middle of the message that began in frame {}.",
                            subject(context.frame.from),
                            context.seq,
                            context.own.message_seq),
                "",
                {context.own.message_seq}};
}

Judgement close_echo_differs(const FrameContext& context) {
  const auto code = close_code(context);
  if (!code || context.own.close_seq != 0 || context.peer.close_seq == 0 || !context.peer.close_code ||
      *code == *context.peer.close_code) {
    return std::nullopt;
  }
  return Broken{fmt::format("{} answered Close {} in frame {} with Close {}; an answer usually repeats the code.",
                            subject(context.frame.from),
                            *context.peer.close_code,
                            context.peer.close_seq,
                            *code),
                "",
                {context.peer.close_seq}};
}

Judgement length_too_large(const BytesContext& context) {
  if (context.bytes.size() < 10 || (context.bytes[1] & 0x7F) != 127 || (context.bytes[2] & 0x80) == 0) {
    return std::nullopt;
  }
  const std::uint64_t length = big_endian(context.bytes.substr(2, 8));
  return Broken{
      fmt::format("{} wrote a frame length of {} bytes; the highest bit must be 0, so nothing after it can be "
                  "read.",
                  subject(context.from),
                  length),
      std::string(fix_sender(context.from)),
      {}};
}

Judgement utf8_invalid(const TextContext& context) {
  Broken result{fmt::format("{} sent text that is not UTF-8: {} byte {} of the message that began in frame {}.",
                            subject(context.from),
                            context.end ? "it ends inside a character at" : "it breaks at",
                            context.at,
                            context.message_seq),
                "Send bytes that are not text as a binary message; look for a text cut at a byte count, or in another "
                "encoding.",
                {}};
  if (context.message_seq != context.seq) {
    result.also.push_back(context.message_seq);
  }
  return result;
}

Judgement deflate_data_invalid(const InflatedContext& context) {
  const auto& inflated = context.inflated;
  // Not the sender's fault: bytes that we did not keep, a size that we do not follow, what comes of an earlier failure.
  if (inflated.error.rfind("it is not deflate data", 0) != 0 && inflated.error.rfind("it ends inside", 0) != 0) {
    return std::nullopt;
  }
  return Broken{
      fmt::format("{} sent a compressed message that cannot be inflated: {}.", subject(inflated.from), inflated.error),
      "Try again with --no-compression; if that works, the two sides disagree about the compression context "
      "or a proxy changes frames.",
      inflated.frames};
}

}  // namespace whydrop::rules
