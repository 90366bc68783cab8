#include "relay/faults.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace whydrop::relay {

using session::Side;

namespace {

using Act = Fault::Act;

/// What stands behind "=" in an act.
enum class Value : std::uint8_t { none, duration, rate, bytes, status };

struct ActRow {
  std::string_view name;
  Act act;
  Value value;
  bool on_frames;
};
constexpr std::array<ActRow, 10> kActs{{{"reset", Act::reset, Value::none, false},
                                        {"fin", Act::fin, Value::none, false},
                                        {"stop", Act::stop, Value::none, false},
                                        {"swallow", Act::swallow, Value::none, true},
                                        {"corrupt", Act::corrupt, Value::none, true},
                                        {"cut", Act::cut, Value::bytes, true},
                                        {"delay", Act::delay, Value::duration, false},
                                        {"jitter", Act::jitter, Value::duration, false},
                                        {"rate", Act::rate, Value::rate, false},
                                        {"refuse", Act::refuse, Value::status, false}}};

constexpr std::array<std::pair<std::string_view, wire::Opcode>, 6> kTypes{{{"text", wire::Opcode::text},
                                                                           {"binary", wire::Opcode::binary},
                                                                           {"continuation", wire::Opcode::continuation},
                                                                           {"close", wire::Opcode::close},
                                                                           {"ping", wire::Opcode::ping},
                                                                           {"pong", wire::Opcode::pong}}};

const ActRow& row_of(Act act) {
  return *std::find_if(kActs.begin(), kActs.end(), [act](const ActRow& row) { return row.act == act; });
}

bool ends_session(Act act) {
  return act == Act::reset || act == Act::fin || act == Act::stop;
}

std::optional<std::uint64_t> read_value(Value kind, std::string_view text) {
  switch (kind) {
  case Value::none:
    return text.empty() ? std::optional<std::uint64_t>(0) : std::nullopt;
  case Value::duration: {
    const auto time = parse_duration(text);
    return time && time->count() > 0 ? std::optional(static_cast<std::uint64_t>(time->count())) : std::nullopt;
  }
  case Value::rate: {
    constexpr std::string_view kPerSecond = "/s";
    const bool per_second = text.size() > 2 && text.substr(text.size() - 2) == kPerSecond;
    const auto size = parse_size(per_second ? text.substr(0, text.size() - 2) : text);
    return size && *size > 0 ? std::optional(*size) : std::nullopt;
  }
  case Value::bytes:
    return parse_number(text, 1, UINT64_MAX);
  case Value::status:
    return parse_number(text, 400, 599);
  }
  return std::nullopt;
}

/// "frame=5@40" as "frame:5" and "40".
bool read_cut(std::string_view text, Fault& fault) {
  const std::size_t at = text.find('@');
  const auto frame = starts_with(text, "frame=") && at != std::string_view::npos
                         ? parse_number(text.substr(6, at - 6), 1, UINT64_MAX)
                         : std::nullopt;
  const auto bytes = frame ? parse_number(text.substr(at + 1), 1, UINT64_MAX) : std::nullopt;
  fault.frame = frame.value_or(0);
  fault.value = bytes.value_or(0);
  return bytes.has_value();
}

bool read_after(std::string_view text, Fault& fault) {
  if (const auto messages = parse_number(text, 1, UINT64_MAX)) {
    fault.after_messages = *messages;
    return true;
  }
  if (const auto time = parse_duration(text)) {
    fault.after_time = *time;
    return time->count() > 0;
  }
  const auto bytes = parse_size(text);
  fault.after_bytes = bytes.value_or(0);
  return fault.after_bytes > 0;
}

bool read_condition(std::string_view name, std::string_view value, Fault& fault) {
  if (name == "after") {
    return read_after(value, fault);
  }
  if (name == "frame") {
    const auto frame = parse_number(value, 1, UINT64_MAX);
    fault.frame = frame.value_or(0);
    return frame.has_value();
  }
  if (name == "type") {
    const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& row) { return row.first == value; });
    fault.type = type == kTypes.end() ? std::nullopt : std::optional(type->second);
    return fault.type.has_value();
  }
  if (name == "chance") {
    // from_chars of a double needs libm: hundredths are enough.
    const bool part = starts_with(value, "0.") && value.size() <= 4;
    const auto digits = part ? parse_number(value.substr(2), 0, 99) : std::nullopt;
    fault.chance = digits ? static_cast<double>(*digits) / (value.size() == 3 ? 10 : 100) : 1;
    return digits.has_value() || value == "1";
  }
  return false;
}

