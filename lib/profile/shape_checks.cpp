#include "profile/shape_checks.hpp"

#include "base/units.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

constexpr std::string_view kTooLarge = "shape-too-large";
constexpr std::string_view kTooLong = "shape-too-long";
constexpr std::string_view kKeepIt = "Keep it";
constexpr std::string_view kKeepFrames = "Send less, or the message in several frames, each";

bool begins_message(const session::Frame& frame) {
  return frame.header.opcode == wire::Opcode::text || frame.header.opcode == wire::Opcode::binary;
}

std::string as_subject(std::string text) {
  if (text == "a message") {
    text.front() = 'A';
  }
  return text;
}

Words too_large(const std::string& what, std::uint64_t size, std::uint64_t most, std::string_view fix) {
  return {fmt::format("{} has {} bytes; at most {} are taken.", what, size, most),
          fmt::format("{} within {} bytes.", fix, most),
          {}};
}

std::uint64_t size_of(json::Value value) {
  return value.is(json::Type::string) ? value.string().size() : value.text().size();
}

/// "the byte 0x1e".
std::string bytes_words(std::string_view bytes) {
  std::string words = bytes.size() == 1 ? "the byte" : "the bytes";
  for (const char c : bytes) {
    words += fmt::format(" 0x{:02x}", static_cast<unsigned char>(c));
  }
  return words;
}

}  // namespace

void check_frame(const Profile& profile,
                 const std::string& name,
                 const session::Frame& frame,
                 std::uint64_t seq,
                 Findings& findings) {
  const Shape& shape = profile.shape;
  if (shape.text_only && frame.header.opcode == wire::Opcode::binary) {
    findings.fault("shape-opcode", frame.from, seq, [&] {
      return Words{
          fmt::format("{} was sent in a binary frame; {} takes text frames only.", as_subject(name), profile.name),
          "Send it as text: in JavaScript, pass a string to send(), not a Blob or an ArrayBuffer.",
          {}};
    });
  }
  if (shape.one_frame && begins_message(frame) && !frame.header.fin) {
    findings.fault("shape-fragmented", frame.from, seq, [&] {
      return Words{
          fmt::format(
              "{} was sent in fragments; {} takes a message in one frame only.", as_subject(name), profile.name),
          "Send each message in one frame.",
          {}};
    });
  }
  if (shape.max_frame > 0 && frame.header.length > shape.max_frame) {
    findings.fault(kTooLarge, frame.from, seq, [&] {
      return too_large(fmt::format("A frame of {}", name),
                       frame.header.length,
                       shape.max_frame,
                       shape.one_frame ? kKeepIt : kKeepFrames);
    });
  }
}

void check_size_and_form(const Profile& profile, const Seen& seen, Findings& findings) {
  const Shape& shape = profile.shape;
  const std::string name = name_of(profile, seen);
  const bool ends = seen.payload.size() >= shape.ends_with.size() &&
                    seen.payload.substr(seen.payload.size() - shape.ends_with.size()) == shape.ends_with;
  if (seen.root && !ends) {
    findings.fault("shape-terminator", seen.from, seen.seq, [&] {
      return Words{fmt::format("{} does not end with {}; {} reads no message before that.",
                               as_subject(name),
                               bytes_words(shape.ends_with),
                               profile.name),
                   fmt::format("Put {0} behind the JSON: whydrop writes it as {1}.",
                               bytes_words(shape.ends_with),
                               json::quote(shape.ends_with)),
                   {}};
    });
  }
  if (shape.compact && seen.root && !json::is_compact(seen.payload)) {
    findings.fault("not-compact-json", seen.from, seen.seq, [&] {
      return Words{fmt::format("{} has white space between its JSON tokens; {} takes compact JSON only.",
                               as_subject(name),
                               profile.name),
                   "Write it without spaces and line breaks outside strings.",
                   {}};
    });
  }
  const bool told_of_frame = shape.max_frame > 0 && seen.frame_length > shape.max_frame;
  if (shape.max_message > 0 && seen.length > shape.max_message && !told_of_frame) {
    findings.fault(kTooLarge, seen.from, seen.seq, [&] {
      return too_large(as_subject(name), seen.length, shape.max_message, kKeepIt);
    });
  }
  for (const auto& rule : shape.max_bytes) {
    const auto value =
        seen.type && seen.root && covers(rule.message, name) ? seen.root->at(rule.pointer) : std::nullopt;
    if (value && size_of(*value) > rule.most) {
      findings.fault(kTooLong, seen.from, seen.seq, [&] {
        return too_large(fmt::format("{}: {}", name, rule.pointer), size_of(*value), rule.most, kKeepIt);
      });
    }
  }
}

