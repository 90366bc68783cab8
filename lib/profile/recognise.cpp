#include "profile/recognise.hpp"

#include <utility>

namespace whydrop::profile {

struct Dialects::Impl {};

Dialects::Dialects() : impl_(std::make_shared<Impl>()) {}

void Dialects::add(const Profile&) {}

std::vector<Likeness> Dialects::of_url(std::string_view) const {
  return {};
}

std::vector<Likeness> Dialects::of_message(wire::Side, std::string_view) const {
  return {};
}

struct RealityCheck::Impl {};

RealityCheck::RealityCheck(const Dialects&, std::string, std::function<void(session::Body&&)>)
    : impl_(std::make_unique<Impl>()) {}

RealityCheck::~RealityCheck() = default;

void RealityCheck::on_event(const session::Event&) {}

}  // namespace whydrop::profile