tl::unexpected<Error> wrong(const std::string& text, const std::string& why) {
  return fail(ErrorKind::usage,
              "option --fault: '" + text + "': " + why,
              "as in 'after:3 reset', 'server delay=200ms', 'cut:frame=5@40' or 'client type:pong swallow'");
}

}  // namespace

Result<Fault> parse_fault(const std::string& text) {
  Fault fault;
  fault.text = text;
  const ActRow* act = nullptr;
  for (const std::string& word : split(text, ' ')) {
    const std::size_t end = word.find_first_of("=:");
    const std::string name = word.substr(0, end);
    const std::string value = end == std::string::npos ? "" : word.substr(end + 1);
    const auto row = std::find_if(kActs.begin(), kActs.end(), [&](const ActRow& it) { return it.name == name; });
    if (word.empty()) {
      continue;
    }
    if (word == "client" || word == "server") {
      fault.from = word == "client" ? Side::client : Side::server;
    } else if (row != kActs.end()) {
      if (std::exchange(act, &*row) != nullptr) {
        return wrong(text, "it has more than one act");
      }
      fault.act = row->act;
      if (fault.act == Act::cut && read_cut(value, fault)) {
        continue;
      }
      const auto number = read_value(row->value, value);
      if (!number) {
        return wrong(text, "'" + word + "' has no value that fits");
      }
      fault.value = *number;
    } else if (!read_condition(name, value, fault)) {
      return wrong(text, "'" + word + "' is not known");
    }
  }
  if (act == nullptr) {
    return wrong(text, "it does nothing");
  }
  if ((fault.type || fault.frame != 0) && !act->on_frames) {
    return wrong(text, std::string(act->name) + " is not done to a frame");
  }
  const bool ends = ends_session(act->act);
  if (fault.after_time.count() > 0 && !ends) {
    return wrong(text, "after a time there is only reset, fin and stop");
  }
  if (ends && fault.after_messages == 0 && fault.after_bytes == 0 && fault.after_time.count() == 0) {
    return wrong(text, "it does not say when");
  }
  return fault;
}

FaultGate::FaultGate(std::vector<Fault> faults, std::function<double()> random, Outputs outputs)
    : random_(std::move(random)), outputs_(std::move(outputs)) {
  for (Fault& fault : faults) {
    if (row_of(fault.act).on_frames || random_() < fault.chance) {
      faults_.push_back(std::move(fault));
    }
  }
}

const Fault* FaultGate::find(Act act, Side from) const {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return fault.act == act && fault.from.value_or(from) == from && has_begun(fault);
  });
  return found == faults_.end() ? nullptr : &*found;
}

std::uint64_t FaultGate::messages_of(const Fault& fault) const {
  return fault.from ? of(*fault.from).messages : of(Side::client).messages + of(Side::server).messages;
}

std::uint64_t FaultGate::bytes_of(const Fault& fault) const {
  return fault.from ? of(*fault.from).bytes : of(Side::client).bytes + of(Side::server).bytes;
}

/// What waits for a time is told by due().
bool FaultGate::has_begun(const Fault& fault) const {
  return messages_of(fault) >= fault.after_messages && bytes_of(fault) >= fault.after_bytes &&
         fault.after_time.count() == 0;
}

void FaultGate::feed(Side from, std::string_view bytes) {
  of(from).walker.feed(bytes, [this, from](const FramePiece& piece) {
    if (!ended_) {
      on_piece(from, piece);
    }
  });
}

void FaultGate::due(const Fault& fault) {
  if (!ended_) {
    end(fault,
        fmt::format("{} after {}", row_of(fault.act).name, format_duration(fault.after_time.count())),
        Side::server);
  }
}

