#include "compare/values.hpp"

#include "base/text.hpp"
#include "compare/value_shapes.hpp"
#include "json/pointer.hpp"

#include <algorithm>

namespace whydrop::compare {
namespace {

std::vector<std::string> steps_of(std::string_view pointer) {
  std::vector<std::string> steps;
  for (json::Steps walk(pointer); walk.next();) {
    steps.emplace_back(walk.step());
  }
  return steps;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& steps) {
  return pattern.size() == steps.size() &&
         std::equal(pattern.begin(), pattern.end(), steps.begin(), [](const auto& wanted, const auto& step) {
           return wanted == "*" || wanted == step;
         });
}

}  // namespace

bool is_pattern(std::string_view pointer) {
  return json::Steps(pointer).well_formed();
}

Ignored::Ignored(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    patterns_.push_back(steps_of(pattern));
  }
}

bool Ignored::has(std::string_view pointer) const {
  if (patterns_.empty()) {
    return false;
  }
  const auto steps = steps_of(pointer);
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) { return fits(pattern, steps); });
}

void Values::compare(json::Value a, json::Value b, const Context& context, const Tell& tell) {
  context_ = &context;
  tell_ = &tell;
  pointer_.clear();
  compare_at(a, b, {});
}

void Values::told(std::optional<json::Value> a, std::optional<json::Value> b) {
  ValueDifference difference;
  difference.pointer = pointer_;
  difference.a = a ? std::optional(a->text()) : std::nullopt;
  difference.b = b ? std::optional(b->text()) : std::nullopt;
  difference.broken = std::move(broken_);
  broken_.reset();
  (*tell_)(std::move(difference));
}

void Values::compare_at(json::Value a, json::Value b, std::string_view name) {
  if (ignored_.has(pointer_)) {
    return;
  }
  if (a.is(json::Type::object) && b.is(json::Type::object)) {
    compare_objects(a, b);
  } else if (a.is(json::Type::array) && b.is(json::Type::array)) {
    compare_arrays(a, b, name);
  } else {
    compare_leaves(a, b, name);
  }
}

void Values::compare_objects(json::Value a, json::Value b) {
  const std::size_t here = pointer_.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto [name, value] = a.member(i);
    const auto opposite = b.find(name);
    pointer_.append("/").append(json::escape_step(name));
    if (opposite) {
      compare_at(value, *opposite, name);
    } else if (!ignored_.has(pointer_)) {
      told(value, std::nullopt);
    }
    pointer_.resize(here);
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    const auto [name, value] = b.member(i);
    pointer_.append("/").append(json::escape_step(name));
    if (!a.find(name) && !ignored_.has(pointer_)) {
      told(std::nullopt, value);
    }
    pointer_.resize(here);
  }
}

void Values::compare_arrays(json::Value a, json::Value b, std::string_view name) {
  const std::size_t here = pointer_.size();
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    pointer_.append("/").append(std::to_string(i));
    if (i < a.size() && i < b.size()) {
      compare_at(a.item(i), b.item(i), name);
    } else if (!ignored_.has(pointer_)) {
      told(i < a.size() ? std::optional(a.item(i)) : std::nullopt,
           i < b.size() ? std::optional(b.item(i)) : std::nullopt);
    }
    pointer_.resize(here);
  }
}

void Values::compare_leaves(json::Value a, json::Value b, std::string_view name) {
  if (a.is(json::Type::string) && b.is(json::Type::string)) {
    if (!same_text(a.string(), b.string(), name, *context_)) {
      told(a, b);
    }
    return;
  }
  if (json::equal(a, b)) {
    return;
  }
  const ValueShape form_a = shape_of(a, name, context_->redacted), form_b = shape_of(b, name, context_->redacted);
  const bool masked = form_a == ValueShape::masked || form_b == ValueShape::masked;
  if (options_.strict || !(same_shape(form_a, form_b) || (masked && a.type() == b.type()))) {
    told(a, b);
    return;
  }
  ++by_form_;
}

std::string Values::where() const {
  return context_->title + (context_->from == session::Side::server ? " gave" : " said") +
         (pointer_.empty() ? std::string() : " at " + pointer_);
}

void Values::give(json::Value value, const Context& context, bool in_b) {
  context_ = &context;
  pointer_.clear();
  give_at(value, {}, in_b);
}

void Values::give_at(json::Value value, std::string_view name, bool in_b) {
  if (value.is(json::Type::string)) {
    const auto give = [&](std::string_view id) { renaming_.give(id, in_b, where()); };
    each_identity(value.string(), name, context_->redacted, give);
    return;
  }
  const std::size_t here = pointer_.size();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool object = value.is(json::Type::object);
    const auto member = object ? value.member(i) : std::make_pair(name, value.item(i));
    pointer_.append("/").append(object ? json::escape_step(member.first) : std::to_string(i));
    give_at(member.second, member.first, in_b);
    pointer_.resize(here);
  }
}

bool Values::meet(std::string_view a, std::string_view b, std::string_view name) {
  std::vector<std::string> ids_a, ids_b;
  each_identity(a, name, context_->redacted, [&](std::string_view id) { ids_a.emplace_back(id); });
  each_identity(b, name, context_->redacted, [&](std::string_view id) { ids_b.emplace_back(id); });
  if (ids_a.size() != ids_b.size()) {
    return true;  // a part of one is masked
  }
  for (std::size_t i = 0; i < ids_a.size(); ++i) {
    broken_ = renaming_.meet(ids_a[i], ids_b[i], context_->from, where());
    if (broken_) {
      return false;
    }
  }
  return true;
}

bool Values::same_text(std::string_view a, std::string_view b, std::string_view name, const Context& context) {
  context_ = &context;
  if (options_.strict || !same_shape(a, b, name, context.redacted)) {
    return a == b;
  }
  if (!meet(a, b, name)) {
    return false;
  }
  by_form_ += a == b ? 0 : 1;
  return true;
}

}  // namespace whydrop::compare
