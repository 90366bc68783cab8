#include "profile/checker.hpp"

#include "base/result.hpp"
#include "profile/classifier.hpp"
#include "profile/examination.hpp"
#include "profile/message_checks.hpp"
#include "profile/replies.hpp"
#include "profile/sequence.hpp"
#include "profile/sequence_checks.hpp"
#include "profile/shape_checks.hpp"

#include <algorithm>
#include <utility>

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
        replies(profile) {}

  const Bindings& values() const { return bindings != nullptr ? *bindings : judge.nothing; }
  WordSource words() const {
    const auto& last = standing.last_client.type;
    return {profile, values(), judge.secrets, last ? std::string_view(profile.messages[*last].name) : "the client"};
  }
  void examine(Seen& seen, std::string_view payload, bool text, json::Json& with) const;
  void validate(Seen& seen) const;
  void take(const Seen& seen);
  void check_client(const Seen& seen, Findings& to) const;
  void check_server(const Seen& seen, Findings& to) const;
  void tell_signals(const Seen& seen, Findings& to) const;
  std::optional<TypeIndex> expected() const;
  std::string name_of_frame(const session::Frame& frame, std::uint64_t seq) const;
  void on(const session::Message& message, std::int64_t t_ns);
  template <typename Each>
  void each_further_record(const session::Message& message, const Each& each);
  void on(const session::Frame& frame, std::uint64_t seq);
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
  json::Json json;          ///< of the message in hand
  json::Json record_json;   ///< of a record behind the first
  json::Json preview_json;  ///< of one that is not sent
  Seen seen;                ///< the message in hand
};

