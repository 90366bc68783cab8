#include "profile/checker.hpp"

#include "base/result.hpp"
#include "codec/codec.hpp"
#include "profile/classifier.hpp"
#include "profile/examination.hpp"
#include "profile/heartbeats.hpp"
#include "profile/message_checks.hpp"
#include "profile/replies.hpp"
#include "profile/sequence.hpp"
#include "profile/sequence_checks.hpp"
#include "profile/shape_checks.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

constexpr std::uint64_t kMaxPerId = 100;  ///< findings of one id that are told one by one
constexpr std::size_t kMaxFaults = 20;    ///< of one message
constexpr std::size_t kMaxRecords = 64;   ///< of one message that are judged

}  // namespace

struct Judge::Impl {
  explicit Impl(std::shared_ptr<const Profile> given)
      : profile(std::move(given)),
        classifiers{Classifier(*profile, Side::client), Classifier(*profile, Side::server)},
        machine(*profile),
        nothing(*profile, Outside{}),
        schemas(profile->messages.size()),
        signals(profile->messages.size()) {
    for (const auto& key : profile->secret_keys) {
      secrets.add(key);
    }
    for (const auto& signal : profile->signals) {
      for (TypeIndex i = 0; i < signals.size(); ++i) {
        const auto& type = profile->messages[i];
        if (type.side == signal.side && (signal.message.empty() || signal.message == type.name)) {
          signals[i].push_back(&signal);
        }
      }
    }
  }

  const Classifier& classifier(Side side) const { return classifiers[static_cast<std::size_t>(side)]; }
  const schema::Schema* schema_of(TypeIndex type);

  std::shared_ptr<const Profile> profile;
  Classifier classifiers[2];
  SequenceMachine machine;
  Bindings nothing;  ///< no values but defaults
  SecretKeys secrets;
  struct Compiled {
    bool tried = false;
    std::optional<schema::Schema> schema;
  };
  std::vector<Compiled> schemas;                    ///< by type
  std::vector<std::vector<const Signal*>> signals;  ///< by type
};

const schema::Schema* Judge::Impl::schema_of(TypeIndex type) {
  Compiled& compiled = schemas[type];
  if (!std::exchange(compiled.tried, true) && !profile->messages[type].schema.empty()) {
    schema::Options options;
    options.check_formats = true;
    // A profile that was loaded has no schema that does not compile.
    if (auto made = schema::Schema::compile(
            *profile->document, profile->text, profile->path, options, profile->messages[type].schema)) {
      compiled.schema = std::move(*made);
    }
  }
  return compiled.schema ? &*compiled.schema : nullptr;
}

Judge::Judge(std::shared_ptr<const Profile> profile) : impl_(std::make_unique<Impl>(std::move(profile))) {}
Judge::~Judge() = default;

const Profile& Judge::profile() const {
  return *impl_->profile;
}

struct Checker::Impl {
  Impl(Judge::Impl& given, Bindings* bound, Emit out)
      : judge(given),
        profile(*given.profile),
        bindings(bound),
        emit(std::move(out)),
        findings(emit, kMaxPerId),
        standing(judge.machine.begin(0, 1)),
        pace(profile, values()),
        replies(profile),
        heartbeats(profile, values()) {
    if (const codec::Codec* codec = codec::find_codec(profile.codec)) {
      decoder = codec->make_decoder();
    }
  }

  const Bindings& values() const { return bindings != nullptr ? *bindings : judge.nothing; }
  WordSource words() const {
    const auto& last = standing.last_client.type;
    return {profile, values(), judge.secrets, last ? std::string_view(profile.messages[*last].name) : "the client"};
  }
  struct Record;
  std::size_t read(std::vector<Record>& records, const Seen& message, bool text, codec::Decoder* decoder) const;
  void examine(Record& record, std::string_view json, bool text) const;
  void validate(Seen& seen) const;
  void take(const Seen& seen);
  void tell_of(const Record& record, session::Message& message);
  void check(const Seen& seen, bool first, Findings& to) const;
  void tell_signals(const Seen& seen, Findings& to) const;
  std::optional<TypeIndex> expected() const;
  std::string name_of_frame(const session::Frame& frame, std::uint64_t seq) const;
  void on(const session::Message& message, std::int64_t t_ns);
  void on(const session::Frame& frame, std::int64_t t_ns, std::uint64_t seq);
  void on(const session::Response& response, const session::Event& event);
  void on_ending(const session::Event& event);

