#include "replay_run/merge.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "capture/filter.hpp"
#include "diagnose/exit_code.hpp"
#include "evidence/evidence.hpp"
#include "json/json.hpp"
#include "os/file_names.hpp"
#include "os/rereadable_file.hpp"
#include "replay/message_key.hpp"
#include "replay/words.hpp"
#include "replay_run/tally.hpp"
#include "run/inspection.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

/// Counts the sessions of one run of a recording.
class SessionCounter final : public session::EventSink {
 public:
  SessionCounter(Tally& tally, std::shared_ptr<const profile::Profile> profile)
      : tally_(tally), profile_(std::move(profile)), keys_(profile_.get()) {}

  Result<void> on_event(const session::Event& event) override {
    if (const auto* open = std::get_if<session::Open>(&event.body)) {
      if (open->role == session::Role::websocket) {
        live_[event.conn] = {event.t_ns};
      }
      return {};
    }
    const auto found = live_.find(event.conn);
    if (found == live_.end()) {
      return {};
    }
    if (const auto* response = std::get_if<session::Response>(&event.body); response && response->status == 101) {
      found->second.opened_ns = event.t_ns;
    } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
      on_message(found->second, *message);
    } else if (const auto* verdict = std::get_if<session::Verdict>(&event.body)) {
      tally_.add(repeat_of(found->second, event, *verdict));
      live_.erase(found);
    }
    return {};
  }

 private:
  struct Live {
    std::int64_t began_ns = 0;
    std::optional<std::int64_t> opened_ns{};
    std::string last_kind{};
    std::map<std::string, std::uint64_t> counts{};
  };

  void on_message(Live& live, const session::Message& message) {
    constexpr std::size_t kMostKinds = 1000;  // of one session; what comes after these is not told apart
    if (message.from != session::Side::client) {
      return;
    }
    json::Json document;
    const bool is_json = message.text && !document.parse(message.payload);
    std::string kind =
        keys_.key_of(message.from, message.text, is_json ? std::optional(document.root()) : std::nullopt);
    live.last_kind = live.counts.size() < kMostKinds || live.counts.count(kind) > 0 ? std::move(kind) : "message";
    ++live.counts[live.last_kind];
  }

  static Repeat repeat_of(const Live& live, const session::Event& event, const session::Verdict& verdict) {
    diagnose::RunOutcome outcome;
    outcome.fail_on.reset();
    Repeat repeat;
    repeat.verdict = verdict;
    repeat.connected = live.opened_ns.has_value();
    repeat.survived = repeat.connected && diagnose::exit_code(verdict, outcome) == 0;
    repeat.lasted_ns = event.t_ns - live.opened_ns.value_or(live.began_ns);
    const auto last = live.counts.find(live.last_kind);
    if (last != live.counts.end()) {
      repeat.last_sent = fmt::format("the {} {}", replay::ordinal(last->second), live.last_kind);
    }
    return repeat;
  }

  Tally& tally_;
  std::shared_ptr<const profile::Profile> profile_;
  replay::KeyMaker keys_;
  std::map<std::uint32_t, Live> live_;
};

/// False where it could not be read whole.
Result<bool> count(const std::string& path, const MergeSettings& settings, const run::Host& host, Tally& tally) {
  const auto file = os::RereadableFile::open(path);
  WHYDROP_TRY(file);
  auto opened = evidence::open(file->name(), file->read());
  WHYDROP_TRY(opened);
  std::unique_ptr<SessionCounter> counter;  // of the run that is read
  run::Inspection::Settings reading;
  reading.name = file->name();
  reading.profile = settings.profile;
  reading.sink_of_run = [&](const capture::CaptureHeader&,
                            const std::shared_ptr<const profile::Profile>& known) -> session::EventSink& {
    counter = std::make_unique<SessionCounter>(tally, known);
    return *counter;
  };
  run::Inspection inspection(host, std::move(reading), *capture::Selector::make({}));
  while (true) {
    const auto item = (*opened)->next();
    WHYDROP_TRY(item);
    if (!*item) {
      break;
    }
    inspection.take(**item);
  }
  inspection.finish(0);
  return inspection.check_found().map([&] { return !inspection.damaged(); });
}

}  // namespace

Result<int> merge(const MergeSettings& settings, const run::Host& host) {
  Tally tally;
  bool whole = true;
  std::size_t files = 0;
  for (const std::string& given : settings.files) {
    for (const std::string& path : os::expanded(given)) {
      const auto read = count(path, settings, host, tally);
      WHYDROP_TRY(read);
      whole = whole && *read;
      ++files;
    }
  }
  WHYDROP_TRY(host.out.write(fmt::format("{}, {}", counted(files, "recording"), tally.text(tally.runs(), 1))));
  return whole ? 0 : 3;
}

}  // namespace whydrop::replay_run
