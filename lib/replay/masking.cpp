#include "replay/masking.hpp"

#include <utility>
#include <variant>

namespace whydrop::replay {
namespace {

template <typename Fact>
Fact masked(capture::Redactor& redactor, Fact fact) {
  return std::get<Fact>(redactor.redact({0, 0, 1, std::move(fact)}).body);
}

}  // namespace

void Masking::mask(session::Open& open) {
  open = masked(redactor_, std::move(open));
}

void Masking::mask(session::Request& request) {
  request = masked(redactor_, std::move(request));
}

/// Any text is looked through as the body of a request is.
void Masking::mask(std::string& content, std::vector<session::RedactSpan>& spans) {
  session::Request request;
  request.body_length = content.size();
  request.body = std::move(content);
  mask(request);
  content = std::move(request.body);
  spans = std::move(request.body_redact);
}

void Masking::mask(Entry& entry) {
  std::visit(overloaded{[this](Called& call) { mask(call.body, call.redact); },
                        [this](Began& began) {
                          mask(began.open);
                          mask(began.request);
                        },
                        [](Opened&) {},
                        [this](Act& act) { mask(act.payload, act.redact); },
                        [this](Heard& heard) { mask(heard.payload, heard.redact); },
                        [](Over&) {}},
             entry);
}

}  // namespace whydrop::replay