  Judge::Impl& judge;
  const Profile& profile;
  Bindings* bindings;
  Emit emit;
  Findings findings;
  Standing standing;
  Pace pace;
  Replies replies;
  Heartbeats heartbeats;
  void check_whole(Findings& to);

  std::unique_ptr<codec::Decoder> decoder;  ///< null: messages are JSON
  std::uint64_t last_seq[2] = {0, 0};       ///< by side: of its last message
  bool whole_checked = false;
  /// One of the packets or records of a message; most are the only one.
  struct Record {
    json::Json json;
    Seen seen;
    std::string text;  ///< of a packet, or of a record that is not all of its message
  };
  std::vector<Record> records;  ///< of the message in hand; those behind `count` are kept for their memory
  std::size_t count = 0;
};

/// Parses and names a record, and validates it.
void Checker::Impl::examine(Record& record, std::string_view json, bool text) const {
  Seen& of = record.seen;
  if (const auto fault = record.json.parse(json)) {
    of.not_json = text ? fault->why : std::string();
    return;
  }
  of.loss = record.json.losses().empty() ? std::string() : record.json.losses().front().why;
  of.root = record.json.root();
  of.type = judge.classifier(of.from).type_of(*of.root);
  if (of.type) {
    validate(of);
  }
}

/// The records of a whole message, each with what `message` holds; at least one.
std::size_t Checker::Impl::read(std::vector<Record>& into, const Seen& message, bool text, codec::Decoder* with) const {
  std::size_t used = 0;
  const auto next = [&]() -> Record& {
    if (used == into.size()) {
      into.emplace_back();
    }
    into[used].seen = message;
    return into[used++];
  };
  if (with != nullptr) {
    const auto fault = with->feed(message.from, text, message.payload, [&](std::string_view json) {
      if (used < kMaxRecords) {
        Record& record = next();
        record.text = json;
        examine(record, record.text, true);
      }
    });
    if (fault) {
      next().seen.unreadable = fmt::format("{}, at byte {}", fault->why, fault->offset);
    }
    return used;
  }
  const auto& end = profile.shape.ends_with;
  std::string_view rest = message.payload;
  do {
    const std::size_t length = end.empty() ? rest.size() : std::min(rest.find(end), rest.size());
    Record& record = next();
    record.seen.payload = used == 1 ? message.payload : rest.substr(0, length);
    record.seen.length = used == 1 ? message.length : length;
    record.text = end.empty() ? std::string_view() : rest.substr(0, length);
    examine(record, rest.substr(0, length), text);
    rest.remove_prefix(std::min(length + end.size(), rest.size()));
  } while (!rest.empty() && used < kMaxRecords);
  return used;
}

void Checker::Impl::validate(Seen& of) const {
  const auto* schema = judge.schema_of(*of.type);
  if (schema == nullptr) {
    return;
  }
  of.valid = schema->valid(*of.root);
  if (*of.valid) {
    return;
  }
  of.faults = schema->check(*of.root, kMaxFaults);
  const auto hidden = [&](const schema::Fault& fault) {
    const auto value = of.root->at(fault.instance);
    return value && is_masked(of, *value);
  };
  of.faults.erase(std::remove_if(of.faults.begin(), of.faults.end(), hidden), of.faults.end());
  for (auto& fault : of.faults) {
    hide_secret(judge.secrets, fault);
  }
  if (of.faults.empty()) {
    of.valid.reset();  // what is wrong may be the mask
  }
}

void Checker::Impl::take(const Seen& of) {
  const auto& takes = profile.messages[*of.type].takes;
  if (bindings != nullptr && !takes.empty()) {
    take_clear(*bindings, takes, *of.root, of.masked);
  }
}

/// The only type of the client's that has its place now.
std::optional<TypeIndex> Checker::Impl::expected() const {
  const auto taken = judge.machine.exists() ? judge.machine.taken(standing.state) : std::vector<TypeIndex>();
  return taken.size() == 1 ? std::optional(taken.front()) : std::nullopt;
}

