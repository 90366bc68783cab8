#include "engine/opinions.hpp"

#include <utility>
#include <variant>

namespace whydrop::engine {

Opinions::Opinions(const Shared& shared, Emit emit)
    : shared_(shared),
      emit_(std::move(emit)),
      rules_([this](session::Finding&& finding) { emit_(std::move(finding)); }) {}

void Opinions::begin(const session::Open& open) {
  if (open.role != session::Role::websocket) {
    if (shared_.judge != nullptr && shared_.bindings != nullptr) {
      call_ = std::make_unique<profile::CallChecker>(shared_.judge->profile(), *shared_.bindings, emit_);
    }
    return;
  }
  if (shared_.judge != nullptr) {
    profile_ = std::make_unique<profile::Checker>(*shared_.judge, shared_.bindings, emit_);
  }
  if (shared_.dialects != nullptr) {
    const std::string told = shared_.judge != nullptr ? shared_.judge->profile().name : std::string();
    detector_ = std::make_unique<profile::DialectDetector>(*shared_.dialects, told, emit_);
    if (profile_ == nullptr) {
      recognition_ = std::make_unique<profile::Recognition>(*detector_, emit_);
    }
  }
}

void Opinions::on_event(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    begin(*open);
  }
  rules_.on_event(event);
  if (profile_) {
    profile_->on_event(event);
  }
  if (recognition_) {
    recognition_->on_event(event);
  }
  if (detector_) {
    detector_->on_event(event);
  }
  if (call_) {
    call_->on_event(event);
  }
}

}  // namespace whydrop::engine
