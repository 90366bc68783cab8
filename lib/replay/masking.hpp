// Internal: secrets of recordings that hold them in the clear.
#pragma once

#include "capture/redactor.hpp"
#include "replay/recording.hpp"

#include <string>
#include <vector>

namespace whydrop::replay {

/// Masks what a capture would have masked as it was written: values of well-known headers, parameters and members.
class Masking {
 public:
  Masking() : redactor_({}, false) {}

  void mask(Entry& entry);
  void mask(session::Open& open);

 private:
  void mask(session::Request& request);
  void mask(std::string& content, std::vector<session::RedactSpan>& spans);

  capture::Redactor redactor_;
};

}  // namespace whydrop::replay
