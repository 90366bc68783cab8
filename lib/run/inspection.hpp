#pragma once

#include "base/result.hpp"
#include "capture/filter.hpp"
#include "capture/item.hpp"
#include "engine/recorded_run.hpp"
#include "profile/dialects.hpp"
#include "run/host.hpp"
#include "run/html_file.hpp"
#include "run/output.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::run {

/// Feeds what a capture or a HAR holds through the pipeline again and renders what is selected. A capture that was
/// appended to holds several runs: each is judged for itself.
class Inspection {
 public:
  struct Settings {
    Output output;
    bool reveal = false;
    std::vector<capture::Secret> secrets;
    std::string name;                  ///< for messages
    std::vector<std::uint32_t> conns;  ///< the connections that are read; empty: all
    std::vector<std::string> urls;     ///< globs of their URLs; empty: all
    /// Null: the one that the capture names, where it is known.
    std::shared_ptr<const profile::Profile> profile;
    bool recognise = true;  ///< false: by no profile, not even by the one that the capture names
    /// Takes the events of the run that begins, which go by this profile (or null); null: they are rendered.
    std::function<session::EventSink&(const capture::CaptureHeader&, const std::shared_ptr<const profile::Profile>&)>
        sink_of_run{};
    HtmlFile* report = nullptr;  ///< where each run is written besides; null: nowhere
  };
  /// `host` must outlive it.
  Inspection(const Host& host, Settings settings, capture::Selector selector);
  ~Inspection();
  Inspection(const Inspection&) = delete;
  Inspection& operator=(const Inspection&) = delete;

  void take(const capture::Item& item);
  /// Takes all that `items` has left.
  Result<void> take_all(capture::ItemReader& items);
  void flush();
  /// A line to standard error, its secrets masked, after what stands before it.
  void talk(const std::string& line);
  std::uint64_t frames() const { return frames_; }
  /// True if lines could not be read; a last line that was cut is not counted.
  bool damaged() const { return damages_ > 0; }
  /// True once the reader of standard output is gone.
  bool reader_gone() const { return host_.out.gone(); }
  /// Judges the last run. Returns the exit code: of several runs the first that is not 0.
  int finish(int signal);
  /// Errors: usage, where connections were asked for and none of them is in the file; local, where nothing is in it.
  Result<void> check_found() const;

 private:
  void begin(const capture::CaptureHeader& header);
  session::EventSink& sink_of_run(const capture::CaptureHeader& header);
  std::shared_ptr<const profile::Profile> profile_of(const capture::CaptureHeader& header) const;
  void tell_damage(const capture::Damage& damage);
  void end_run(int signal);
  bool wants(const session::Event& event);
  bool fits_url(const session::Event& event);

  const Host& host_;
  Settings settings_;
  capture::Selector selector_;
  std::unique_ptr<session::EventSink> renderer_;
  std::unique_ptr<capture::SelectingSink> selected_;
  profile::Dialects dialects_;
  std::unique_ptr<engine::RecordedRun> recorded_;  ///< the run that is read
  std::uint32_t last_conn_ = 0;
  bool conn_seen_ = false;           ///< one of those asked for
  std::set<std::uint32_t> fitting_;  ///< connections whose URL fits
  std::uint64_t frames_ = 0;
  std::uint64_t events_ = 0, events_of_run_ = 0;  ///< that could be read
  std::uint64_t damages_ = 0;                     ///< lines that could not be read, cut ones left out
  int code_ = 0;
};

}  // namespace whydrop::run
