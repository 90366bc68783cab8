#include "capture/redactor.hpp"

#include "base/result.hpp"
#include "base/secret_keys.hpp"
#include "capture/dialect_secrets.hpp"
#include "capture/found.hpp"
#include "capture/head_secrets.hpp"
#include "capture/jwt.hpp"
#include "capture/key_scanner.hpp"
#include "capture/learner.hpp"
#include "capture/name_memo.hpp"
#include "capture/secret_forms.hpp"
#include "capture/value_matcher.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace whydrop::capture {
namespace {

using namespace session;
using Spans = std::vector<RedactSpan>;

/// Past this many different tokens the memory of which were told begins anew.
constexpr std::size_t kMaxTokensTold = 4096;

/// A dialect's secret stands at the front of a message: of one in fragments, in so many bytes.
constexpr std::size_t kMostBegun = 8 * 1024;

/// How far one direction's message is, while it comes in fragments.
struct Progress {
  KeyScanner keys;
  FormScanner forms;
  ValueMatcher::State values = 0;
  bool compressed = false;
  std::string begun;     ///< what came of it, as far as a dialect may put a secret there
  bool dialect = false;  ///< a dialect's secret was in it: what follows may be the rest
  bool words = false;    ///< it is no message: of no dialect
  Content content = Content::text;

  void reset() {
    keys.reset();
    forms = {};
    values = 0;
    begun.clear();
    compressed = dialect = false;
    content = Content::text;
  }
};

constexpr std::uint64_t progress_key(std::uint32_t conn, Side from) {
  return std::uint64_t{conn} << 1 | static_cast<std::uint64_t>(from);
}

/// What may follow a piece of content.
enum class Rest : std::uint8_t { none, more, lost };

/// Unlike ||, each one is looked at.
bool any(std::initializer_list<bool> masked) {
  return std::find(masked.begin(), masked.end(), true) != masked.end();
}

}  // namespace

struct Redactor::Impl {
  ValueMatcher values;
  NameMemo names;
  bool off = false;
  std::unordered_map<std::uint64_t, Progress> under_way;
  Progress whole;  ///< of a message that comes in one piece
  std::vector<Token> tokens;
  std::unordered_set<std::size_t> tokens_told;

  std::uint32_t conn = 0;  ///< of the event in hand
  bool by_client = false;  ///< the event in hand is what a client sent
  Learner learner;
  Event shown;
  std::string masked;
  std::vector<Found> given, keyed;

  // The content last looked at: a Message is most often the same bytes once more.
  std::string_view last_content;
  bool last_masked = false;
  Spans last_spans;

  const Event& redact(const Event& event);
  const Event& redact_frame(const Event& event, const Frame& frame);
  const Event& redact_data(const Event& event, const Frame& frame);
  const Event& redact_message(const Event& event, const Message& message);
  const Event& redact_message_content(const Event& event, const Message& message);
  const Event& redact_inflated(const Event& event, const Inflated& inflated);
  const Event& redact_partial(const Event& event, const Partial& partial);
  const Event& redact_undecoded(const Event& event, const UndecodedBytes& undecoded);
  template <typename Of>
  const Event& redact_words(const Event& event, const Of& body);
  template <typename Of>
  const Event& with_content(
      const Event& event, std::string_view Of::*content, std::size_t skip, Progress& progress, Rest rest);

  bool find(std::string_view content, Progress& progress, Rest rest, const TextScan* seen = nullptr);
  void find_in_dialects(std::string_view content, Progress& progress, Rest rest, const OnValue& on_value);
  bool mask_string(std::string& text, Spans& spans, Rest rest = Rest::none);
  bool mask_words(std::string& text);
  bool mask_all_words(std::vector<std::string>& texts);
  bool mask_header(Header& header, bool& next_too);
  bool mask_headers(std::vector<Header>& headers);
  bool mask_raw(std::string& raw);
  void note(const std::string& variable, std::string_view value);
  void note_token(const std::string& variable, std::string_view value);

