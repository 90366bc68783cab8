#include "run/destinations.hpp"

#include "auth/private_file.hpp"
#include "auth/site.hpp"
#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

// What is shorter is anybody's word: known somewhere, it would say nothing.
constexpr std::size_t kShortest = 6;

bool is_near(const std::string& home, const net::Url& url, Destinations::Near near) {
  if (lower_case(home) == lower_case(url.origin())) {
    return true;
  }
  const auto from =
      near == Destinations::Near::site ? net::parse_url(home) : Result<net::Url>(fail(ErrorKind::usage, ""));
  return from && auth::same_site(*from, url);
}

}  // namespace

Destinations::Destinations(const Host& host, std::vector<std::string> send_to, bool may_ask)
    : host_(host), send_to_(std::move(send_to)), may_ask_(may_ask) {}

Result<void> Destinations::open() {
  const std::string path = auth::state_path("homes", host_.environment("XDG_STATE_HOME"), host_.environment("HOME"));
  if (homes_ || path.empty()) {
    return {};
  }
  return auth::Homes::open(path, host_.random).map([this](auth::Homes&& opened) { homes_ = std::move(opened); });
}

/// All that are known.
std::vector<std::string> Destinations::homes_of(const Carried& it) const {
  std::vector<std::string> homes = it.homes;
  if (homes_ && it.value.size() >= kShortest) {
    const auto on_record = homes_->of(it.value);
    homes.insert(homes.end(), on_record.begin(), on_record.end());
  }
  if (const auto first = first_places_.find(it.value); first != first_places_.end()) {
    homes.push_back(first->second);
  }
  return homes;
}

bool Destinations::is_let(const net::Url& url) const {
  const std::string host = lower_case(url.host);
  return std::find(agreed_.begin(), agreed_.end(), url.origin()) != agreed_.end() ||
         std::any_of(send_to_.begin(), send_to_.end(), [&](const std::string& given) {
           return lower_case(given) == host || lower_case(given) == fmt::format("{}:{}", host, url.port);
         });
}

Result<void> Destinations::judge(const std::string& doing,
                                 const net::Url& url,
                                 const std::vector<Carried>& carried,
                                 Near near) {
  if (carried.empty()) {
    return {};
  }
  WHYDROP_TRY(open());  // what is let go once is no home against the record
  if (is_let(url)) {
    return {};
  }
  std::vector<std::string> foreign;
  for (const Carried& it : carried) {
    const auto homes = homes_of(it);
    const bool at_home =
        homes.empty()
            ? !it.needs_home
            : std::any_of(homes.begin(), homes.end(), [&](const auto& home) { return is_near(home, url, near); });
    if (!at_home) {
      foreign.push_back(fmt::format("{} ({}; its home is {})",
                                    escape_for_terminal(it.name),
                                    it.from,
                                    homes.empty() ? "not known" : escape_for_terminal(homes.front())));
    }
  }
  if (foreign.empty()) {
    return {};
  }
  return fail(ErrorKind::usage,
              fmt::format("{}: it leads to {}, and would take there {}",
                          doing,
                          escape_for_terminal(url.origin()),
                          fmt::join(foreign, ", ")),
              fmt::format("--send-to {} if that is meant", escape_for_terminal(url.host)));
}

Result<void> Destinations::check(const std::string& doing,
                                 const net::Url& url,
                                 const std::vector<Carried>& carried,
                                 Near near) {
  auto judged = judge(doing, url, carried, near);
  if (judged) {
    for (const Carried& it : carried) {
      if (homes_of(it).empty()) {
        first_places_.emplace(it.value, url.origin());
      }
    }
    return {};
  }
  const bool asks = judged.error().kind == ErrorKind::usage && may_ask_ && host_.confirm;
  if (!asks || !host_.confirm(judged.error().message + ". Send it there?")) {
    return judged;
  }
  agreed_.push_back(url.origin());
  return {};
}

Result<void> Destinations::adopt(const net::Url& url, const std::vector<Carried>& carried) {
  if (carried.empty()) {
    return {};
  }
  WHYDROP_TRY(open());
  bool changed = false;
  for (const Carried& it : carried) {
    changed = (homes_ && it.value.size() >= kShortest && homes_->add(it.value, lower_case(url.origin()))) || changed;
  }
  return changed ? homes_->save() : Result<void>();
}

}  // namespace whydrop::run
