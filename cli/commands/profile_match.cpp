#include "cli/commands/profile_match.hpp"

#include "base/text.hpp"
#include "capture/reader.hpp"
#include "cli/options/profile.hpp"
#include "engine/pipeline.hpp"
#include "json/json.hpp"
#include "os/streams.hpp"
#include "profile/account.hpp"
#include "profile/beginning.hpp"
#include "profile/dialect_detector.hpp"
#include "profile/dialects.hpp"
#include "profile/findings.hpp"
#include "profile/owner.hpp"
#include "profile/url_parts.hpp"
#include "report/wrap.hpp"
#include "run/host.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

using profile::DialectMatch;
using profile::Dialects;
using session::Finding;
using wire::Side;

constexpr std::size_t kMatchColumns = 100;

/// What something is like, and what is said of it.
struct Match {
  explicit Match(const Dialects& known) : recogniser(known) {}

  profile::Recogniser recogniser;
  std::vector<Finding> findings;
  std::string host;

  /// Best first; nothing that is only weakly alike.
  std::vector<DialectMatch> alike() const {
    std::vector<DialectMatch> found;
    for (const auto& [name, sum] : recogniser.sums()) {
      if (sum.like.settles || sum.like.score >= Dialects::kLeast) {
        found.push_back(sum.like);
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const DialectMatch& a, const DialectMatch& b) {
      return std::pair(b.settles, b.score) < std::pair(a.settles, a.score);
    });
    return found;
  }
  void add(const Finding& finding) {
    const bool known =
        std::any_of(findings.begin(), findings.end(), [&](const Finding& row) { return row.id == finding.id; });
    if (!known && is_of_likeness(finding.id)) {
      findings.push_back(finding);
    }
  }

 private:
  /// What is told of URL and forms, not of a message's faults. The likeness itself is told in other words.
  bool is_of_likeness(std::string_view id) const {
    const profile::CheckRow* check = profile::find_check(id);
    if (check != nullptr) {
      return check->of_host && id != "dialect-recognised";
    }
    const auto& dialects = recogniser.dialects();
    const auto names = dialects.names();
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      const auto& forms = dialects.heading(name)->fingerprint.misforms;
      return std::any_of(forms.begin(), forms.end(), [id](const auto& row) { return row.finding.id == id; });
    });
  }
};

Match match_url(const Dialects& dialects, const std::string& url) {
  Match match(dialects);
  match.host = profile::split_url(url).host;
  match.recogniser.see_url(url, 1);
  profile::DialectDetector check(dialects, "", [&match](session::Body&& body) { match.add(std::get<Finding>(body)); });
  check.on_event({1, 0, 1, session::Open{session::Role::websocket, url, std::nullopt, {}}});
  check.on_event({2, 0, 1, session::Ending{}});
  return match;
}

Match match_message(const Dialects& dialects, const std::string& message) {
  Match match(dialects);
  match.recogniser.see(Side::client, true, message, 1);
  match.recogniser.see(Side::server, true, message, 1);
  return match;
}

/// Takes what the events of a capture look like.
class MatchSink final : public session::EventSink {
 public:
  explicit MatchSink(Match& match) : match_(match) {}
  Result<void> on_event(const session::Event& event) override {
    if (const auto* open = std::get_if<session::Open>(&event.body)) {
      match_.host = profile::split_url(open->url).host;
      match_.recogniser.see_url(open->url, event.seq);
    } else if (const auto* request = std::get_if<session::Request>(&event.body)) {
      look_at(request->headers, event.seq);
    } else if (const auto* response = std::get_if<session::Response>(&event.body)) {
      look_at(response->headers, event.seq);
    } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
      match_.recogniser.see(message->from, message->text, message->payload, event.seq);
    } else if (const auto* finding = std::get_if<Finding>(&event.body)) {
      match_.add(*finding);
    }
    return {};
  }

 private:
  void look_at(const std::vector<session::Header>& headers, std::uint64_t seq) {
    for (const auto& field : headers) {
      if (lower_case(field.name) == "sec-websocket-protocol") {
        match_.recogniser.see_subprotocols(field.value, seq);
      }
    }
  }

  Match& match_;
};