  bool mask(Open& open) { return any({mask_string(open.url, open.redact), mask_all_words(open.expect)}); }
  bool mask(Resolve& resolve) { return mask_words(resolve.error); }
  bool mask(Connect& connect) { return mask_words(connect.error); }
  bool mask(Proxy& proxy) { return any({mask_words(proxy.address), mask_words(proxy.error)}); }
  bool mask(Intervention& intervention) { return mask_words(intervention.detail); }
  bool mask(Tls& tls) { return mask_words(tls.error); }
  bool mask(Request& request);
  bool mask(Response& response);
  bool mask(Ending& ending) { return any({mask_words(ending.detail), mask_words(ending.awaited.next)}); }
  bool mask(Finding& finding) { return any({mask_words(finding.says), mask_words(finding.fix)}); }
  bool mask(std::optional<CloseSeen>& close) { return close && mask_words(close->reason); }
  bool mask(Verdict& verdict);
};

void Redactor::Impl::note_token(const std::string& variable, std::string_view value) {
  value.remove_prefix(scheme_length(value));
  const std::size_t mark = std::hash<std::string_view>()(value) ^ conn;
  if (value.find('.') == std::string_view::npos || tokens_told.count(mark) > 0) {
    return;
  }
  if (auto token = read_jwt(variable, value)) {
    if (tokens_told.size() >= kMaxTokensTold) {
      tokens_told.clear();
    }
    tokens_told.insert(mark);
    tokens.push_back(std::move(*token));
  }
}

void Redactor::Impl::note(const std::string& variable, std::string_view value) {
  note_token(variable, value);
  if (by_client) {
    learner.note(variable, value);
  }
}

/// A dialect's secret that goes on in another fragment hides all of that one. One may begin in any of the first
/// fragments, so that these are looked at together.
void Redactor::Impl::find_in_dialects(std::string_view content,
                                      Progress& progress,
                                      Rest rest,
                                      const OnValue& on_value) {
  if (progress.dialect) {
    keyed.push_back({0, content.size(), "rest"});
    return;
  }
  const std::size_t before = progress.begun.size();
  if (before > kMostBegun) {
    return;
  }
  if (before == 0 && rest != Rest::more) {
    find_dialect_secrets(content, keyed, on_value);
    return;
  }
  progress.begun += content;
  std::vector<Found> together;
  find_dialect_secrets(progress.begun, together, on_value);
  for (const Found& found : together) {
    const std::size_t from = std::max(found.at, before), end = found.at + found.length;
    if (end > from) {
      keyed.push_back({from - before, end - from, found.variable});
    }
  }
  progress.dialect = rest == Rest::more && !together.empty();
}

/// Fills `given` and `keyed`; false if nothing was found.
bool Redactor::Impl::find(std::string_view content, Progress& progress, Rest rest, const TextScan* seen) {
  given.clear();
  keyed.clear();
  const OnValue on_value = [this](const std::string& key, std::string_view value) { note(key, value); };
  const ValueMatcher::State before = progress.values;
  values.scan(content, progress.values, rest == Rest::none, given);
  for (const Found& found : given) {
    note_token(found.variable, content.substr(found.at, found.length));
  }
  progress.keys.scan(names, content, rest != Rest::more, keyed, on_value, seen);
  if (by_client && !progress.words) {
    find_in_dialects(content, progress, rest, on_value);
  }
  if (learner.teach(values)) {
    given.clear();
    progress.values = before;
    values.scan(content, progress.values, rest == Rest::none, given);
  }
  progress.forms.scan(content, rest != Rest::more, keyed, on_value);
  return !given.empty() || !keyed.empty();
}

bool Redactor::Impl::mask_string(std::string& text, Spans& spans, Rest rest) {
  Progress fresh;
  fresh.words = true;
  return find(text, fresh, rest) && mask_found(text, given, keyed, spans);
}

bool Redactor::Impl::mask_words(std::string& text) {
  Spans unrecorded;
  return !text.empty() && mask_string(text, unrecorded);
}