/// What is wrong with a record; `first`: it stands for its message, of which shape and pace are asked.
void Checker::Impl::check(const Seen& of, bool first, Findings& to) const {
  const bool own = of.from == Side::client;
  check_json(profile, of, to);
  check_known(profile, judge.classifier(of.from), of, own && of.root && !of.type ? expected() : std::nullopt, to);
  check_schema(profile, of, to);
  check_same(words(), of, to);
  if (own && first) {
    check_size_and_form(profile, of, to);
    pace.check(of, to);
  }
  if (own) {
    check_place(profile, judge.machine, standing, of, to);
  }
  tell_signals(of, to);
}

/// Fills in what a record says of its message: the first that has a type names it.
void Checker::Impl::tell_of(const Record& record, session::Message& message) {
  const Seen& of = record.seen;
  const bool wrong = !of.not_json.empty() || !of.unreadable.empty();
  message.valid = wrong || of.valid == false ? std::optional(false) : message.valid ? message.valid : of.valid;
  for (const auto& fault : of.faults) {
    message.errors.push_back(fault.says());
  }
  if (!of.not_json.empty()) {
    message.errors.push_back("not JSON: " + of.not_json);
  }
  if (!of.unreadable.empty()) {
    message.errors.push_back(of.unreadable);
  }
  const std::string type = of.type ? profile.messages[*of.type].name : std::string();
  message.type = message.type.empty() ? type : message.type;
  if (!record.text.empty() && of.root) {
    message.packets.push_back({type, record.text});
  }
  if (of.type) {
    take(of);
  }
}

void Checker::Impl::tell_signals(const Seen& of, Findings& to) const {
  if (!of.type) {
    return;
  }
  for (const Signal* signal : judge.signals[*of.type]) {
    if (holds(signal->where, *of.root)) {
      to.own(signal->finding, of.seq, [&] {
        return Words{fill_words(signal->finding.says, words(), of), fill_words(signal->finding.fix, words(), of), {}};
      });
      return;
    }
  }
}

void Checker::Impl::on(const session::Message& message, std::int64_t t_ns) {
  const bool annotated = count > 0 && !message.frames.empty() && records[0].seen.seq == message.frames.back() &&
                         records[0].seen.from == message.from;
  for (std::size_t i = 0; annotated && i < count; ++i) {
    Seen& seen = records[i].seen;
    seen.t_ns = t_ns;
    check(seen, i == 0, findings);
    if (seen.from == Side::client && i == 0) {
      pace.note(seen);
    }
    replies.check(seen, findings);
    heartbeats.note(seen);
    follow(judge.machine, standing, seen);
  }
}

/// The type of the message that a frame is the whole of; the message was named just before the frame is told.
std::string Checker::Impl::name_of_frame(const session::Frame& frame, std::uint64_t seq) const {
  const bool whole = frame.header.fin && count > 0 && records[0].seen.seq == seq && records[0].seen.from == frame.from;
  return whole ? name_of(profile, records[0].seen) : "a message";
}

void Checker::Impl::on(const session::Frame& frame, std::int64_t t_ns, std::uint64_t seq) {
  const auto& shape = profile.shape;
  const bool ruled = shape.text_only || shape.one_frame || shape.max_frame > 0;
  if (ruled && frame.from == Side::client && !wire::is_control(frame.header.opcode)) {
    check_frame(profile, name_of_frame(frame, seq), frame, seq, findings);
  }
  if (frame.header.opcode == wire::Opcode::close) {
    check_whole(findings);
    heartbeats.finish(t_ns, seq, findings);
  }
}

void Checker::Impl::on(const session::Response& response, const session::Event& event) {
  if (response.status == 101) {
    standing = judge.machine.begin(event.t_ns, event.seq);
    heartbeats.begin(event.t_ns, event.seq);
  }
}

