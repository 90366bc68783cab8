#include "engine/connection.hpp"

#include "base/result.hpp"
#include "wire/foreign.hpp"

#include <utility>
#include <variant>

namespace whydrop::engine {
namespace {

session::Body frame_fact(session::Side from, const wire::Frame& frame) {
  session::Frame fact;
  fact.from = from;
  fact.header = frame.header;
  fact.offset = frame.offset;
  fact.payload = frame.payload;
  return fact;
}

}  // namespace

Connection::Connection(std::size_t max_frame,
                       const session::Tracker::Limits& limits,
                       const Opinions::Shared& shared,
                       Outputs outputs)
    : outputs_(std::move(outputs)),
      tracker_(limits, [this](session::Body&& body) { outputs_.derived(std::move(body)); }),
      opinions_(shared, [this](session::Body&& body) { outputs_.opinion(std::move(body)); }),
      client_(max_frame),
      server_(max_frame) {}

void Connection::on_bytes(session::Side from, std::string_view bytes, std::int64_t t_ns) {
  now_ns_ = t_ns;
  const auto frames = exchange_.on_bytes(from, bytes, t_ns, outputs_.fact);
  if (frames.empty()) {
    return;
  }
  if (from == session::Side::server) {
    on_server_bytes(frames);
  } else {
    on_frame_bytes(from, frames);
  }
}

/// A server, or a proxy before it, may say 101 and then speak something else: such bytes are told as what they are.
void Connection::on_server_bytes(std::string_view bytes) {
  if (first_seen_) {
    on_frame_bytes(session::Side::server, bytes);
    return;
  }
  first_ += bytes;
  const wire::ForeignGuess guess = wire::guess_foreign(first_);
  if (guess.more) {
    return;
  }
  first_seen_ = true;
  const std::string first = std::exchange(first_, {});
  if (guess.protocol.empty()) {
    on_frame_bytes(session::Side::server, first);
    return;
  }
  undecoded(session::Side::server) = {true, true, guess.length, {}};
  tell(session::UndecodedBytes{session::Side::server,
                               0,
                               guess.length,
                               std::string_view(first).substr(0, guess.length),
                               std::string(guess.protocol)});
  keep_undecoded(session::Side::server, std::string_view(first).substr(guess.length));
}

std::uint16_t Connection::early_fail_code(session::Side from) {
  const auto part = decoder(from).under_way();
  if (!part || !part->has_header) {
    return 0;
  }
  session::Frame so_far;
  so_far.from = from;
  so_far.header = part->header;
  so_far.offset = part->offset;
  so_far.payload = part->payload;
  return opinions_.early_fail_code(so_far);
}

void Connection::on_frame_bytes(session::Side from, std::string_view bytes) {
  if (undecoded(from).foreign) {
    keep_undecoded(from, bytes);
    return;
  }
  wire::FrameDecoder& frames = decoder(from);
  frames.feed(bytes);
  while (true) {
    while (frames.next_whole(whole_)) {
      outputs_.frame(from, whole_, now_ns_);
    }
    const auto item = frames.next();
    if (!item) {
      return;
    }
    std::visit(overloaded{[&](const wire::Frame& frame) { tell(frame_fact(from, frame)); },
                          [&](const wire::Undecoded& lost) { on_undecoded(from, lost); }},
               *item);
  }
}

void Connection::on_undecoded(session::Side from, const wire::Undecoded& bytes) {
  Undecoded& kept = undecoded(from);
  if (!kept.lost) {  // the header that cannot be true stands by itself
    kept.lost = true;
    kept.offset = bytes.offset + bytes.length;
    tell(session::UndecodedBytes{from, bytes.offset, bytes.length, bytes.bytes});
    return;
  }
  keep_undecoded(from, bytes.bytes);
}

void Connection::keep_undecoded(session::Side from, std::string_view bytes) {
  Undecoded& kept = undecoded(from);
  kept.bytes += bytes;
  const std::string_view all = kept.bytes;
  std::size_t told = 0;
  for (; all.size() - told >= kUndecodedBlock; told += kUndecodedBlock) {
    emit_undecoded(from, all.substr(told, kUndecodedBlock));
  }
  kept.bytes.erase(0, told);
}

void Connection::emit_undecoded(session::Side from, std::string_view bytes) {
  Undecoded& kept = undecoded(from);
  tell(session::UndecodedBytes{from, kept.offset, bytes.size(), bytes});
  kept.offset += bytes.size();
}

void Connection::on_end(std::int64_t t_ns) {
  now_ns_ = t_ns;
  exchange_.on_end(t_ns, outputs_.fact);
  if (!first_.empty()) {  // cut before it could be told from frames: taken for frames
    on_frame_bytes(session::Side::server, std::exchange(first_, {}));
  }
  emit_partial(session::Side::client);
  emit_partial(session::Side::server);
}

void Connection::emit_partial(session::Side from) {
  if (const std::string& left = undecoded(from).bytes; !left.empty()) {
    emit_undecoded(from, left);
  }
  const auto partial = decoder(from).under_way();
  if (partial) {
    tell(session::Partial{from,
                          partial->has_header,
                          partial->header,
                          partial->offset,
                          partial->have,
                          partial->need,
                          partial->bytes,
                          partial->payload,
                          {}});
  }
}

}  // namespace whydrop::engine