bool Redactor::Impl::mask_all_words(std::vector<std::string>& texts) {
  bool changed = false;
  for (std::string& text : texts) {
    changed |= mask_words(text);
  }
  return changed;
}

// ---- heads ----------------------------------------------------------------------------------------------------------

bool Redactor::Impl::mask_header(Header& header, bool& next_too) {
  const auto found = header_secrets(header.name, header.value, next_too);
  for (const Found& secret : found) {
    const std::string_view value = std::string_view(header.value).substr(secret.at, secret.length);
    note_token(header.name, value);
    if (by_client && !is_preference(secret.variable)) {
      learner.note(secret.variable, value);
    }
  }
  learner.teach(values);
  const bool changed = mask_found(header.value, {}, found, header.redact);
  return (!is_secret_header(header.name) && mask_string(header.value, header.redact)) || changed;
}

bool Redactor::Impl::mask_headers(std::vector<Header>& headers) {
  bool changed = false, next_too = false;
  for (Header& header : headers) {
    changed |= mask_header(header, next_too);
  }
  return changed;
}

/// Masks the same fields in the bytes of a head.
bool Redactor::Impl::mask_raw(std::string& raw) {
  Spans unrecorded;
  const bool changed = mask_found(raw, {}, raw_head_secrets(raw), unrecorded);
  return mask_string(raw, unrecorded) || changed;
}

bool Redactor::Impl::mask(Request& request) {
  const Rest rest = request.body.size() < request.body_length ? Rest::lost : Rest::none;
  return any({mask_string(request.start_line, request.redact),
              mask_headers(request.headers),
              mask_raw(request.raw),
              mask_string(request.body, request.body_redact, rest)});
}

bool Redactor::Impl::mask(Response& response) {
  // Where something was taken off it, its length says nothing of what is left.
  const bool cut = response.body.size() < response.body_length || !response.decoded.empty();
  const Rest rest = cut ? Rest::lost : Rest::none;
  return any({mask_words(response.start_line),
              mask_headers(response.headers),
              mask_raw(response.raw),
              mask_string(response.body, response.redact, rest)});
}

bool Redactor::Impl::mask(Verdict& verdict) {
  bool changed = any({mask(verdict.received), mask(verdict.sent), mask_words(verdict.headline)});
  for (auto* sentences : {&verdict.observed, &verdict.inferred, &verdict.unknown, &verdict.next}) {
    changed |= mask_all_words(*sentences);
  }
  for (Finding& finding : verdict.findings) {
    changed |= mask(finding);
  }
  return changed;
}

template <typename Of>
const Event& Redactor::Impl::redact_words(const Event& event, const Of& body) {
  Of copy = body;
  if (!mask(copy)) {
    return event;
  }
  shown = Event{event.seq, event.t_ns, event.conn, std::move(copy)};
  return shown;
}

// ---- content --------------------------------------------------------------------------------------------------------

namespace {

Content content_of(wire::Opcode first) {
  return first == wire::Opcode::binary ? Content::bytes : Content::text;
}

}  // namespace

/// Masks the event's content from byte `skip` on.
template <typename Of>
const Event& Redactor::Impl::with_content(
    const Event& event, std::string_view Of::*content, std::size_t skip, Progress& progress, Rest rest) {
  const Of& body = std::get<Of>(event.body);
  last_content = body.*content;
  last_masked = false;
  if (!last_spans.empty() || !body.redact.empty()) {
    last_spans = body.redact;
  }
  const TextScan* seen = nullptr;
  if constexpr (std::is_same_v<Of, Frame>) {
    seen = body.seen;
  }
  if (!find(last_content.substr(skip), progress, rest, seen)) {
    return event;
  }
  for (auto* list : {&given, &keyed}) {
    for (Found& found : *list) {
      found.at += skip;
    }
  }
  masked.assign(last_content);
  last_masked = mask_found(masked, given, keyed, last_spans, progress.content);
  if (!last_masked) {
    return event;
  }
  shown = event;
  std::get<Of>(shown.body).*content = masked;
  std::get<Of>(shown.body).redact = last_spans;
  return shown;
}

