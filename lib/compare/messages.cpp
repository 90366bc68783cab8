// The messages of two sessions: aligned by side, then told in order of time.
#include "base/text.hpp"
#include "base/units.hpp"
#include "compare/pairing.hpp"
#include "compare/rows.hpp"
#include "compare/value_shapes.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

using session::Side;
using Kind = Difference::Kind;

constexpr std::int64_t kMuchLonger = 10;
constexpr std::int64_t kLeastLonger = 100'000'000;

// Who answers does so within a few messages of the other side.
constexpr std::size_t kMostLookedAt = 100;

constexpr std::string_view kOpcode = "the opcode", kFrameCount = "the number of frames", kSpaces = "the JSON text";

/// True if `longer` is so much more than `shorter` that a person would notice. Nothing is
/// multiplied, since a capture may hold any times.
bool much_longer(std::int64_t longer, std::int64_t shorter) {
  return longer / kMuchLonger > shorter && longer > shorter + kLeastLonger;
}

/// What the server said before each message of a session.
class Heard {
 public:
  explicit Heard(const Connection& of) {
    before_.reserve(of.messages.size());
    for (const MessageRecord& message : of.messages) {
      before_.push_back(last_);
      last_ = message.from == Side::server ? before_.size() - 1 : last_;
    }
  }
  /// The last message of the server's before the message at `at`; kNone if there is none.
  std::size_t before(std::size_t at) const { return before_[at]; }
  /// True if the server said nothing in the whole session.
  bool nothing() const { return last_ == kNone; }

 private:
  std::vector<std::size_t> before_;
  std::size_t last_ = kNone;
};

class Messages {
 public:
  Messages(
      const Connection& a, const Connection& b, const Sides& sides, DifferenceCollector& collector, Comparison& out)
      : a_(a),
        b_(b),
        heard_a_(a),
        heard_b_(b),
        sides_(sides),
        collector_(collector),
        out_(out),
        rows_(a, b, sides, collector.options.fold, out.rows) {}

