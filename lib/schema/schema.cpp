#include "schema/schema.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "schema/compile.hpp"
#include "schema/faults.hpp"
#include "schema/valid.hpp"

#include <utility>

namespace whydrop::schema {

struct Schema::Impl {
  std::unique_ptr<Program> program;
};

Schema::Schema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

Result<Schema> Schema::compile(const json::Json& document,
                               std::string_view text,
                               const std::string& name,
                               const Options& options,
                               std::string_view entry) {
  Documents documents(options);
  const Site root = documents.add_main(document.root(), text, name);
  WHYDROP_TRY(documents.check_draft(root));
  const auto site = documents.walk(root, entry);
  if (!site) {
    return fail(ErrorKind::usage, escape_for_terminal(name) + ": nothing stands at " + std::string(entry));
  }
  auto program = Compiler(documents, options.check_formats).compile(*site);
  WHYDROP_TRY(program);
  return Schema(std::make_unique<Impl>(Impl{std::move(*program)}));
}

bool Schema::valid(json::Value instance) const {
  return Judgement(*impl_->program).valid(impl_->program->entry, json::node_of(instance));
}

std::vector<Fault> Schema::check(json::Value instance, std::size_t most) const {
  return FaultFinder(*impl_->program, most).run(json::node_of(instance));
}

const std::vector<std::string>& Schema::unchecked() const {
  return impl_->program->unchecked;
}

std::string Fault::says() const {
  const std::string where = instance.empty() ? "the value" : escape_for_terminal(instance);
  if (found.empty()) {
    return where + " is missing" + (keyword == "required" ? "" : "; expected " + expected);
  }
  if (keyword == "false" || keyword == "additionalProperties") {
    return where + " is not allowed";
  }
  return where + " is " + found + "; expected " + expected;
}

}  // namespace whydrop::schema