/// Parses and names a message, and validates it.
void Checker::Impl::examine(Seen& of, std::string_view payload, bool text, json::Json& with) const {
  of.payload = payload;
  // Of several records in one message this is the first.
  const auto& end = profile.shape.ends_with;
  if (const auto fault = with.parse(end.empty() ? payload : payload.substr(0, payload.find(end)))) {
    of.not_json = text ? fault->why : std::string();
    return;
  }
  of.loss = with.losses().empty() ? std::string() : with.losses().front().why;
  of.root = with.root();
  of.type = judge.classifier(of.from).type_of(*of.root);
  if (of.type) {
    validate(of);
  }
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

void Checker::Impl::check_client(const Seen& of, Findings& to) const {
  check_json(profile, of, to);
  check_known(profile, judge.classifier(Side::client), of, of.root && !of.type ? expected() : std::nullopt, to);
  check_schema(profile, of, to);
  check_same(words(), of, to);
  check_size_and_form(profile, of, to);
  pace.check(of, to);
  check_place(profile, judge.machine, standing, of, to);
  tell_signals(of, to);
}

void Checker::Impl::check_server(const Seen& of, Findings& to) const {
  check_json(profile, of, to);
  check_known(profile, judge.classifier(Side::server), of, std::nullopt, to);
  check_schema(profile, of, to);
  check_same(words(), of, to);
  tell_signals(of, to);
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
  if (message.frames.empty() || seen.seq != message.frames.back() || seen.from != message.from) {
    return;  // it was not annotated
  }
  seen.t_ns = t_ns;
  if (seen.from == Side::client) {
    check_client(seen, findings);
    pace.note(seen);
  } else {
    check_server(seen, findings);
  }
  replies.check(seen, findings);
  follow(judge.machine, standing, seen);
  each_further_record(message, [&](const Seen& record) {
    check_json(profile, record, findings);
    check_known(profile, judge.classifier(record.from), record, std::nullopt, findings);
    check_schema(profile, record, findings);
    check_same(words(), record, findings);
    if (record.from == Side::client) {
      check_place(profile, judge.machine, standing, record, findings);
    }
    tell_signals(record, findings);
    replies.check(record, findings);
    follow(judge.machine, standing, record);
  });
}

/// The records behind the first of the message in hand: each is one that is judged as a message is, but for what only a
/// whole message has.
template <typename Each>
void Checker::Impl::each_further_record(const session::Message& message, const Each& each) {
  const auto& end = profile.shape.ends_with;
  std::string_view rest = message.payload;
  for (std::size_t i = 0; !end.empty() && i < kMaxRecords; ++i) {
    const std::size_t at = rest.find(end);
    if (at == std::string_view::npos || at + end.size() >= rest.size()) {
      return;
    }
    rest.remove_prefix(at + end.size());
    Seen record;
    record.from = seen.from;
    record.seq = seen.seq;
    record.t_ns = seen.t_ns;
    record.length = std::min(rest.find(end), rest.size());
    record.masked = seen.masked;
    examine(record, rest.substr(0, record.length), message.text, record_json);
    each(record);
  }
}

/// The type of the message that a frame is the whole of; the message was named just before the frame is told.
std::string Checker::Impl::name_of_frame(const session::Frame& frame, std::uint64_t seq) const {
  const bool whole = frame.header.fin && seen.seq == seq && seen.from == frame.from;
  return whole ? name_of(profile, seen) : "a message";
}

void Checker::Impl::on(const session::Frame& frame, std::uint64_t seq) {
  const auto& shape = profile.shape;
  const bool ruled = shape.text_only || shape.one_frame || shape.max_frame > 0;
  if (ruled && frame.from == Side::client && !wire::is_control(frame.header.opcode)) {
    check_frame(profile, name_of_frame(frame, seq), frame, seq, findings);
  }
}

void Checker::Impl::on(const session::Response& response, const session::Event& event) {
  if (response.status == 101) {
    standing = judge.machine.begin(event.t_ns, event.seq);
  }
}

void Checker::Impl::on_ending(const session::Event& event) {
  check_deadline_at_end(profile, judge.machine, standing, event.t_ns, event.seq, findings);
  replies.finish(event.t_ns, findings);
  findings.finish();
}

Checker::Checker(Judge& judge, Bindings* bindings, Emit emit)
    : impl_(std::make_unique<Impl>(judge.impl(), bindings, std::move(emit))) {}
Checker::~Checker() = default;

void Checker::annotate(session::Message& message) {
  auto& impl = *impl_;
  Seen& seen = impl.seen;
  seen = Seen();
  seen.from = message.from;
  seen.seq = message.frames.empty() ? 0 : message.frames.back();
  seen.length = message.length;
  seen.frame_length = message.frames.size() == 1 ? message.wire_length : 0;
  seen.masked = !message.redact.empty();
  const bool whole = message.payload.size() == message.length && !(message.compressed && message.payload.empty());
  if (!whole) {
    return;
  }
  impl.examine(seen, message.payload, message.text, impl.json);
  message.valid = seen.valid;
  for (const auto& fault : seen.faults) {
    message.errors.push_back(fault.says());
  }
  if (!seen.not_json.empty()) {
    message.valid = false;
    message.errors.push_back("not JSON: " + seen.not_json);
  }
  if (seen.type) {
    message.type = impl.profile.messages[*seen.type].name;
    impl.take(seen);
  }
  impl.each_further_record(message, [&](const Seen& record) {
    const bool wrong = record.valid == false || !record.not_json.empty();
    message.valid = wrong ? std::optional(false) : message.valid;
    for (const auto& fault : record.faults) {
      message.errors.push_back(fault.says());
    }
    if (!record.not_json.empty()) {
      message.errors.push_back("not JSON: " + record.not_json);
    }
    if (record.type) {
      impl.take(record);
    }
  });
}

void Checker::on_event(const session::Event& event) {
  auto& impl = *impl_;
  std::visit(overloaded{[&](const session::Message& message) { impl.on(message, event.t_ns); },
                        [&](const session::Frame& frame) { impl.on(frame, event.seq); },
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
  seen.length = payload.size();
  seen.frame_length = frames > 1 ? 0 : payload.size();
  impl_->examine(seen, payload, text, impl_->preview_json);
  session::Frame frame;
  frame.header.opcode = text ? wire::Opcode::text : wire::Opcode::binary;
  frame.header.fin = frames <= 1;
  frame.header.length = frames <= 1 ? payload.size() : (payload.size() + frames - 1) / frames;
  check_frame(impl.profile, name_of(impl.profile, seen), frame, seen.seq, to);
  impl.check_client(seen, to);
  return found;
}

const std::string& Checker::state() const {
  static const std::string kNone;
  const auto& machine = impl_->judge.machine;
  return machine.exists() ? machine.state(impl_->standing.state).name : kNone;
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
