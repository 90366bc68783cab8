#include "run/capture_folder.hpp"

#include "base/try.hpp"
#include "base/units.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <variant>

#include <fmt/format.h>
#include <sys/stat.h>

namespace whydrop::run {
namespace {

constexpr std::size_t kLargeBuffer = 64 * 1024;

/// "20261201T114403Z", of "2026-12-01T11:44:03.686Z".
std::string short_time(std::int64_t ns) {
  std::string text = format_rfc3339(ns);
  text.resize(text.find('.'));
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }), text.end());
  return text + "Z";
}

}  // namespace

Result<std::unique_ptr<CaptureFolder>> CaptureFolder::make(const Capture& settings,
                                                           const Host& host,
                                                           std::function<capture::CaptureHeader()> header) {
  std::error_code error;
  if (!std::filesystem::is_directory(settings.folder, error)) {
    std::filesystem::create_directories(settings.folder, error);
    if (error) {
      return fail(ErrorKind::local, "cannot make folder " + settings.folder + ": " + error.message());
    }
    ::chmod(settings.folder.c_str(), 0700);
  }
  Capture own = settings;
  own.folder.erase(own.folder.find_last_not_of('/') + 1);
  own.folder += own.folder.empty() ? "/" : "";
  return std::unique_ptr<CaptureFolder>(new CaptureFolder(own, host, std::move(header)));
}

Result<void> CaptureFolder::on_event(const session::Event& event) {
  if (session::is_opinion(event.body) && !settings_.with_opinions) {
    return {};
  }
  const auto* open = std::get_if<session::Open>(&event.body);
  if (open != nullptr && std::exchange(over_, false)) {
    ++session_;
    part_ = 1;
    opening_.clear();
    upgraded_ = false;
    name_ = fmt::format("{}-{:04}", short_time(host_.now_ns()), session_);
    if (std::error_code ignored; std::filesystem::exists(settings_.folder + "/" + name_ + ".ndjson", ignored)) {
      name_ += fmt::format("-{:08x}", host_.random());  // another run's
    }
    WHYDROP_TRY(begin_file());
  } else if (written_ + buffer_.size() >= settings_.part && may_part(event)) {
    ++part_;
    WHYDROP_TRY(begin_file());
    buffer_ += opening_;
  }
  if (file_ == nullptr) {
    return {};  // what is said of the run at its end, where nothing was opened
  }
  if (open != nullptr && open->role == session::Role::websocket) {
    conn_ = event.conn;
  }
  const std::size_t before = buffer_.size();
  capture::append_event(buffer_, event, capture::Members::needed);
  if (!upgraded_) {
    opening_.append(buffer_, before, std::string::npos);
    upgraded_ = event.conn == conn_ && std::holds_alternative<session::Response>(event.body);
  }
  if (const auto* frame = std::get_if<session::Frame>(&event.body);
      frame != nullptr && !wire::is_control(frame->header.opcode)) {
    in_message_[static_cast<std::size_t>(frame->from)] = !frame->header.fin;
  }
  over_ = over_ || (event.conn == conn_ && std::holds_alternative<session::Ending>(event.body));
  return buffer_.size() < kLargeBuffer ? Result<void>() : flush();
}

/// Between two messages of an open session, each part begins with whole ones.
bool CaptureFolder::may_part(const session::Event& event) const {
  return upgraded_ && !over_ && std::holds_alternative<session::Frame>(event.body) && !in_message_[0] &&
         !in_message_[1];
}

Result<void> CaptureFolder::begin_file() {
  WHYDROP_TRY(flush());
  if (file_ != nullptr) {
    kept_.emplace_back(path_, written_);
    kept_size_ += written_;
  }
  path_ = fmt::format("{}/{}{}.ndjson", settings_.folder, name_, part_ > 1 ? fmt::format("-part{}", part_) : "");
  auto file = os::open_capture(path_, os::FileMode::fresh);
  WHYDROP_TRY(file);
  file_ = std::move(*file);
  written_ = 0;
  in_message_[0] = in_message_[1] = false;
  capture::CaptureHeader header = header_();
  header.minor = capture::kMinorVersion;
  if (part_ > 1) {
    header.profile = kNoProfile;  // a sequence of messages cannot be judged from its middle on
  }
  capture::append_header(buffer_, header);
  return {};
}

Result<void> CaptureFolder::flush() {
  if (buffer_.empty() || file_ == nullptr) {
    return {};
  }
  written_ += buffer_.size();
  const auto done = file_->write(buffer_);
  buffer_.clear();
  make_room();
  return done;
}

void CaptureFolder::make_room() {
  while (settings_.folder_most > 0 && kept_size_ + written_ > settings_.folder_most && !kept_.empty()) {
    std::error_code ignored;  // one that somebody else took away takes no room
    std::filesystem::remove(kept_.front().first, ignored);
    kept_size_ -= kept_.front().second;
    kept_.pop_front();
  }
}

}  // namespace whydrop::run
