#include "base/result.hpp"
#include "base/utf8.hpp"
#include "handshake/upgrade.hpp"
#include "rules/context.hpp"
#include "session/heads.hpp"
#include "wire/encoder.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace whydrop::rules {
namespace {

using session::Event;
using wire::Opcode;

session::Party party(Side side) {
  return side == Side::server ? session::Party::server : session::Party::client;
}

}  // namespace

struct Checker::Impl {
  /// A side's Half with what only the checker itself needs.
  struct Speaker {
    Half half;
    Utf8Validator utf8;
    bool utf8_told = false;       // one finding a message
    bool lost = false;            // framing; what follows has no header to judge
    bool inflate_failed = false;  // what fails after the first failure follows from it
    struct {
      std::uint64_t offset = 0, judged = 0;  // of the frame; bytes of its payload
      Utf8Validator utf8;
    } early;  // the text of a frame that is not whole yet
  };
  struct Tally {
    std::uint64_t told = 0, untold = 0, last_seq = 0;
    session::Party at_fault = session::Party::unknown;
  };

  explicit Impl(Emit out) : emit(std::move(out)), tallies(table().size()) {}

  Speaker& speaker(Side side) { return speakers[static_cast<std::size_t>(side)]; }
  void on(const session::Frame& frame, std::uint64_t seq);
  void on(const session::Partial& partial, std::uint64_t seq);
  void on(const session::UndecodedBytes& bytes, std::uint64_t seq);
  void on(const session::Inflated& inflated, std::uint64_t seq);
  void on(const session::Request& fact, std::uint64_t seq);
  void on(const session::Response& fact, std::uint64_t seq);
  void on_ending();
  bool is_clean(const session::Frame& frame);
  bool continues_text(const session::Frame& frame);
  bool breaks_text_early(const session::Frame& so_far);
  std::uint16_t header_fail_code(const session::Frame& frame);
  void judge_frame(const session::Frame& frame, std::uint64_t seq, bool whole);
  void follow(const session::Frame& frame, std::uint64_t seq);
  void check_text(const session::Frame& frame, std::uint64_t seq);
  void tell_bad_text(Speaker& from, Side side, std::uint64_t seq, bool end);
  template <typename Context>
  void judge(const Context& context, Side side, std::uint64_t seq);
  void tell(std::size_t row, Side side, std::uint64_t seq, Broken&& broken);

  Emit emit;
  std::vector<Tally> tallies;  // by row of the table
  std::array<Speaker, 2> speakers;
  bool websocket = true;
  bool sees_all = false;  ///< it was not the client that recorded: other requests may go on the connection too
  bool plain = false;     ///< the last request is one of those
  bool deflate_agreed = false;
  Upgrade upgrade = Upgrade::unseen;
  std::uint64_t request_seq = 0, upgrade_seq = 0;
  std::optional<handshake::Head> request;
  std::optional<handshake::Head> offer;  ///< the same, though a record may have a part of it only
};

template <typename Context>
void Checker::Impl::judge(const Context& context, Side side, std::uint64_t seq) {
  const auto& rows = table();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto* check = std::get_if<Judgement (*)(const Context&)>(&rows[row].check);
    if (check == nullptr) {
      continue;
    }
    if (auto judgement = (*check)(context)) {
      tell(row, side, seq, std::move(*judgement));
    }
  }
}

void Checker::Impl::tell(std::size_t row, Side side, std::uint64_t seq, Broken&& broken) {
  auto& tally = tallies[row];
  tally.last_seq = seq;
  tally.at_fault = party(side);
  if (tally.told == kMaxPerId) {
    ++tally.untold;
    return;
  }
  ++tally.told;
  const auto& rule = table()[row].rule;
  session::Finding finding(std::string(rule.id), seq);
  finding.severity = rule.severity;
  finding.at_fault = tally.at_fault;
  finding.evidence.insert(finding.evidence.end(), broken.also.begin(), broken.also.end());
  finding.says = std::move(broken.says);
  finding.fix = std::move(broken.fix);
  finding.citation = rule.citation;
  emit(std::move(finding));
}

/// What was only counted is told once, so that no break is lost.
void Checker::Impl::on_ending() {
  for (std::size_t row = 0; row < tallies.size(); ++row) {
    auto& tally = tallies[row];
    if (tally.untold == 0) {
      continue;
    }
    const auto& rule = table()[row].rule;
    session::Finding finding(std::string(rule.id), tally.last_seq);
    finding.severity = rule.severity;
    finding.at_fault = tally.at_fault;
    finding.says =
        fmt::format("The same was broken {} more times, the last time in event {}.", tally.untold, tally.last_seq);
    finding.citation = rule.citation;
    finding.count = tally.untold;
    tally.untold = 0;
    emit(std::move(finding));
  }
}

