#pragma once

#include "base/result.hpp"
#include "os/streams.hpp"
#include "report/html.hpp"

#include <memory>
#include <string>
#include <utility>

namespace whydrop::run {

/// An HTML report in a file: the runs that are put into it, one after the other.
class HtmlFile {
 public:
  /// Errors: local.
  static Result<std::unique_ptr<HtmlFile>> open(const std::string& path) {
    return os::open_html(path).map([](auto&& file) { return std::make_unique<HtmlFile>(std::move(file)); });
  }
  explicit HtmlFile(std::unique_ptr<os::FdSink> file) : file_(std::move(file)), document_(*file_) {}

  report::HtmlDocument& document() { return document_; }
  /// Takes the events of the run that begins, until the next does.
  session::EventSink& begin_run(report::HtmlSink::MakeHeader header) {
    sink_ = std::make_unique<report::HtmlSink>(document_, std::move(header));
    return *sink_;
  }
  /// The last run was told whole.
  Result<void> end() { return document_.end(); }

 private:
  std::unique_ptr<os::FdSink> file_;
  report::HtmlDocument document_;
  std::unique_ptr<report::HtmlSink> sink_;
};

}  // namespace whydrop::run