const Event& Redactor::Impl::redact_frame(const Event& event, const Frame& frame) {
  if (!wire::is_control(frame.header.opcode)) {
    return redact_data(event, frame);
  }
  if (!frame.has_payload) {
    return event;
  }
  Progress fresh;
  const bool close = frame.header.opcode == wire::Opcode::close;
  const std::size_t code_size = close ? std::min<std::size_t>(2, frame.payload.size()) : 0;
  return with_content(event, &Frame::payload, code_size, fresh, frame.cut() ? Rest::lost : Rest::none);
}

const Event& Redactor::Impl::redact_data(const Event& event, const Frame& frame) {
  const bool first = frame.header.opcode != wire::Opcode::continuation;
  const bool compressed_here = !frame.has_payload && (frame.header.rsv & wire::kRsv1) != 0;
  const auto key = progress_key(event.conn, frame.from);
  if (first && frame.header.fin && under_way.empty()) {
    whole.reset();
    whole.content = content_of(frame.header.opcode);
    return frame.has_payload ? with_content(event, &Frame::payload, 0, whole, frame.cut() ? Rest::lost : Rest::none)
                             : event;
  }
  Progress& progress = under_way[key];
  if (first) {
    progress = Progress();
    progress.content = content_of(frame.header.opcode);
  }
  progress.compressed |= compressed_here;
  const Rest rest = !frame.header.fin ? Rest::more : frame.cut() ? Rest::lost : Rest::none;
  const Event& result = frame.has_payload ? with_content(event, &Frame::payload, 0, progress, rest) : event;
  if (frame.header.fin) {
    under_way.erase(key);
  }
  return result;
}

/// What is said of a message quotes it.
const Event& Redactor::Impl::redact_message(const Event& event, const Message& message) {
  const Event& result = redact_message_content(event, message);
  if (message.errors.empty()) {
    return result;
  }
  std::vector<std::string> errors = message.errors;
  if (!mask_all_words(errors)) {
    return result;
  }
  if (&result != &shown) {
    shown = event;
  }
  std::get<Message>(shown.body).errors = std::move(errors);
  return shown;
}

const Event& Redactor::Impl::redact_message_content(const Event& event, const Message& message) {
  const bool same = message.payload.data() == last_content.data() && message.payload.size() == last_content.size();
  if (!same || message.payload.empty()) {
    Progress fresh;
    fresh.content = message.text ? Content::text : Content::bytes;
    const Rest rest = message.payload.size() < message.length ? Rest::lost : Rest::none;
    return with_content(event, &Message::payload, 0, fresh, rest);
  }
  if (last_spans.empty()) {
    return event;
  }
  shown = event;
  auto& copy = std::get<Message>(shown.body);
  copy.payload = last_masked ? std::string_view(masked) : message.payload;
  copy.redact = last_spans;
  return shown;
}

const Event& Redactor::Impl::redact_inflated(const Event& event, const Inflated& inflated) {
  Progress fresh;
  fresh.content = inflated.text ? Content::text : Content::bytes;
  const Rest rest = inflated.content.size() < inflated.length ? Rest::lost : Rest::none;
  return with_content(event, &Inflated::content, 0, fresh, rest);
}

const Event& Redactor::Impl::redact_partial(const Event& event, const Partial& partial) {
  const auto found = under_way.find(progress_key(event.conn, partial.from));
  const bool goes_on =
      partial.has_header && partial.header.opcode == wire::Opcode::continuation && found != under_way.end();
  Progress progress = goes_on ? found->second : Progress();
  if (progress.compressed || (partial.header.rsv & wire::kRsv1) != 0) {
    shown = event;
    std::get<Partial>(shown.body).payload = {};
    return shown;
  }
  return with_content(event, &Partial::payload, 0, progress, Rest::lost);
}