  void run() {
    out_.messages_a += a_.messages.size();
    out_.messages_b += b_.messages.size();
    pairing_ = pairing_of(a_, b_, sides_);
    steps_ = steps_of(a_, b_, pairing_);
    find_moved();
    last_paired_ = last_paired();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      step(i);
    }
    rows_.finish();
    compare_silence();
  }

 private:
  const MessageRecord& message(const Step& step) const {
    return step.a != kNone ? a_.messages[step.a] : b_.messages[step.b];
  }
  const std::string& key(const Step& step) const {
    return step.a != kNone ? sides_.a.key(a_.messages[step.a]) : sides_.b.key(b_.messages[step.b]);
  }
  std::string title(const Step& step) const { return fmt::format("{} {}", wire::name(message(step).from), key(step)); }

  Difference difference(Kind kind, const Step& step) const {
    Difference made;
    made.kind = kind;
    made.from = message(step).from;
    made.key = key(step);
    made.seq_a = step.a != kNone ? std::optional(a_.messages[step.a].seq) : std::nullopt;
    made.seq_b = step.b != kNone ? std::optional(b_.messages[step.b].seq) : std::nullopt;
    return made;
  }

  std::size_t last_paired() const {
    for (std::size_t i = steps_.size(); i-- > 0;) {
      if (steps_[i].paired()) {
        return i;
      }
    }
    return kNone;
  }

  /// A message that is missing at one place and too much at another has moved.
  void find_moved() {
    std::unordered_map<std::size_t, std::vector<std::size_t>> lone_b;
    const auto hash = [this](const Step& step) {
      return mix(mix(message(step).exact, std::hash<std::string>()(key(step))), index_of(message(step).from));
    };
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].a == kNone) {
        lone_b[hash(steps_[i])].push_back(i);
      }
    }
    moved_.assign(steps_.size(), kNone);
    for (std::size_t i = 0; i < steps_.size() && !lone_b.empty(); ++i) {
      const auto found = steps_[i].b == kNone ? lone_b.find(hash(steps_[i])) : lone_b.end();
      if (found != lone_b.end() && !found->second.empty()) {
        moved_[i] = found->second.back();
        moved_[found->second.back()] = i;
        found->second.pop_back();
      }
    }
  }

  void step(std::size_t at) {
    const Step& here = steps_[at];
    const std::uint64_t before = out_.differences.size() + out_.more;
    if (here.paired()) {
      collector_.go_on();
      ++out_.matched;
      compare_pair(here);
      collector_.go_on();
      previous_ = here;
      lone_a_ = lone_b_ = 0;
    } else if (moved_[at] != kNone) {
      tell_moved(at);
    } else {
      report_unpaired(at);
    }
    if (collector_.options.rows) {
      rows_.add(here, out_.differences.size() + out_.more != before);
    }
  }

  void compare_pair(const Step& here) {
    const std::size_t first = out_.differences.size();
    compare_order(here);
    compare_content(here);
    compare_frames(here);
    compare_findings(here, first);
    compare_timing(here);
  }

  // ---- one message only

  void tell_moved(std::size_t at) {
    if (steps_[at].a == kNone) {
      return;  // told where the first session has it
    }
    const Step both{steps_[at].a, steps_[moved_[at]].b};
    Difference made = difference(Kind::order, both);
    made.says = fmt::format("{} stands at another place in {}", title(both), collector_.name(true));
    collector_.tell(std::move(made), Weight::slight);
  }

  void report_unpaired(std::size_t at) {
    const Step& here = steps_[at];
    const bool in_a = here.a != kNone;
    Difference made = difference(in_a ? Kind::missing : Kind::extra, here);
    made.says = collector_.one_sided(title(here), in_a);
    const MessageRecord& told = message(here);
    const Recorder::Impl& recorder = in_a ? sides_.a : sides_.b;
    give_ids(told, recorder, here);
    (in_a ? made.a : made.b) = std::string(told.text ? recorder.payload(told) : std::string_view());
    Weight weight = before_the_end(at) ? Weight::plain : Weight::trailing;
    bool found = false;
    for (const Told* finding : findings_of(in_a ? a_ : b_, told)) {
      made.says += ": " + sentence(*finding, here);
      weight = is_clients(*finding, told.from) ? Weight::finding : weight;
      found = true;
    }
    collector_.tell(std::move(made), weight, in_a ? lone_a_++ : lone_b_++, found);
  }

  void give_ids(const MessageRecord& told, const Recorder::Impl& recorder, const Step& here) {
    if (told.from == Side::server && told.json && told.whole() && !parsed_a_.parse(recorder.payload(told))) {
      collector_.values.give(parsed_a_.root(), {told.from, title(here), told.redacted}, here.a == kNone);
    }
  }

  /// False for a message that may be missing only because the other session had ended by then: nothing shows that there
  /// was the time for it, and its own session was ended by the client, which was done.
  bool before_the_end(std::size_t at) const {
    if (last_paired_ != kNone && at < last_paired_) {
      return true;
    }
    const bool in_a = steps_[at].a != kNone;
    const Connection &has = in_a ? a_ : b_, &lacks = in_a ? b_ : a_;
    if (ended_on_client(has) || other_came(lacks, in_a ? previous_.b : previous_.a, message(steps_[at]).from)) {
      return true;
    }
    const std::int64_t taken = message(steps_[at]).t_ns - time_of_previous(in_a);
    const std::int64_t had = lacks.ended_ns - time_of_previous(!in_a);
    return much_longer(had, std::max<std::int64_t>(taken, 0));
  }

  /// True where the same side said something else after this message.
  static bool other_came(const Connection& in, std::size_t after, Side from) {
    const std::size_t begin = after == kNone ? 0 : after + 1;
    const auto first = in.messages.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = std::min(in.messages.size() - begin, kMostLookedAt);
    return std::any_of(first, first + static_cast<std::ptrdiff_t>(last), [from](const MessageRecord& message) {
      return message.from == from;
    });
  }

  /// True where the client did not end it itself.
  static bool ended_on_client(const Connection& of) {
    return of.first_close ? of.first_close == Side::server
                          : of.ending && of.ending->by != session::EndedBy::client &&
                                of.ending->how != session::EndingHow::capture_ended;
  }

  std::int64_t time_of_previous(bool in_a) const {
    const Connection& of = in_a ? a_ : b_;
    return previous_.paired() ? of.messages[in_a ? previous_.a : previous_.b].t_ns : of.response_ns;
  }

  // ---- content

  void compare_content(const Step& here) {
    const MessageRecord &in_a = a_.messages[here.a], &in_b = b_.messages[here.b];
    if (in_a.whole() && in_b.whole()) {
      compare_whole(here, in_a, in_b);
    } else if (in_a.exact != in_b.exact && (collector_.options.strict || in_a.form != in_b.form)) {
      compare_members(here, in_a, in_b);
    }
  }

  void compare_whole(const Step& here, const MessageRecord& in_a, const MessageRecord& in_b) {
    const std::string_view text_a = sides_.a.payload(in_a), text_b = sides_.b.payload(in_b);
    const Context context{in_a.from, title(here), in_a.redacted || in_b.redacted};
    if (in_a.json && in_b.json && !parsed_a_.parse(text_a) && !parsed_b_.parse(text_b)) {
      tell_values(parsed_a_.root(), parsed_b_.root(), context, difference(Kind::changed, here), collector_);
      return;
    }
    const bool same =
        in_a.text && in_b.text ? collector_.values.same_text(text_a, text_b, {}, context) : text_a == text_b;
    if (!same) {
      tell_bytes(here, text_a, text_b);
    }
  }

  void tell_bytes(const Step& here, std::string_view text_a, std::string_view text_b) {
    const std::size_t common = std::min(text_a.size(), text_b.size());
    const auto at = static_cast<std::size_t>(
        std::mismatch(text_a.begin(), text_a.begin() + static_cast<std::ptrdiff_t>(common), text_b.begin()).first -
        text_a.begin());
    Difference made = difference(Kind::changed, here);
    made.a = text_a;
    made.b = text_b;
    made.says = fmt::format("{}: differs from byte {} on ({} and {})",
                            title(here),
                            at,
                            format_size(text_a.size()),
                            format_size(text_b.size()));
    collector_.tell(std::move(made), Weight::plain);
  }

  /// What is known of messages that were not kept: which members differ.
  void compare_members(const Step& here, const MessageRecord& in_a, const MessageRecord& in_b) {
    const auto members_of = [](const Connection& of, std::size_t at) {
      const auto found = of.members.find(at);
      return found == of.members.end() ? std::vector<Member>() : found->second;
    };
    const auto members_a = members_of(a_, here.a), members_b = members_of(b_, here.b);
    bool told = false, ignored = false;
    for (const Member& member : members_a) {
      const auto opposite = std::find_if(
          members_b.begin(), members_b.end(), [&](const Member& other) { return other.name == member.name; });
      if (opposite == members_b.end() ||
          (collector_.options.strict ? opposite->exact == member.exact : opposite->form == member.form)) {
        continue;
      }
      Difference made = difference(Kind::changed, here);
      made.pointer = "/" + json::escape_step(member.name);
      if (collector_.ignored.has(made.pointer)) {
        ignored = true;
        continue;
      }
      made.says = fmt::format("{}: {} differs; it was too long to be kept", title(here), made.pointer);
      collector_.tell(std::move(made), Weight::plain);
      told = true;
    }
    if (!told && !ignored) {
      Difference made = difference(Kind::changed, here);
      made.says = fmt::format("{}: differs ({} and {}); it was too long to be kept",
                              title(here),
                              format_size(in_a.length),
                              format_size(in_b.length));
      collector_.tell(std::move(made), Weight::plain);
    }
  }

  // ---- frames

  void tell_frames(const Step& here, std::string_view what, const std::string& a, const std::string& b) {
    Difference made = difference(Kind::frames, here);
    made.a = a;
    made.b = b;
    made.says = collector_.two_sided(fmt::format("{}: {}", title(here), what), a, b);
    collector_.tell(std::move(made), message(here).from == Side::client ? Weight::plain : Weight::slight);
  }

  void compare_frames(const Step& here) {
    const MessageRecord &in_a = a_.messages[here.a], &in_b = b_.messages[here.b];
    if (in_a.text != in_b.text) {
      tell_frames(here, kOpcode, in_a.text ? "text" : "binary", in_b.text ? "text" : "binary");
    }
    if ((in_a.frames > 1) != (in_b.frames > 1)) {
      const auto count = [](const MessageRecord& of) { return fmt::format("{}", of.frames); };
      tell_frames(here, kFrameCount, count(in_a), count(in_b));
    }
    if (in_a.masked != in_b.masked) {
      tell_frames(here, "the payload", in_a.masked ? "masked" : "not masked", in_b.masked ? "masked" : "not masked");
    }
    compare_spaces(here, in_a, in_b);
  }

  /// White space between tokens changes no value, but some servers refuse it.
  void compare_spaces(const Step& here, const MessageRecord& in_a, const MessageRecord& in_b) {
    if (!in_a.json || !in_b.json || !in_a.whole() || !in_b.whole() || in_a.length == in_b.length) {
      return;
    }
    const bool a = json::is_compact(sides_.a.payload(in_a)), b = json::is_compact(sides_.b.payload(in_b));
    if (a != b) {
      tell_frames(here, kSpaces, a ? "compact" : "not compact", b ? "compact" : "not compact");
    }
  }

  // ---- findings

  static std::vector<const Told*> findings_of(const Connection& of, const MessageRecord& message) {
    std::vector<const Told*> found;
    const auto add = [&](std::uint64_t seq) {
      const auto [first, last] = of.findings.equal_range(seq);
      std::transform(first, last, std::back_inserter(found), [](const auto& at) { return &at.second; });
    };
    add(message.seq);
    if (message.first_seq != message.seq) {
      add(message.first_seq);
    }
    return found;
  }

  /// "startChat: /routingData is missing." as what follows the message's name.
  std::string sentence(const Told& finding, const Step& here) const {
    const std::string says = with_id(finding), own = key(here) + ": ";
    return starts_with(says, own) ? says.substr(own.size()) : says;
  }

  void compare_findings(const Step& here, std::size_t first) {
    const auto in_a = findings_of(a_, a_.messages[here.a]), in_b = findings_of(b_, b_.messages[here.b]);
    const auto lone = [](const std::vector<const Told*>& of, const std::vector<const Told*>& other) {
      std::vector<const Told*> found;
      std::copy_if(of.begin(), of.end(), std::back_inserter(found), [&](const Told* finding) {
        return std::none_of(other.begin(), other.end(), [&](const Told* known) { return known->id == finding->id; });
      });
      return found;
    };
    for (const Told* finding : lone(in_b, in_a)) {
      tell_finding(*finding, here, first, true);
    }
    for (const Told* finding : lone(in_a, in_b)) {
      tell_finding(*finding, here, first, false);
    }
  }

  /// True if a difference that was told is what the finding is about.
  static bool is_about(const Told& finding, const Difference& known) {
    // How the message was framed is told as a difference of its own.
    constexpr std::pair<std::string_view, std::string_view> kFraming[] = {
        {"shape-opcode", kOpcode}, {"shape-fragmented", kFrameCount}, {"not-compact-json", kSpaces}};
    const bool framing = std::any_of(std::begin(kFraming), std::end(kFraming), [&](const auto& row) {
      return known.kind == Kind::frames && finding.id == row.first && known.says.find(row.second) != std::string::npos;
    });
    return framing || (!known.pointer.empty() && finding.says.find(known.pointer) != std::string::npos);
  }

  void tell_finding(const Told& finding, const Step& here, std::size_t first, bool in_b) {
    const Weight weight = is_clients(finding, message(here).from) ? Weight::finding : Weight::plain;
    for (std::size_t i = first; i < out_.differences.size(); ++i) {
      if (is_about(finding, out_.differences[i])) {
        out_.differences[i].says += fmt::format(" ({}{})", finding.id, in_b ? "" : " in " + collector_.name(false));
        collector_.promote(i, weight);
        return;
      }
    }
    Difference made = difference(Kind::changed, here);
    made.says = fmt::format("{}: in {} only, {}", title(here), collector_.name(in_b), sentence(finding, here));
    collector_.tell(std::move(made), weight, 0, true);
  }

  /// What the server says of the client's fault is the answer to a difference, not the difference.
  static bool is_clients(const Told& finding, Side from) {
    return finding.at_fault == session::Party::client && from == Side::client;
  }

  // ---- order and time

  /// A client that did not wait for what it waited for in the other session.
  void compare_order(const Step& here) {
    if (message(here).from != Side::client) {
      return;
    }
    const std::size_t in_a = heard_a_.before(here.a), in_b = heard_b_.before(here.b);
    if (in_a != kNone && not_waited(true, in_a, pairing_.of_a[in_a], here)) {
      tell_order(here, {in_a, pairing_.of_a[in_a]}, true);
    } else if (in_b != kNone && !collector_.options.replay && not_waited(false, in_b, pairing_.of_b[in_b], here)) {
      tell_order(here, {pairing_.of_b[in_b], in_b}, false);
    }
  }

  /// The client waited for `heard` in one session; in the other its partner came after what was sent, or nothing came.
  bool not_waited(bool waited_in_a, std::size_t heard, std::size_t other_heard, const Step& sent) const {
    // Nearer than this, who comes first is chance.
    constexpr std::int64_t kChance = 20'000'000;
    const Connection &waited = waited_in_a ? a_ : b_, &hasty = waited_in_a ? b_ : a_;
    const std::size_t here = waited_in_a ? sent.a : sent.b, there = waited_in_a ? sent.b : sent.a;
    if (other_heard == kNone) {
      return (waited_in_a ? heard_b_ : heard_a_).nothing();
    }
    return other_heard > there && (waited.messages[here].t_ns - waited.messages[heard].t_ns > kChance ||
                                   hasty.messages[other_heard].t_ns - hasty.messages[there].t_ns > kChance);
  }

  void tell_order(const Step& here, const Step& heard, bool in_b) {
    Difference made = difference(Kind::order, here);
    made.says = fmt::format("{} was sent before {} came in {}, after it in {}",
                            title(here),
                            title(heard),
                            collector_.name(in_b),
                            collector_.name(!in_b));
    collector_.tell(std::move(made), heard.paired() ? Weight::slight : Weight::plain);
  }

  void compare_timing(const Step& here) {
    if (!collector_.options.timing) {
      return;
    }
    const std::int64_t gap_a = a_.messages[here.a].t_ns - time_of_previous(true),
                       gap_b = b_.messages[here.b].t_ns - time_of_previous(false);
    if (gap_a < 0 || gap_b < 0 || !(much_longer(gap_a, gap_b) || much_longer(gap_b, gap_a))) {
      return;
    }
    Difference made = difference(Kind::timing, here);
    const bool reply = message(here).from == Side::server;
    tell_longer(std::move(made), title(here) + (reply ? ": a reply that took" : ": a gap that was"), gap_a, gap_b);
  }

  void tell_longer(Difference made, const std::string& what, std::int64_t gap_a, std::int64_t gap_b) {
    const bool in_b = gap_b > gap_a;
    const std::int64_t longer = std::max(gap_a, gap_b), shorter = std::max<std::int64_t>(std::min(gap_a, gap_b), 1);
    constexpr std::int64_t kMostTold = 1000;
    const std::int64_t factor = longer / shorter;
    made.a = format_duration(gap_a);
    made.b = format_duration(gap_b);
    made.says = fmt::format("{} {} × longer in {}: {}, {} {} in {}",
                            what,
                            factor > kMostTold ? "more than 1000" : std::to_string(factor),
                            collector_.name(in_b),
                            format_duration(longer),
                            in_b ? "was" : "is",
                            format_duration(shorter),
                            collector_.name(!in_b));
    collector_.tell(std::move(made), Weight::slight);
  }

  /// The time from the last message to the end. A client that closes when it is done may do so when it likes.
  void compare_silence() {
    if (!collector_.options.timing || !end_is_known(a_) || !end_is_known(b_) || a_.messages.empty() ||
        b_.messages.empty()) {
      return;
    }
    const std::int64_t gap_a = a_.ended_ns - a_.messages.back().t_ns, gap_b = b_.ended_ns - b_.messages.back().t_ns;
    const Connection& longer = gap_a > gap_b ? a_ : b_;
    if (longer.first_close != Side::client && (much_longer(gap_a, gap_b) || much_longer(gap_b, gap_a))) {
      Difference made;
      made.kind = Kind::timing;
      tell_longer(std::move(made), "the silence before the end was", gap_a, gap_b);
    }
  }

  const Connection& a_;
  const Connection& b_;
  Heard heard_a_, heard_b_;
  const Sides& sides_;
  DifferenceCollector& collector_;
  Comparison& out_;
  Pairing pairing_;
  std::vector<Step> steps_;
  std::vector<std::size_t> moved_;
  std::size_t last_paired_ = kNone;
  Step previous_;
  json::Json parsed_a_, parsed_b_;
  std::uint64_t lone_a_ = 0, lone_b_ = 0;  ///< since the last pair
  Rows rows_;
};

}  // namespace

void compare_messages(
    const Connection& a, const Connection& b, const Sides& sides, DifferenceCollector& collector, Comparison& out) {
  Messages(a, b, sides, collector, out).run();
}

}  // namespace whydrop::compare
