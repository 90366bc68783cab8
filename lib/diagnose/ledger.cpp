#include "diagnose/ledger.hpp"

#include "base/result.hpp"
#include "base/text.hpp"
#include "profile/recognition.hpp"
#include "session/heads.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace whydrop::diagnose {

using session::EndingHow;
using session::Side;

namespace {

/// Copies at most `max` bytes of `text` with the spans of secrets masked, whether or not the giver did so already.
void assign_masked(std::string& to,
                   std::string_view text,
                   const std::vector<session::RedactSpan>& spans,
                   std::size_t max) {
  to.assign(text.substr(0, max));
  for (const auto& span : spans) {
    const std::uint64_t first = std::min<std::uint64_t>(span.at, to.size());
    const std::uint64_t count = std::min<std::uint64_t>(span.length, to.size() - first);
    std::fill_n(to.begin() + static_cast<std::ptrdiff_t>(first), count, 'x');
  }
}

void assign_masked(KeptText& to,
                   std::string_view text,
                   const std::vector<session::RedactSpan>& spans,
                   std::size_t max) {
  const std::string_view kept = text.substr(0, max);
  to.assign(kept);
  for (const auto& span : spans) {
    const std::uint64_t first = std::min<std::uint64_t>(span.at, kept.size());
    to.mask(first, std::min<std::uint64_t>(span.length, kept.size() - first));
  }
}

/// The number that a text is; 0 where it is none.
std::uint64_t digits(std::string_view text) {
  std::uint64_t number = 0;
  for (const char c : text.substr(0, 12)) {
    if (c < '0' || c > '9') {
      return 0;
    }
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

/// A header field by which APIs take a key: X-Api-Key, X-Auth-Token, Api-Key, Ocp-Apim-Subscription-Key.
bool is_key_name(std::string_view name) {
  return !starts_with(lower_case(name), "sec-websocket") &&
         (contains_caseless(name, "key") || contains_caseless(name, "token"));
}

}  // namespace

void Ledger::on_event(const session::Event& event) {
  // Frames and messages are nearly all of a long session: they are told apart first.
  if (const auto* message = std::get_if<session::Message>(&event.body)) {
    return note(*message, event);
  }
  const auto* frame = std::get_if<session::Frame>(&event.body);
  if (frame != nullptr || !session::is_opinion(event.body)) {
    if (!seen) {
      opened_t = last_byte_t_ = event.t_ns;
      seen = true;
    }
    last_seq = event.seq;
    last_t = event.t_ns;
  }
  if (frame != nullptr) {
    return note(*frame, event);
  }
  const auto keep = [&](auto& slot, const auto& fact) { slot = {fact, event.seq, event.t_ns}; };
  std::visit(overloaded{
                 [&](const session::Open& open) {
                   role = open.role;
                   observer = open.observer;
                   parent = open.parent;
                   assign_masked(url, open.url, open.redact, 1024);
                   opened_t = last_byte_t_ = event.t_ns;
                   opened_seq = event.seq;
                 },
                 [&](const session::Resolve& fact) { keep(resolve, fact); },
                 [&](const session::Connect& fact) { note(fact, event); },
                 [&](const session::Proxy& fact) { keep(proxy, fact); },
                 [&](const session::Tls& fact) { keep(tls, fact); },
                 [&](const session::Token& fact) { note(fact, event); },
                 [&](const session::Request& fact) { note(fact, event); },
                 [&](const session::Response& fact) { note(fact, event); },
                 [&](const session::Partial& fact) {
                   partial = {fact.from, event.seq, fact.have, fact.need, fact.has_header, fact.header.opcode};
                   side(fact.from).last_t = side(fact.from).last_t.value_or(event.t_ns);
                 },
                 [&](const session::UndecodedBytes& fact) { note(fact, event); },
                 [&](const session::Inflated& fact) {
                   if (!fact.error.empty() && !inflate_error) {
                     inflate_error = {fact.from, event.seq, fact.error};
                   }
                 },
                 [&](const session::Shutdown& fact) { side(fact.from).shutdown_t = event.t_ns; },
                 [&](const session::Intervention& fact) {
                   if (fact.what == session::Meddling::fault) {
                     fault = {fault ? fault->count + 1 : 1, event.seq, fact.detail};
                   }
                 },
                 [&](const session::Ending& fact) { keep(ending, fact); },
                 [&](const session::Finding& finding) { note(finding, event.t_ns); },
                 [](const session::Frame&) {},
                 [](const session::Message&) {},
                 [](const session::State&) {},
                 [](const session::Verdict&) {},
             },
             event.body);
}

void Ledger::note(const session::Frame& frame, const session::Event& event) {
  SideLedger& from = side(frame.from);
  last_frame_of_ = frame.from;
  ++from.frames;
  from.payload_bytes += frame.header.length;
  if (!wire::is_control(frame.header.opcode)) {
    if (frame.header.length >= from.largest_frame) {
      from.largest_frame = frame.header.length;
      from.largest_frame_t = event.t_ns;
    }
  }
  const std::int64_t silence_ns = event.t_ns - last_byte_t_;
  switch (frame.header.opcode) {
  case wire::Opcode::close:
    return note_close(frame, event);
  case wire::Opcode::ping:
    ++from.pings;
    (frame.from == Side::client ? pings_of_client : pings_of_server).on_ping(frame.payload, event.t_ns, event.seq);
    break;
  case wire::Opcode::pong:
    ++from.pongs;
    (frame.from == Side::client ? pings_of_server : pings_of_client).on_pong(frame.payload, event.t_ns);
    break;
  case wire::Opcode::text:
  case wire::Opcode::binary:
    from.silence_before_ns = silence_ns;
    break;
  case wire::Opcode::continuation:
  case wire::Opcode::reserved_3:
  case wire::Opcode::reserved_4:
  case wire::Opcode::reserved_5:
  case wire::Opcode::reserved_6:
  case wire::Opcode::reserved_7:
  case wire::Opcode::reserved_b:
  case wire::Opcode::reserved_c:
  case wire::Opcode::reserved_d:
  case wire::Opcode::reserved_e:
  case wire::Opcode::reserved_f:
    break;
  }
  if (!first_close) {
    from.longest_gap_ns = std::max(from.longest_gap_ns, event.t_ns - (from.last_t ? *from.last_t : session_t()));
    longest_silence_ns = std::max(longest_silence_ns, silence_ns);
    last_byte_t_ = event.t_ns;
    from.last_t = event.t_ns;
    from.last_seq = event.seq;
  }
}

void Ledger::note_close(const session::Frame& frame, const session::Event& event) {
  SideLedger& from = side(frame.from);
  if (from.close) {
    return;
  }
  session::CloseSeen close = session::read_close(frame.payload, event.seq);
  if (close.code) {
    std::string body;
    assign_masked(body, frame.payload, frame.redact, frame.payload.size());
    close.reason = body.substr(2);
  }
  from.close = std::move(close);
  from.close_t = event.t_ns;
  from.close_length = frame.header.length;
  from.close_cut = frame.cut() && !from.close->code;
  if (!first_close) {
    first_close = frame.from;
  }
}

void Ledger::note(const session::Message& message, const session::Event& event) {
  constexpr std::uint64_t kFirst = 3;  ///< messages of a side that may announce a heartbeat or a limit
  SideLedger& from = side(message.from);
  ++from.messages;
  if (!message.text) {
    ++from.binary_messages;
    from.last_binary_t = event.t_ns;
  }
  if (first_close) {
    return;  // what comes after the session's end cannot explain it
  }
  const std::int64_t quiet_ns = event.t_ns - last_message_t.value_or(session_t());
  longest_quiet_ns = std::max(longest_quiet_ns, quiet_ns);
  last_message_t = event.t_ns;
  if (message.from == Side::client) {
    constexpr std::int64_t kSettled = 250'000'000;  ///< who was silent for so long waits for no answer
    in_flight = quiet_ns >= kSettled ? 1 : in_flight + 1;
  } else if (client.last) {
    note_answer();
  }
  if (!from.last) {
    from.last.emplace();
  }
  MessageNote& last = *from.last;
  last.number = from.messages;
  last.seq = message.frames.empty() ? event.seq : message.frames.back();
  last.t_ns = event.t_ns;
  last.length = message.length;
  last.text = message.text;
  last.compressed = message.compressed;
  last.fragmented = message.frames.size() > 1;
  from.fragmented_messages += last.fragmented ? 1 : 0;
  if (last.type != message.type) {
    last.type = message.type;
    note_type(message.from, last.type);
  }
  if (message.from == Side::server) {
    note_said(message, quiet_ns);
  } else {
    assign_masked(last.excerpt, message.payload, message.redact, MessageNote::kExcerpt);
  }
  if (message.text) {
    from.numbering.on_message(message.payload, last.seq);
  }
  if (!from.first) {
    from.first = last;
  }
  if (beat ? message.from == Side::client : from.messages <= kFirst) {
    note_beat(message, event);
  }
  if (message.from == Side::server && from.messages <= kFirst) {
    note_limits(announced_limits(message.payload.substr(0, SaidNote::kLongest), last.seq));
  }
  if (!from.largest || last.length > from.largest->length) {
    from.largest_before = from.largest ? from.largest->length : 0;
    from.largest = last;
  }
}

/// Only the first texts are kept: whoever repeats one has done so early.
void Ledger::note_answer() {
  answered = true;
  answered_compressed |= client.last->compressed;
  const bool of_one = in_flight == 1;
  in_flight -= in_flight > 0 ? 1 : 0;
  if (of_one && answered_texts.size() < kTexts && (!server.last || server.last->seq < client.last->seq)) {
    answered_texts.push_back(std::hash<std::string_view>()(client.last->excerpt.view()));
  }
}

bool Ledger::answered_before() const {
  return client.last && std::find(answered_texts.begin(),
                                  answered_texts.end(),
                                  std::hash<std::string_view>()(client.last->excerpt.view())) != answered_texts.end();
}

/// The only copy of a server's message that is made. In a flood nothing long is kept whole: it would cost more than all
/// else that is remembered, and last words are short or take their time.
void Ledger::note_said(const session::Message& message, std::int64_t since_last_ns) {
  constexpr std::int64_t kFlood = 100'000;
  const MessageNote& last = *server.last;
  SaidNote& note = said[(last.number - 1) % kSaid];
  note.number = last.number;
  note.seq = last.seq;
  note.t_ns = last.t_ns;
  note.text = last.text;
  const std::size_t most = since_last_ns < kFlood ? SaidNote::kShort : SaidNote::kLongest;
  note.whole = message.payload.size() == message.length && message.length <= most;
  assign_masked(note.payload, message.payload, message.redact, note.whole ? most : MessageNote::kExcerpt);
}

void Ledger::settle() {
  if (server.last) {
    server.last->excerpt.assign(
        said[(server.last->number - 1) % kSaid].payload.view().substr(0, MessageNote::kExcerpt));
  }
}

void Ledger::note_limits(std::vector<AnnouncedLimit> found) {
  constexpr std::size_t kMost = 8;
  for (AnnouncedLimit& limit : found) {
    if ((limit.ns != 0 || limit.bytes != 0) && limits.size() < kMost) {
      limits.push_back(std::move(limit));
    }
  }
}

void Ledger::note_beat(const session::Message& message, const session::Event& event) {
  const std::string_view payload = message.payload.substr(0, SaidNote::kLongest);
  if (!beat) {
    beat = announced_beat(message.from, payload, message.text);
    if (beat) {
      beat->seq = message.frames.empty() ? event.seq : message.frames.back();
      beat->t_ns = beat->last_t = event.t_ns;
    }
  } else if (is_beat(beat->kind, payload)) {
    ++beat->sent;
    beat->last_t = event.t_ns;
  }
}

void Ledger::use(std::shared_ptr<const profile::Recognised> found) {
  profile.used = found->profile.get();
  profile.bindings = &found->bindings;
  for (const auto& row : found->earlier) {
    note_type(row.from, row.type);
    auto& last = side(row.from).last;
    if (last && last->seq == row.seq) {
      last->type = row.type;
    }
  }
  profile.recognised = std::move(found);
}

void Ledger::note_type(Side from, const std::string& type) {
  auto& types = from == Side::client ? profile.client_types : profile.server_types;
  if (!type.empty() && types.size() < ProfileNotes::kMaxTypes &&
      std::find(types.begin(), types.end(), type) == types.end()) {
    types.push_back(type);
  }
}

/// A token is told right after the fact that carried it.
void Ledger::note(const session::Token& token, const session::Event& event) {
  if (tokens.size() < kMaxTokens) {
    const auto carrier = !last_frame_of_                   ? TokenNote::Carrier::request
                         : *last_frame_of_ == Side::client ? TokenNote::Carrier::client
                                                           : TokenNote::Carrier::server;
    const bool late = carrier == TokenNote::Carrier::client && client.messages > 0;
    tokens.push_back({token, carrier, late, event.seq, event.t_ns});
  }
}

void Ledger::note(const session::Connect& fact, const session::Event& event) {
  connect = {fact, event.seq, event.t_ns};
  if (!fact.error.empty() && attempts.size() < kMaxAttempts) {
    attempts.push_back(*connect);
  }
}

void Ledger::note(const session::UndecodedBytes& fact, const session::Event& event) {
  undecoded_seq = event.seq;
  undecoded_bytes += fact.length;
  side(fact.from).last_t = last_byte_t_ = event.t_ns;
  if (!fact.protocol.empty() && !foreign) {
    foreign = {fact.protocol, {}, event.seq};
  }
  if (foreign && fact.from == Side::server) {
    foreign->bytes.append(fact.bytes.substr(0, kMaxBody - std::min(kMaxBody, foreign->bytes.size())));
  }
}

void Ledger::note(const session::Request& request, const session::Event& event) {
  request_seq = event.seq;
  request_t = event.t_ns;
  request_line = request.start_line.substr(0, 1024);
  request_size = request.size;
  for (const auto& field : request.headers) {
    if (field.value.size() > largest_field.size) {
      largest_field = {field.name.substr(0, 128), field.value.size()};
    }
    if (same_caseless(field.name, "Origin")) {
      request_origin = field.value;
    } else if (same_caseless(field.name, "Sec-WebSocket-Protocol")) {
      request_subprotocol = field.value;
    } else if (same_caseless(field.name, "Authorization")) {
      assign_masked(request_authorization, field.value, field.redact, 256);
    }
    request_cookie = request_cookie || same_caseless(field.name, "Cookie");
    request_key = request_key || is_key_name(field.name);
    request_upgrade = request_upgrade || same_caseless(field.name, "Upgrade");
  }
}

void Ledger::note(const session::Response& given, const session::Event& event) {
  session::Response kept;
  kept.start_line = given.start_line.substr(0, 512);
  kept.status = given.status;
  kept.body_length = given.body_length;
  kept.size = given.size;
  kept.decoded = given.decoded.substr(0, 64);
  kept.body_fault = given.body_fault.substr(0, 128);
  assign_masked(kept.body, given.body, given.redact, kMaxBody);
  for (std::size_t i = 0; i < std::min(given.headers.size(), kMaxHeaders); ++i) {
    session::Header field{given.headers[i].name.substr(0, 128), {}, {}};
    assign_masked(field.value, given.headers[i].value, given.headers[i].redact, 512);
    kept.headers.push_back(std::move(field));
  }
  head_given_up = given.status != 0 && !session::head_of(given).complete;
  response = {std::move(kept), event.seq, event.t_ns};
  last_byte_t_ = event.t_ns;
  for (const auto& field : response->fact.headers) {
    if (starts_with(lower_case(field.name), "x-")) {
      AnnouncedLimit limit = announced_limit(field.name, static_cast<double>(digits(field.value)));
      limit.seq = event.seq;
      note_limits({std::move(limit)});
    }
  }
  if (const std::string* value = header("Sec-WebSocket-Extensions")) {
    extension = *value;
  }
}

void Ledger::note(const session::Finding& finding, std::int64_t t_ns) {
  const auto found = findings.find(finding.id);
  if (found != findings.end() || findings.size() < kMaxIds) {
    finding_times[finding.id] = {
        client.messages, server.messages, t_ns, found != findings.end() ? finding.says : std::string()};
  }
  if (found != findings.end()) {
    found->second.count += finding.count;
  } else if (findings.size() < kMaxIds) {
    findings.emplace(finding.id, finding);
    finding_order.push_back(finding.id);
  }
}

bool Ledger::was_refused() const {
  return ending && how() == EndingHow::upgrade_refused && response;
}

bool Ledger::was_refused_with(std::initializer_list<int> statuses) const {
  return was_refused() && std::find(statuses.begin(), statuses.end(), response->fact.status) != statuses.end();
}

bool Ledger::had_session() const {
  if (role != session::Role::websocket || session::ends_before_session(how())) {
    return false;
  }
  return (response && response->fact.status == 101) || client.frames + server.frames > 0;
}

EndingHow Ledger::how() const {
  return ending ? ending->fact.how : EndingHow::capture_ended;
}

std::int64_t Ledger::end_t() const {
  if (first_close) {
    return side(*first_close).close_t;
  }
  if (!ending) {
    return last_t;
  }
  // Between two others the Ending comes once both are done.
  const auto by = ending->fact.by;
  const auto shutdown_t = by == session::EndedBy::client   ? client.shutdown_t
                          : by == session::EndedBy::server ? server.shutdown_t
                                                           : std::nullopt;
  return shutdown_t.value_or(ending->t_ns);
}

std::uint64_t Ledger::end_seq() const {
  if (first_close) {
    return side(*first_close).close->seq;
  }
  return ending ? ending->seq : last_seq;
}

bool Ledger::cut_by_server_side() const {
  // To a client the peer is the server; any other observer has two, and the Ending says which.
  return session::traits(how()).cut_by_peer &&
         (observer == session::Observer::client || ending->fact.by == session::EndedBy::server);
}

bool Ledger::ended_by_server_side() const {
  if (!had_session() || first_close) {
    return had_session() && first_close == Side::server;
  }
  return cut_by_server_side();
}

bool Ledger::closes_crossed() const {
  if (first_close != Side::client || !server.close || !server.close->code) {
    return false;
  }
  const std::uint16_t code = *server.close->code;
  return code != 1000 && code != 1001 && client.close->code != code;
}

bool Ledger::cut_instead_of_close() const {
  // A side that failed the connection (RFC 6455 section 7.1.7) is owed no answer.
  const std::uint16_t code = client.close ? client.close->code.value_or(1000) : 1000;
  const bool ended_in_order = code == 1000 || code == 1001 || code >= 3000;
  return had_session() && first_close == Side::client && ended_in_order && !server.close && cut_by_server_side();
}

std::int64_t Ledger::session_t() const {
  return response ? response->t_ns : opened_t;
}

std::int64_t Ledger::idle_ns() const {
  const std::int64_t last =
      std::max({client.last_t.value_or(session_t()), server.last_t.value_or(session_t()), session_t()});
  return end_t() - last;
}

std::int64_t Ledger::since_last_message_ns(Side from) const {
  const SideLedger& ledger = side(from);
  return ledger.last ? end_t() - ledger.last->t_ns : end_t() - session_t();
}

bool Ledger::unanswered() const {
  return client.last && (!server.last || server.last->seq < client.last->seq);
}

bool Ledger::went_silent() const {
  constexpr std::int64_t kLongerThanAnAnswer = 500'000'000;
  return unanswered() && since_last_message_ns(Side::client) >= kLongerThanAnAnswer;
}

bool Ledger::near_the_end(std::int64_t t_ns) const {
  constexpr std::int64_t kShortly = 10'000'000'000;
  return end_t() - t_ns <= kShortly || !server.last || server.last->t_ns < t_ns;
}

const std::string* Ledger::header(std::string_view name) const {
  if (!response) {
    return nullptr;
  }
  for (const auto& field : response->fact.headers) {
    if (same_caseless(field.name, name)) {
      return &field.value;
    }
  }
  return nullptr;
}

}  // namespace whydrop::diagnose