/// True for a data frame that breaks no rule by its header. It must miss nothing that a FrameCheck sees; a test
/// compares.
bool Checker::Impl::is_clean(const session::Frame& frame) {
  const auto& header = frame.header;
  const auto& own = speaker(frame.from).half;
  const bool begins = header.opcode == Opcode::text || header.opcode == Opcode::binary;
  const bool continues = header.opcode == Opcode::continuation;
  const auto allowed_rsv = deflate_agreed && begins ? wire::kRsv1 : std::uint8_t{0};
  return (begins || continues) && own.in_message() == continues && (header.rsv & ~allowed_rsv) == 0 &&
         header.masked == (frame.from == Side::client) && own.close_seq == 0 && upgrade != Upgrade::asked &&
         header.length_form == wire::shortest_form(header.length);
}

void Checker::Impl::on(const session::Frame& frame, std::uint64_t seq) {
  if (!is_clean(frame)) {
    judge_frame(frame, seq, true);
  }
  follow(frame, seq);
}

void Checker::Impl::judge_frame(const session::Frame& frame, std::uint64_t seq, bool whole) {
  const FrameContext context{frame,
                             seq,
                             whole,
                             speaker(frame.from).half,
                             speaker(wire::other(frame.from)).half,
                             deflate_agreed,
                             upgrade,
                             upgrade_seq};
  judge(context, frame.from, seq);
}

/// Brings the sender's Half up to date after its frame was judged.
void Checker::Impl::follow(const session::Frame& frame, std::uint64_t seq) {
  auto& from = speaker(frame.from);
  const auto opcode = frame.header.opcode;
  if (opcode == Opcode::close && from.half.close_seq == 0) {
    from.half.close_seq = seq;
    from.half.close_code = session::read_close(frame.payload, seq).code;
  }
  const bool begins = opcode == Opcode::text || opcode == Opcode::binary;
  if (begins) {
    from.half.message_seq = seq;
    // With a stray RSV bit the bytes are whatever the sender meant by it, not text.
    from.half.text = opcode == Opcode::text && frame.header.rsv == 0;
    from.utf8_told = false;
    from.utf8.reset();
  } else if (opcode != Opcode::continuation || !from.half.in_message()) {
    return;
  }
  if (from.half.text) {
    check_text(frame, seq);
  }
  if (frame.header.fin) {
    from.half.message_seq = 0;
  }
}

/// Text is judged frame by frame, so that a break is told as early as an endpoint can see it. What is masked in it is
/// judged as well: masks leave faults as they are.
void Checker::Impl::check_text(const session::Frame& frame, std::uint64_t seq) {
  auto& from = speaker(frame.from);
  if (!frame.has_payload) {
    from.half.text = false;
    return;
  }
  const bool whole = frame.header.fin && frame.header.opcode != Opcode::continuation && !frame.cut();
  if (whole && frame.seen != nullptr && frame.seen->is_of(frame.payload) && frame.seen->utf8()) {
    return;
  }
  if (!from.utf8.feed(frame.payload)) {
    tell_bad_text(from, frame.from, seq, false);
  } else if (frame.cut()) {
    from.half.text = false;
  } else if (frame.header.fin && !from.utf8.complete()) {
    tell_bad_text(from, frame.from, seq, true);
  }
}

void Checker::Impl::tell_bad_text(Speaker& from, Side side, std::uint64_t seq, bool end) {
  if (from.utf8_told) {
    return;
  }
  from.utf8_told = true;
  judge(TextContext{side, seq, from.half.message_seq, from.utf8.valid_bytes(), end}, side, seq);
}

/// The header of a frame that the end cut may have broken rules already.
void Checker::Impl::on(const session::Partial& partial, std::uint64_t seq) {
  if (!partial.has_header) {
    return;
  }
  session::Frame frame;
  frame.from = partial.from;
  frame.header = partial.header;
  frame.offset = partial.offset;
  frame.payload = partial.payload;
  frame.redact = partial.redact;
  if (!is_clean(frame)) {
    judge_frame(frame, seq, false);
  }
  // What comes after the other side's Close need not be read; a Close for bad text may have been for this very frame.
  const Half& other = speaker(wire::other(frame.from)).half;
  const bool read = other.close_seq == 0 || other.close_code == find_rule("utf8-invalid")->fail_code;
  if (!is_control(frame.header.opcode) && read) {
    follow(frame, seq);
  }
}

/// The first broken rule of a header that an endpoint fails with.
std::uint16_t Checker::Impl::header_fail_code(const session::Frame& frame) {
  const FrameContext context{frame,
                             0,
                             false,
                             speaker(frame.from).half,
                             speaker(wire::other(frame.from)).half,
                             deflate_agreed,
                             upgrade,
                             upgrade_seq};
  for (const Row& row : table()) {
    const auto* check = std::get_if<FrameCheck>(&row.check);
    if (check != nullptr && row.rule.fail_code != 0 && (*check)(context)) {
      return row.rule.fail_code;
    }
  }
  return 0;
}

