#include "profile/checker.hpp"

#include <utility>

namespace whydrop::profile {

struct Judge::Impl {
  std::shared_ptr<const Profile> profile;
};

Judge::Judge(std::shared_ptr<const Profile> profile) : impl_(std::make_unique<Impl>()) {
  impl_->profile = std::move(profile);
}
Judge::~Judge() = default;

const Profile& Judge::profile() const {
  return *impl_->profile;
}

struct Checker::Impl {
  Judge& judge;
  Bindings* bindings;
  Emit emit;
  std::string state;
};

Checker::Checker(Judge& judge, Bindings* bindings, Emit emit)
    : impl_(std::make_unique<Impl>(Impl{judge, bindings, std::move(emit), judge.profile().sequence.start})) {}
Checker::~Checker() = default;

void Checker::annotate(session::Message&) {}

void Checker::on_event(const session::Event&) {}

std::vector<session::Finding> Checker::preview(bool, std::string_view, std::int64_t) const {
  return {};
}

const std::string& Checker::state() const {
  return impl_->state;
}

bool Checker::ready() const {
  const auto& wanted = impl_->judge.profile().sequence.ready;
  return wanted.empty() || impl_->state == wanted;
}

}  // namespace whydrop::profile