Result<Match> match_capture(const Dialects& dialects, const std::string& text, const std::string& name) {
  Match match(dialects);
  MatchSink sink(match);
  engine::PipelineOptions options;
  options.dialects = &dialects;
  engine::Pipeline pipeline(std::move(options));
  pipeline.add_sink(sink);
  capture::Reader reader(name);
  reader.feed(text);
  reader.end();
  for (;;) {
    auto item = reader.next();
    if (!item) {
      return tl::unexpected(item.error());
    }
    if (!*item) {
      break;
    }
    if (const auto* event = std::get_if<session::Event>(&**item)) {
      pipeline.on_recorded(*event);
    }
  }
  pipeline.finish(0);
  return match;
}

bool is_url(std::string_view text) {
  const std::size_t mark = text.find("://");
  return mark != std::string_view::npos && mark < 6 && text.find_first_of(" \n{") == std::string_view::npos;
}

Result<Match> match_text(const Dialects& dialects, const std::string& given, const std::string& name) {
  const std::string text(trim(given));
  if (is_url(text)) {
    return match_url(dialects, text);
  }
  json::Json parsed;
  const bool header = text.substr(0, text.find('\n')).find("\"kind\":\"capture\"") != std::string::npos;
  if (header) {
    return match_capture(dialects, given, name);
  }
  if (!parsed.parse(text)) {
    return match_message(dialects, text);
  }
  return fail(ErrorKind::usage,
              fmt::format("profile match {}: it is no URL, no JSON message and no capture",
                          escape_for_terminal(elide(name, 60))),
              "whydrop profile match wss://… | '{\"type\":…}' | @message.json | capture.ndjson | -");
}

void print(std::string_view label, const std::string& text) {
  constexpr std::size_t kGutter = 12;
  const std::string safe = escape_for_terminal(text);
  for (const std::string_view line : report::wrap(safe, kMatchColumns - kGutter)) {
    fmt::print("  {:<{}}{}\n", label, kGutter - 2, line);
    label = {};
  }
}

void print(const Match& match) {
  const auto alike = match.alike();
  bool first = true;
  const auto gap = [&first] {
    if (!std::exchange(first, false)) {
      fmt::print("\n");
    }
  };
  for (const DialectMatch& like : alike) {
    gap();
    fmt::print("{}: {}\n", like.profile, escape_for_terminal(like.title));
    for (const std::string& reason : like.reasons) {
      print(&reason == &like.reasons.front() ? "because" : "", reason);
    }
    print("status", profile::status_words(profile::name(like.status), ""));
    if (!like.instead.empty()) {
      const profile::Owner* owner = profile::owner_of_profile(like.instead);
      const auto served = profile::beginning_of(like.instead, owner == nullptr ? "" : owner->region_of(match.host));
      print("instead", served ? served->says() : like.instead);
    }
    if (like.settles) {
      print("judged", "by it, without --profile: nothing else is known to look so");
    }
    print("try", "whydrop profile show " + like.profile);
  }
  const bool status_told = std::any_of(alike.begin(), alike.end(), [](const DialectMatch& like) {
    return like.status == profile::Profile::Status::not_served;
  });
  for (const Finding& finding : match.findings) {
    if (status_told && finding.id == "dialect-not-served") {
      continue;
    }
    gap();
    fmt::print("{}\n", finding.id);
    print("", finding.says);
    print("do", finding.fix);
  }
}

/// The text that `given` names, and what to call it.
Result<std::string> text_of(const std::string& given) {
  if (given.size() > 1 && given[0] == '@') {
    return os::read_file(given.substr(1));
  }
  std::error_code error;
  const bool file =
      given == "-" || (!is_url(given) && given.size() < 4096 && std::filesystem::is_regular_file(given, error));
  return file ? os::read_file(given) : Result<std::string>(given);
}

}  // namespace

Result<int> match_profile(const std::string& given) {
  Dialects dialects;
  run::add_own_profiles(dialects, run::process_host().environment, run::process_host().read);
  return text_of(given)
      .and_then([&](const std::string& text) { return match_text(dialects, text, given); })
      .map([](const Match& match) {
        print(match);
        const bool found = !match.alike().empty() || !match.findings.empty();
        if (!found) {
          fmt::print("Nothing known is like this.\n");
        }
        return found ? 0 : 1;
      });
}

}  // namespace whydrop::cli