Pace::Pace(const Profile& profile, const Bindings& bindings)
    : profile_(profile), bindings_(bindings), within_(profile.shape.rates.size()), last_(profile.shape.gaps.size()) {}

std::uint64_t Pace::most(const Shape::Rate& rate) const {
  std::uint64_t number = rate.most;
  if (const auto filled =
          rate.most_template.empty() ? Result<std::string>() : bindings_.fill_text(rate.most_template)) {
    std::from_chars(filled->data(), filled->data() + filled->size(), number);
  }
  return number;
}

void Pace::check(const Seen& seen, Findings& findings) const {
  for (std::size_t rule = 0; rule < within_.size(); ++rule) {
    check_rate(rule, seen, findings);
  }
  for (std::size_t rule = 0; rule < last_.size(); ++rule) {
    check_gap(rule, seen, findings);
  }
}

void Pace::check_rate(std::size_t rule, const Seen& seen, Findings& findings) const {
  const auto& rate = profile_.shape.rates[rule];
  const std::string name = name_of(profile_, seen);
  if (!covers(rate.message, name)) {
    return;
  }
  const auto since = seen.t_ns - rate.per.count();
  const auto& times = within_[rule];
  const auto count =
      1 + static_cast<std::uint64_t>(std::count_if(times.begin(), times.end(), [&](auto t) { return t > since; }));
  const auto allowed = most(rate);
  if (allowed == 0 || count <= allowed) {
    return;
  }
  findings.fault("rate-exceeded", seen.from, seen.seq, [&] {
    const auto span = format_duration(rate.per.count());
    return Words{
        fmt::format("{} is message number {} within {}; at most {} are taken.", as_subject(name), count, span, allowed),
        fmt::format("Send at most {} within {}.", allowed, span),
        {}};
  });
}

void Pace::check_gap(std::size_t rule, const Seen& seen, Findings& findings) const {
  const auto& gap = profile_.shape.gaps[rule];
  const auto& last = last_[rule];
  const std::string name = name_of(profile_, seen);
  if (!last || !covers(gap.message, name) || seen.t_ns - last->t_ns >= gap.least.count()) {
    return;
  }
  findings.fault("gap-too-short", seen.from, seen.seq, [&] {
    const auto least = format_duration(gap.least.count());
    return Words{fmt::format("{} was sent {} after the one before; at least {} has to lie between them.",
                             as_subject(name),
                             format_duration(seen.t_ns - last->t_ns),
                             least),
                 fmt::format("Wait {} before the next.", least),
                 {last->seq}};
  });
}

void Pace::note(const Seen& seen) {
  const std::string name = name_of(profile_, seen);
  for (std::size_t rule = 0; rule < within_.size(); ++rule) {
    const auto& rate = profile_.shape.rates[rule];
    if (!covers(rate.message, name)) {
      continue;
    }
    auto& times = within_[rule];
    times.push_back(seen.t_ns);
    while (times.front() <= seen.t_ns - rate.per.count()) {
      times.pop_front();
    }
  }
  for (std::size_t rule = 0; rule < last_.size(); ++rule) {
    if (covers(profile_.shape.gaps[rule].message, name)) {
      last_[rule] = Earlier{seen.t_ns, seen.seq};
    }
  }
}

}  // namespace whydrop::profile
