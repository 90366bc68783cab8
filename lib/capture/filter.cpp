#include "capture/filter.hpp"

#include "base/units.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <re2/re2.h>

namespace whydrop::capture {
namespace {

using namespace session;

/// One end of a span of time, as given.
struct Bound {
  std::optional<std::int64_t> since_start_ns, since_epoch_ns;
};

Result<Bound> parse_bound(std::string_view option, const std::string& text) {
  Bound bound;
  if (text.empty()) {
    return bound;
  }
  bound.since_epoch_ns = parse_rfc3339(text);
  if (!bound.since_epoch_ns) {
    const auto duration = parse_duration(text);
    if (!duration) {
      return fail(ErrorKind::usage,
                  std::string(option) + " " + text + ": neither a duration nor a time",
                  "give 90s, 1m30s or 2026-01-02T03:04:05Z");
    }
    bound.since_start_ns = duration->count();
  }
  return bound;
}

std::optional<std::string> unknown_kind(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    if (std::find(kKindNames.begin(), kKindNames.end(), kind) == kKindNames.end()) {
      return kind;
    }
  }
  return std::nullopt;
}

std::string all_kinds() {
  return fmt::format("{}", fmt::join(kKindNames, ", "));
}

std::optional<Side> side_of(const Body& body) {
  return std::visit(
      [](const auto& of) -> std::optional<Side> {
        using Of = std::decay_t<decltype(of)>;
        if constexpr (std::is_same_v<Of, Request>) {
          return Side::client;
        } else if constexpr (std::is_same_v<Of, Response>) {
          return Side::server;
        } else if constexpr (std::is_same_v<Of, State>) {
          return of.side;
        } else if constexpr (std::is_same_v<Of, Frame> || std::is_same_v<Of, Partial> || std::is_same_v<Of, Message> ||
                             std::is_same_v<Of, UndecodedBytes> || std::is_same_v<Of, Inflated> ||
                             std::is_same_v<Of, Shutdown>) {
          return of.from;
        } else {
          return std::nullopt;
        }
      },
      body);
}

bool head_matches(const RE2& pattern, const std::string& start_line, const std::vector<Header>& headers) {
  return RE2::PartialMatch(start_line, pattern) ||
         std::any_of(headers.begin(), headers.end(), [&](const Header& header) {
           return RE2::PartialMatch(header.name + ": " + header.value, pattern);
         });
}

bool matches(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

/// Looks into what an event holds of the wire's text, and into our sentences about it.
bool text_matches(const RE2& pattern, const Body& body) {
  return std::visit(
      overloaded{[&](const Frame& frame) { return matches(pattern, frame.payload); },
                 [&](const Message& message) { return matches(pattern, message.payload); },
                 [&](const Inflated& inflated) { return matches(pattern, inflated.content); },
                 [&](const Partial& partial) { return matches(pattern, partial.payload); },
                 [&](const UndecodedBytes& bytes) { return matches(pattern, bytes.bytes); },
                 [&](const Open& open) { return matches(pattern, open.url); },
                 [&](const Request& head) { return head_matches(pattern, head.start_line, head.headers); },
                 [&](const Response& head) {
                   return head_matches(pattern, head.start_line, head.headers) || matches(pattern, head.body);
                 },
                 [&](const Finding& finding) { return matches(pattern, finding.id) || matches(pattern, finding.says); },
                 [](const auto&) { return false; }},
      body);
}

bool holds(const std::vector<std::string>& kinds, std::string_view kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

bool is_filter(const Filter& filter) {
  return filter.from_seq > 0 || filter.to_seq < std::numeric_limits<std::uint64_t>::max() || !filter.since.empty() ||
         !filter.until.empty() || !filter.conns.empty() || !filter.kinds.empty() || filter.only ||
         !filter.grep.empty() || !filter.types.empty();
}

struct Selector::Impl {
  Filter filter;
  Bound since, until;
  std::unique_ptr<RE2> grep;
  std::int64_t from_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_ns = std::numeric_limits<std::int64_t>::max();
};

Selector::Selector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Selector::Selector(Selector&&) noexcept = default;
Selector::~Selector() = default;

Result<Selector> Selector::make(const Filter& filter) {
  auto impl = std::make_unique<Impl>();
  impl->filter = filter;
  auto since = parse_bound("--since", filter.since);
  auto until = parse_bound("--until", filter.until);
  if (!since || !until) {
    return tl::unexpected<Error>(since ? until.error() : since.error());
  }
  impl->since = *since;
  impl->until = *until;
  if (const auto kind = unknown_kind(filter.kinds)) {
    return fail(ErrorKind::usage, "--kind " + *kind + ": no such kind", "kinds are " + all_kinds());
  }
  if (!filter.grep.empty()) {
    RE2::Options options;
    options.set_log_errors(false);
    impl->grep = std::make_unique<RE2>(filter.grep, options);
    if (!impl->grep->ok()) {
      return fail(ErrorKind::usage, "--grep " + filter.grep + ": " + impl->grep->error());
    }
  }
  Selector selector(std::move(impl));
  selector.start({});
  return selector;
}

void Selector::start(std::string_view started) {
  const auto epoch = parse_rfc3339(started);
  const auto ns = [&](const Bound& bound, std::int64_t open) {
    if (bound.since_epoch_ns && epoch) {
      return *bound.since_epoch_ns - *epoch;
    }
    return bound.since_start_ns.value_or(open);
  };
  impl_->from_ns = ns(impl_->since, std::numeric_limits<std::int64_t>::min());
  impl_->to_ns = ns(impl_->until, std::numeric_limits<std::int64_t>::max());
}

bool Selector::selects(const Event& event) const {
  return passes(event) && matches(event);
}

bool Selector::matches(const Event& event) const {
  const bool of_run = std::holds_alternative<Verdict>(event.body) && event.conn == 0;
  return !impl_->grep || of_run || text_matches(*impl_->grep, event.body);
}

bool Selector::has_pattern() const {
  return impl_->grep != nullptr;
}

bool Selector::by_type() const {
  return !impl_->filter.types.empty();
}

bool Selector::is_of_type(const Message& message) const {
  const auto& types = impl_->filter.types;
  if (!message.type.empty() || !message.packets.empty()) {
    return holds(types, message.type) ||
           std::any_of(message.packets.begin(), message.packets.end(), [&](const Message::Packet& packet) {
             return holds(types, packet.type);
           });
  }
  json::Json document;
  const auto type = message.text && !document.parse(message.payload) ? document.root().find("type") : std::nullopt;
  return type && type->is(json::Type::string) && holds(types, type->string());
}

bool Selector::passes(const Event& event) const {
  const Filter& filter = impl_->filter;
  if (!filter.kinds.empty() && !holds(filter.kinds, kind_name(event.body))) {
    return false;
  }
  if (std::holds_alternative<Verdict>(event.body) && event.conn == 0) {
    return true;
  }
  if (event.seq < filter.from_seq || event.seq > filter.to_seq || event.t_ns < impl_->from_ns ||
      event.t_ns > impl_->to_ns) {
    return false;
  }
  if (!filter.conns.empty() && std::find(filter.conns.begin(), filter.conns.end(), event.conn) == filter.conns.end()) {
    return false;
  }
  return !filter.only || side_of(event.body).value_or(*filter.only) == *filter.only;
}

Result<void> SelectingSink::on_event(const Event& event) {
  if (!selector_.by_type()) {
    return select(event);
  }
  const auto* frame = std::get_if<Frame>(&event.body);
  const auto* inflated = std::get_if<Inflated>(&event.body);
  if (frame != nullptr && !wire::is_control(frame->header.opcode)) {
    hold(event, frame->payload);
    return {};
  }
  if (inflated != nullptr) {
    hold(event, inflated->content);
    return {};
  }
  const auto* message = std::get_if<Message>(&event.body);
  return message != nullptr ? on_message(event, *message) : select(event);
}

/// Of a message that never ends no more is kept than of one that does.
void SelectingSink::hold(const Event& event, std::string_view bytes) {
  if (of_messages_.size() < kMostHeld) {
    of_messages_.push_back({event, std::string(bytes)});
  }
}

Result<void> SelectingSink::on_message(const Event& event, const Message& message) {
  const auto others = std::stable_partition(of_messages_.begin(), of_messages_.end(), [&](const Held& held) {
    return held.event.conn == event.conn && side_of(held.event.body) == message.from;
  });
  std::vector<Held> own(std::make_move_iterator(of_messages_.begin()), std::make_move_iterator(others));
  of_messages_.erase(of_messages_.begin(), others);
  if (!selector_.is_of_type(message)) {
    return {};
  }
  for (Held& held : own) {
    if (auto* frame = std::get_if<Frame>(&held.event.body)) {
      frame->payload = held.bytes;
      frame->seen = nullptr;
    } else {
      std::get<Inflated>(held.event.body).content = held.bytes;
    }
    if (auto done = select(held.event); !done) {
      return done;
    }
  }
  return select(event);
}

/// A frame of a compressed message has its text in the Inflated that follows the message's last frame.
Result<void> SelectingSink::select(const Event& event) {
  const auto* frame = std::get_if<Frame>(&event.body);
  if (frame != nullptr && !frame->has_payload && selector_.has_pattern()) {
    if (held_.size() < kMostHeld) {
      held_.push_back(event);
    }
    return {};
  }
  if (std::holds_alternative<Inflated>(event.body)) {
    const std::vector<Event> frames = std::exchange(held_, {});
    if (!selector_.matches(event)) {
      return {};
    }
    for (const Event& held : frames) {
      if (auto done = selector_.passes(held) ? next_.on_event(held) : Result<void>(); !done) {
        return done;
      }
    }
  }
  return selector_.selects(event) ? next_.on_event(event) : Result<void>();
}

}  // namespace whydrop::capture