/// There is no framing any more: the bytes are taken as one long message.
const Event& Redactor::Impl::redact_undecoded(const Event& event, const UndecodedBytes& undecoded) {
  Progress& progress = under_way[progress_key(event.conn, undecoded.from)];
  if (!find(undecoded.bytes, progress, Rest::more)) {
    return event;
  }
  Spans unrecorded;
  masked.assign(undecoded.bytes);
  mask_found(masked, given, keyed, unrecorded);
  last_content = {};
  shown = event;
  std::get<UndecodedBytes>(shown.body).bytes = masked;
  return shown;
}

namespace {

/// True for what a client sent, or is about to.
bool is_by_client(const Body& body) {
  return std::visit(overloaded{[](const Frame& frame) { return frame.from == Side::client; },
                               [](const Message& message) { return message.from == Side::client; },
                               [](const Inflated& inflated) { return inflated.from == Side::client; },
                               [](const Partial& partial) { return partial.from == Side::client; },
                               [](const Open&) { return true; },
                               [](const Request&) { return true; },
                               [](const auto&) { return false; }},
                    body);
}

}  // namespace

const Event& Redactor::Impl::redact(const Event& event) {
  conn = event.conn;
  // Frames and messages are nearly all of a long session: they are told apart first.
  if (const auto* frame = std::get_if<Frame>(&event.body)) {
    by_client = frame->from == Side::client;
    return redact_frame(event, *frame);
  }
  if (const auto* message = std::get_if<Message>(&event.body)) {
    by_client = message->from == Side::client;
    const Event& result = redact_message(event, *message);
    if (&result == &shown) {
      std::get<Message>(shown.body).packets.clear();  // what they hold is not masked
    }
    return result;
  }
  by_client = is_by_client(event.body);
  return std::visit(
      overloaded{[&](const Frame&) -> const Event& { return event; },
                 [&](const Message&) -> const Event& { return event; },
                 [&](const Inflated& inflated) -> const Event& { return redact_inflated(event, inflated); },
                 [&](const Partial& partial) -> const Event& { return redact_partial(event, partial); },
                 [&](const UndecodedBytes& bytes) -> const Event& { return redact_undecoded(event, bytes); },
                 [&](const Shutdown&) -> const Event& { return event; },
                 [&](const State&) -> const Event& { return event; },
                 [&](const Token&) -> const Event& { return event; },
                 [&](const Ending& ending) -> const Event& {
                   under_way.erase(progress_key(event.conn, Side::client));
                   under_way.erase(progress_key(event.conn, Side::server));
                   return redact_words(event, ending);
                 },
                 [&](const auto& body) -> const Event& { return redact_words(event, body); }},
      event.body);
}

Redactor::Redactor(std::vector<Secret> secrets, bool off) : impl_(std::make_unique<Impl>()) {
  impl_->off = off;
  for (const Secret& secret : secrets) {
    add(secret);
  }
}

Redactor::~Redactor() = default;

void Redactor::add(const Secret& secret) {
  impl_->values.add(secret.variable, secret.value);
}

void Redactor::add_key(std::string_view key) {
  impl_->names.add(key);
}

const Event& Redactor::redact(const Event& event) {
  return impl_->off ? event : impl_->redact(event);
}

bool Redactor::has_news() const {
  return !impl_->tokens.empty() || impl_->learner.over_limit();
}

bool Redactor::take_over_limit() {
  return impl_->learner.take_over_limit();
}

std::vector<Token> Redactor::take_tokens() {
  return std::exchange(impl_->tokens, {});
}

std::string Redactor::redact_text(std::string_view text) const {
  std::string out(text);
  if (!impl_->off) {
    std::vector<Found> given, keyed;
    ValueMatcher::State state = 0;
    impl_->values.scan(text, state, true, given);
    const auto pass_by = [](const std::string&, std::string_view) {};
    KeyScanner().scan(impl_->names, text, true, keyed, pass_by);
    FormScanner().scan(text, true, keyed, pass_by);
    Spans unrecorded;
    mask_found(out, std::move(given), keyed, unrecorded);
  }
  return out;
}

}  // namespace whydrop::capture
