#include "cli/commands/profile_match.hpp"

#include "base/text.hpp"
#include "capture/reader.hpp"
#include "cli/options/profile.hpp"
#include "engine/pipeline.hpp"
#include "json/json.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"
#include "profile/account.hpp"
#include "profile/recognise.hpp"
#include "profile/url_parts.hpp"
#include "report/wrap.hpp"
#include "rules/rules.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

using profile::Dialects;
using profile::Likeness;
using session::Finding;
using wire::Side;

constexpr std::size_t kColumns = 100;

/// What something is like, and what is said of it.
struct Match {
  std::vector<Likeness> alike;
  std::vector<Finding> findings;
  std::string host;

  void add(std::vector<Likeness> found) {
    for (Likeness& like : found) {
      const auto same =
          std::find_if(alike.begin(), alike.end(), [&](const Likeness& row) { return row.profile == like.profile; });
      if (same == alike.end()) {
        alike.push_back(std::move(like));
      } else if (const auto& reasons = same->reasons;
                 std::find(reasons.begin(), reasons.end(), like.reasons.front()) == reasons.end()) {
        same->score += like.score;
        same->reasons.push_back(std::move(like.reasons.front()));
      }
    }
    std::stable_sort(
        alike.begin(), alike.end(), [](const Likeness& a, const Likeness& b) { return a.score > b.score; });
  }
  /// The likeness itself is told in other words.
  void add(const Finding& finding) {
    const bool known =
        std::any_of(findings.begin(), findings.end(), [&](const Finding& row) { return row.id == finding.id; });
    if (!known && finding.id != "dialect-recognised") {
      findings.push_back(finding);
    }
  }
};

Match match_url(const Dialects& dialects, const std::string& url) {
  Match match;
  match.host = profile::split_url(url).host;
  match.add(dialects.of_url(url));
  profile::RealityCheck check(dialects, "", [&match](session::Body&& body) { match.add(std::get<Finding>(body)); });
  check.on_event({1, 0, 1, session::Open{session::Role::websocket, url, std::nullopt, {}}});
  check.on_event({2, 0, 1, session::Ending{}});
  return match;
}

Match match_message(const Dialects& dialects, const std::string& message) {
  Match match;
  match.add(dialects.of_message(Side::client, message));
  match.add(dialects.of_message(Side::server, message));
  return match;
}

/// Takes what the events of a capture look like.
class MatchSink final : public session::EventSink {
 public:
  MatchSink(const Dialects& dialects, Match& match) : dialects_(dialects), match_(match) {}
  Result<void> on_event(const session::Event& event) override {
    constexpr unsigned kMost = 100;
    if (const auto* open = std::get_if<session::Open>(&event.body)) {
      match_.host = profile::split_url(open->url).host;
      match_.add(dialects_.of_url(open->url));
    } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
      if (message->text && ++messages_ <= kMost) {
        match_.add(dialects_.of_message(message->from, message->payload));
      }
    } else if (const auto* finding = std::get_if<Finding>(&event.body)) {
      if (rules::find_rule(finding->id) == nullptr) {
        match_.add(*finding);
      }
    }
    return {};
  }

 private:
  const Dialects& dialects_;
  Match& match_;
  unsigned messages_ = 0;
};

Result<Match> match_capture(const Dialects& dialects, const std::string& text, const std::string& name) {
  Match match;
  MatchSink sink(dialects, match);
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
  for (const std::string_view line : report::wrap(safe, kColumns - kGutter)) {
    fmt::print("  {:<{}}{}\n", label, kGutter - 2, line);
    label = {};
  }
}

void print(const Match& match) {
  bool first = true;
  const auto gap = [&first] {
    if (!std::exchange(first, false)) {
      fmt::print("\n");
    }
  };
  const auto known = profile::genesys_host(match.host);
  for (const Likeness& like : match.alike) {
    gap();
    fmt::print("{}: {}\n", like.profile, escape_for_terminal(like.title));
    for (const std::string& reason : like.reasons) {
      print(&reason == &like.reasons.front() ? "because" : "", reason);
    }
    print("status", profile::status_words(profile::name(like.status), ""));
    if (!like.instead.empty()) {
      const auto served = profile::beginning_of(like.instead, known ? known->region : "mypurecloud.com");
      print("instead", served ? served->says() : like.instead);
    }
    print("try", "whydrop profile show " + like.profile);
  }
  const bool status_told = std::any_of(match.alike.begin(), match.alike.end(), [](const Likeness& like) {
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
  run::add_own_profiles(dialects, os::process_environment, os::read_file);
  return text_of(given)
      .and_then([&](const std::string& text) { return match_text(dialects, text, given); })
      .map([](const Match& match) {
        print(match);
        const bool found = !match.alike.empty() || !match.findings.empty();
        if (!found) {
          fmt::print("Nothing known is like this.\n");
        }
        return found ? 0 : 1;
      });
}

}  // namespace whydrop::cli
