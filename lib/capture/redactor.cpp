#include "capture/redactor.hpp"

namespace whydrop::capture {

struct Redactor::Impl {
  std::vector<Secret> secrets;
  bool off = false;
};

Redactor::Redactor(std::vector<Secret> secrets, bool off) : impl_(std::make_unique<Impl>(Impl{std::move(secrets), off})) {}
Redactor::~Redactor() = default;
void Redactor::add_secret(Secret secret) { impl_->secrets.push_back(std::move(secret)); }
const session::Event& Redactor::redact(const session::Event& event) { return event; }
std::vector<session::Token> Redactor::take_tokens() { return {}; }
std::string Redactor::redact_text(std::string_view text) const { return std::string(text); }

}  // namespace whydrop::capture
