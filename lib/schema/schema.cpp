#include "schema/schema.hpp"
namespace whydrop::schema {
struct Schema::Impl {};
Schema::Schema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;
Result<Schema> Schema::compile(
    const json::Json&, std::string_view, const std::string&, const Options&, std::string_view) {
  return Schema(std::make_unique<Impl>());
}
bool Schema::valid(json::Value) const {
  return true;
}
std::vector<Fault> Schema::check(json::Value, std::size_t) const {
  return {};
}
std::string Fault::says() const {
  return {};
}
}  // namespace whydrop::schema