/// A packet that was begun and never ended, once the first Close came or else the session ended.
void Checker::Impl::check_whole(Findings& to) {
  for (const Side side : {Side::client, Side::server}) {
    const std::string lacks = decoder && !whole_checked ? decoder->lacks(side) : std::string();
    if (!lacks.empty()) {
      to.fault("packet-incomplete", side, last_seq[static_cast<std::size_t>(side)], [&] {
        return Words{fmt::format("The {}'s last packet was never whole: {} is missing.", wire::name(side), lacks),
                     side == Side::client ? fmt::format("Send all of it; {} waits for what is missing.", profile.name)
                                          : std::string(),
                     {}};
      });
    }
  }
  whole_checked = true;
}

void Checker::Impl::on_ending(const session::Event& event) {
  check_whole(findings);
  check_deadline_at_end(profile, judge.machine, standing, event.t_ns, event.seq, findings);
  heartbeats.finish(event.t_ns, event.seq, findings);
  replies.finish(event.t_ns, findings);
  findings.finish();
}

Checker::Checker(Judge& judge, Bindings* bindings, Emit emit)
    : impl_(std::make_unique<Impl>(judge.impl(), bindings, std::move(emit))) {}
Checker::~Checker() = default;

void Checker::annotate(session::Message& message) {
  auto& impl = *impl_;
  impl.count = 0;
  const bool whole = message.payload.size() == message.length && !(message.compressed && message.payload.empty());
  if (!whole) {
    return;
  }
  Seen seen;
  seen.from = message.from;
  seen.seq = message.frames.empty() ? 0 : message.frames.back();
  seen.payload = message.payload;
  seen.length = message.length;
  seen.frame_length = message.frames.size() == 1 ? message.wire_length : 0;
  seen.masked = !message.redact.empty();
  impl.count = impl.read(impl.records, seen, message.text, impl.decoder.get());
  impl.last_seq[static_cast<std::size_t>(message.from)] = seen.seq;
  message.codec = impl.profile.codec;
  for (std::size_t i = 0; i < impl.count; ++i) {
    impl.tell_of(impl.records[i], message);
  }
}

void Checker::on_event(const session::Event& event) {
  auto& impl = *impl_;
  std::visit(overloaded{[&](const session::Message& message) { impl.on(message, event.t_ns); },
                        [&](const session::Frame& frame) { impl.on(frame, event.t_ns, event.seq); },
                        [&](const session::Response& response) { impl.on(response, event); },
                        [&](const session::Ending&) { impl.on_ending(event); },
                        [](const auto&) {}},
             event.body);
}

std::vector<session::Finding> Checker::preview(bool text,
                                               std::string_view payload,
                                               std::int64_t t_ns,
                                               unsigned frames) const {
  const auto& impl = *impl_;
  std::vector<session::Finding> found;
  Findings to(
      [&found](session::Body&& body) {
        if (auto* finding = std::get_if<session::Finding>(&body)) {
          found.push_back(std::move(*finding));
        }
      },
      0);
  Seen seen;
  seen.t_ns = t_ns;
  seen.payload = payload;
  seen.length = payload.size();
  seen.frame_length = frames > 1 ? 0 : payload.size();
  std::vector<Impl::Record> records;
  const auto decoder = impl.decoder ? impl.decoder->copy() : nullptr;
  const std::size_t count = impl.read(records, seen, text, decoder.get());
  session::Frame frame;
  frame.header.opcode = text ? wire::Opcode::text : wire::Opcode::binary;
  frame.header.fin = frames <= 1;
  frame.header.length = frames <= 1 ? payload.size() : (payload.size() + frames - 1) / frames;
  check_frame(impl.profile, count > 0 ? name_of(impl.profile, records[0].seen) : "a message", frame, seen.seq, to);
  for (std::size_t i = 0; i < count; ++i) {
    impl.check(records[i].seen, i == 0, to);
  }
  return found;
}

const std::string& Checker::state() const {
  static const std::string none;
  const auto& machine = impl_->judge.machine;
  return machine.exists() ? machine.state(impl_->standing.state).name : none;
}

bool Checker::ready() const {
  const auto& sequence = impl_->profile.sequence;
  const auto wanted = std::find_if(sequence.states.begin(), sequence.states.end(), [&](const SequenceState& state) {
    return state.name == sequence.ready;
  });
  return wanted == sequence.states.end() ||
         impl_->standing.visited[static_cast<std::size_t>(wanted - sequence.states.begin())];
}

}  // namespace whydrop::profile
