#include "diagnose/announced.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <iterator>

namespace whydrop::diagnose {

using json::Type;
using json::Value;

namespace {

constexpr std::size_t kMostLimits = 4;

/// What a name holds, in lower case and without marks between its words.
struct NameRow {
  std::string_view part;
  bool of_silence, of_age;
};

/// Those of a size, as Engine.IO's maxPayload.
constexpr std::string_view kSizeNames[] = {
    "maxpayload", "maxmessage", "messagesize", "payloadsize", "maxframe", "framesize", "maxsize", "payloadlimit"};

/// The first that stands in the name counts.
constexpr NameRow kLimitNames[] = {{"idle", true, false},
                                   {"inactiv", true, false},
                                   {"sessiontimeout", true, true},
                                   {"sessionduration", false, true},
                                   {"sessionlimit", false, true},
                                   {"sessionlength", false, true},
                                   {"maxsession", false, true},
                                   {"maxduration", false, true},
                                   {"maxage", false, true},
                                   {"maxlife", false, true},
                                   {"maxconnectionage", false, true},
                                   {"connectionage", false, true},
                                   {"timelimit", false, true},
                                   {"lifetime", false, true},
                                   {"timetolive", false, true},
                                   {"expiresin", false, true},
                                   {"expirein", false, true},
                                   {"closesin", false, true},
                                   {"disconnectin", false, true},
                                   {"validfor", false, true},
                                   {"connectiontimeout", true, true}};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// What one of a number is. Without a unit in the name, thousands are milliseconds.
std::int64_t unit_of(std::string_view letters, double value) {
  constexpr double kThousands = 5000;
  const auto ends = [letters](std::string_view end) { return ends_with(letters, end); };
  if (ends("ms") || ends("millis") || ends("milliseconds")) {
    return kMillisecond;
  }
  if (ends("minutes") || ends("mins")) {
    return 60 * kSecond;
  }
  return ends("seconds") || ends("secs") || value < kThousands ? kSecond : kMillisecond;
}

void collect(Value object, std::uint64_t seq, int depth, std::vector<AnnouncedLimit>& to) {
  constexpr int kDepth = 2;
  for (std::size_t i = 0; i < object.size() && to.size() < kMostLimits; ++i) {
    const auto [name, value] = object.member(i);
    if (value.is(Type::number)) {
      AnnouncedLimit limit = announced_limit(name, value.number());
      limit.seq = seq;
      if (limit.ns != 0 || limit.bytes != 0) {
        to.push_back(std::move(limit));
      }
    } else if (value.is(Type::object) && depth < kDepth) {
      collect(value, seq, depth + 1, to);
    }
  }
}

}  // namespace

AnnouncedLimit announced_limit(std::string_view name, double value) {
  constexpr double kLongestNs = 86400e9;
  AnnouncedLimit limit;
  const std::string letters = letters_of(name);
  constexpr double kLeastBytes = 16, kMostBytes = 1e12;
  const bool of_size = std::any_of(std::begin(kSizeNames), std::end(kSizeNames), [&](std::string_view part) {
    return letters.find(part) != std::string::npos;
  });
  if (of_size && value >= kLeastBytes && value <= kMostBytes) {
    limit.name = name.substr(0, 64);
    limit.bytes = static_cast<std::uint64_t>(value);
    return limit;
  }
  const auto* row = std::find_if(std::begin(kLimitNames), std::end(kLimitNames), [&](const NameRow& it) {
    return letters.find(it.part) != std::string::npos;
  });
  if (row == std::end(kLimitNames) && letters != "ttl") {
    return limit;
  }
  const double ns = value * static_cast<double>(unit_of(letters, value));
  if (ns < static_cast<double>(kSecond) || ns > kLongestNs) {
    return limit;
  }
  limit.name = name.substr(0, 64);
  limit.ns = static_cast<std::int64_t>(ns);
  limit.of_silence = row != std::end(kLimitNames) && row->of_silence;
  limit.of_age = row == std::end(kLimitNames) || row->of_age;
  return limit;
}

std::vector<AnnouncedLimit> announced_limits(std::string_view payload, std::uint64_t seq) {
  std::vector<AnnouncedLimit> limits;
  // Engine.IO's and Socket.IO's packets have digits before the JSON.
  payload = trim(payload);
  payload = payload.substr(std::min(payload.size(), payload.find_first_not_of("0123456789")));
  json::Json document;
  if (!payload.empty() && payload.front() == '{' && !document.parse(payload)) {
    collect(document.root(), seq, 0, limits);
  }
  return limits;
}

}  // namespace whydrop::diagnose