/// True for a frame whose payload is text, or goes on with one.
bool Checker::Impl::continues_text(const session::Frame& frame) {
  const auto& half = speaker(frame.from).half;
  return frame.header.rsv == 0 && (frame.header.opcode == Opcode::text ||
                                   (frame.header.opcode == Opcode::continuation && half.in_message() && half.text));
}

bool Checker::Impl::breaks_text_early(const session::Frame& so_far) {
  auto& from = speaker(so_far.from);
  auto& early = from.early;
  if (early.offset != so_far.offset || early.judged > so_far.payload.size()) {
    early = {so_far.offset, 0, so_far.header.opcode == Opcode::text ? Utf8Validator() : from.utf8};
  }
  const auto fresh = so_far.payload.substr(static_cast<std::size_t>(early.judged));
  early.judged += fresh.size();
  return !early.utf8.feed(fresh);
}

void Checker::Impl::on(const session::UndecodedBytes& bytes, std::uint64_t seq) {
  // What never was a frame breaks no rule of frames.
  if (!std::exchange(speaker(bytes.from).lost, true) && bytes.protocol.empty()) {
    judge(BytesContext{bytes.from, seq, bytes.bytes}, bytes.from, seq);
  }
}

void Checker::Impl::on(const session::Inflated& inflated, std::uint64_t seq) {
  auto& from = speaker(inflated.from);
  if (!inflated.error.empty() && !from.inflate_failed) {
    from.inflate_failed = true;
    judge(InflatedContext{inflated}, inflated.from, seq);
  }
  if (!inflated.text || !inflated.error.empty()) {
    return;
  }
  const bool whole = inflated.content.size() == inflated.length;
  const auto valid = utf8_valid_prefix(inflated.content);
  if (valid == inflated.content.size()) {
    return;
  }
  const bool unfinished = decode_code_point(inflated.content.substr(valid)).status == Utf8Status::incomplete;
  if (unfinished && !whole) {
    return;
  }
  const auto first = inflated.frames.empty() ? seq : inflated.frames.front();
  judge(TextContext{inflated.from, seq, first, valid, unfinished}, inflated.from, seq);
}

void Checker::Impl::on(const session::Request& fact, std::uint64_t seq) {
  const bool whole = session::is_whole(fact);
  offer = session::head_of(fact);
  request = whole ? offer : std::nullopt;
  request_seq = upgrade_seq = seq;
  upgrade = Upgrade::asked;
  deflate_agreed = false;
  plain = sees_all && whole && !handshake::asks_for_upgrade(*request);
  if (websocket && whole && !plain) {
    judge(HeadContext{Side::client, seq, *request, fact.headers, fact.raw, nullptr, 0}, Side::client, seq);
  }
}

void Checker::Impl::on(const session::Response& fact, std::uint64_t seq) {
  const auto head = session::head_of(fact);
  if (!handshake::is_interim(head)) {
    upgrade = Upgrade::answered;
    upgrade_seq = seq;
  }
  const auto* asked = request ? &*request : nullptr;
  deflate_agreed = head.status == 101 && offer && handshake::negotiate(*offer, head).deflate.has_value();
  // An accepted upgrade whose headers a record does not have cannot be judged by what it lacks.
  const bool judged = head.status == 101 ? session::is_whole(fact) : !plain;
  if (websocket && judged) {
    judge(HeadContext{Side::server, seq, head, fact.headers, fact.raw, asked, request_seq}, Side::server, seq);
  }
}

std::uint16_t Checker::early_fail_code(const session::Frame& so_far) {
  auto& impl = *impl_;
  const auto code = impl.is_clean(so_far) ? std::uint16_t{0} : impl.header_fail_code(so_far);
  if (code != 0 || !impl.continues_text(so_far) || !impl.breaks_text_early(so_far)) {
    return code;
  }
  return find_rule("utf8-invalid")->fail_code;
}

Checker::Checker(Emit emit) : impl_(std::make_unique<Impl>(std::move(emit))) {}
Checker::~Checker() = default;

void Checker::on_event(const Event& event) {
  auto& impl = *impl_;
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    return impl.on(*frame, event.seq);
  }
  std::visit(overloaded{[&](const session::Open& open) {
                          impl.websocket = open.role == session::Role::websocket;
                          impl.sees_all = open.observer != session::Observer::client;
                        },
                        [&](const session::Request& request) { impl.on(request, event.seq); },
                        [&](const session::Response& response) { impl.on(response, event.seq); },
                        [&](const session::Partial& partial) { impl.on(partial, event.seq); },
                        [&](const session::UndecodedBytes& bytes) { impl.on(bytes, event.seq); },
                        [&](const session::Inflated& inflated) { impl.on(inflated, event.seq); },
                        [&](const session::Ending&) { impl.on_ending(); },
                        [](const auto&) {}},
             event.body);
}

}  // namespace whydrop::rules