const Fault* FaultGate::touching(Side from, const FramePiece& piece) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return row_of(fault.act).on_frames && fault.from.value_or(from) == from && has_begun(fault) &&
           (fault.frame == 0 || fault.frame == piece.number) && fault.type.value_or(piece.opcode) == piece.opcode &&
           (fault.chance >= 1 || random_() < fault.chance);
  });
  return found == faults_.end() ? nullptr : &*found;
}

/// The fault that ends the session within these bytes, and how many of them are passed on before; null: none does.
const Fault* FaultGate::ends_within(Side from, std::string_view bytes, std::size_t& passed) const {
  for (const Fault& fault : faults_) {
    if (fault.after_bytes == 0 || !ends_session(fault.act) || fault.from.value_or(from) != from) {
      continue;
    }
    const std::uint64_t left = fault.after_bytes - std::min(fault.after_bytes, bytes_of(fault));
    if (left <= bytes.size()) {
      passed = static_cast<std::size_t>(left);
      return &fault;
    }
  }
  return nullptr;
}

void FaultGate::on_piece(Side from, const FramePiece& piece) {
  Direction& direction = of(from);
  if (piece.begins) {
    direction.on_frame = touching(from, piece);
    direction.decided = false;
  }
  std::size_t passed = 0;
  const Fault* fault = direction.on_frame;
  if (const Fault* last = ends_within(from, piece.bytes, passed)) {
    outputs_.pass(from, piece.bytes.substr(0, passed));
    end(*last, fmt::format("{} after {}", row_of(last->act).name, format_size(last->after_bytes)), from);
    return;
  }
  if (fault == nullptr) {
    outputs_.pass(from, piece.bytes);
  } else if (fault->act == Act::swallow) {
    if (piece.begins) {
      outputs_.done(
          from,
          *fault,
          fmt::format(
              "frame {} of the {}, a {}, was swallowed", piece.number, wire::name(from), wire::name(piece.opcode)));
    }
  } else if (fault->act == Act::corrupt) {
    pass_corrupted(from, *fault, piece);
  } else {
    pass_cut(from, *fault, piece);
  }
  if (!ended_) {
    count(from, piece);
  }
}

/// The first byte of the payload is turned over; a frame without one goes as it is.
void FaultGate::pass_corrupted(Side from, const Fault& fault, const FramePiece& piece) {
  Direction& direction = of(from);
  if (piece.header > 0 || direction.decided || piece.bytes.empty()) {
    outputs_.pass(from, piece.bytes);
    return;
  }
  direction.decided = true;
  std::string bytes(piece.bytes);
  bytes.front() = static_cast<char>(~bytes.front());
  outputs_.done(
      from, fault, fmt::format("the first byte of frame {} of the {} was turned over", piece.number, wire::name(from)));
  outputs_.pass(from, bytes);
}

/// A frame that is no longer than that is passed on whole.
void FaultGate::pass_cut(Side from, const Fault& fault, const FramePiece& piece) {
  const std::uint64_t room = fault.value - std::min(fault.value, piece.offset);
  if (piece.bytes.size() <= room) {
    outputs_.pass(from, piece.bytes);
    return;
  }
  outputs_.pass(from, piece.bytes.substr(0, static_cast<std::size_t>(room)));
  end(fault, fmt::format("frame {} of the {} was cut after {} B", piece.number, wire::name(from), fault.value), from);
}

void FaultGate::count(Side from, const FramePiece& piece) {
  Direction& direction = of(from);
  direction.bytes += piece.bytes.size();
  direction.messages += piece.ends_message ? 1 : 0;
  for (const Fault& fault : faults_) {
    if (piece.ends_message && ends_session(fault.act) && fault.after_messages > 0 && has_begun(fault)) {
      end(fault, fmt::format("{} after {}", row_of(fault.act).name, counted(fault.after_messages, "message")), from);
      return;
    }
  }
}

void FaultGate::end(const Fault& fault, std::string words, Side from) {
  ended_ = true;
  outputs_.done(from, fault, std::move(words));
  outputs_.end(fault);
}

}  // namespace whydrop::relay
