#include "profile/read.hpp"

namespace whydrop::profile::read {

namespace {

Where condition(std::string_view pointer, Value value) {
  Where where;
  where.pointer = pointer;
  const bool scalar = !value.is(json::Type::object) || value.size() == 0;
  if (scalar) {
    where.values = {value.text()};
    return where;
  }
  const auto [op, operand] = members(value).empty() ? value.member(0) : members(value).front();
  if (op == "is") {
    where.values = {operand.text()};
  } else if (op == "in") {
    where.op = Where::Op::in;
    for (const Value& item : items(operand)) {
      where.values.push_back(item.text());
    }
  } else if (op == "has") {
    where.op = Where::Op::has;
    where.values = {std::string(operand.string())};
  } else if (op == "exists") {
    where.op = operand.boolean() ? Where::Op::exists : Where::Op::absent;
  } else {
    where.op = op == "at_least" ? Where::Op::at_least : Where::Op::at_most;
    where.bound = operand.number();
  }
  return where;
}

}  // namespace

std::vector<Field> fields(Value object, std::string_view key) {
  std::vector<Field> found;
  for (const auto& [name, value] : members(object.find(key))) {
    found.push_back({std::string(name), std::string(value.string())});
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> pairs(Value object, std::string_view key) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [name, value] : members(object.find(key))) {
    found.emplace_back(name, json::plain_text(value));
  }
  return found;
}

std::vector<Take> takes(Value object, std::string_view key) {
  std::vector<Take> found;
  for (const auto& [variable, pointer] : members(object.find(key))) {
    found.push_back({std::string(variable), std::string(pointer.string())});
  }
  return found;
}

std::vector<Where> conditions(const std::optional<Value>& where) {
  std::vector<Where> found;
  for (const auto& [pointer, value] : members(where)) {
    found.push_back(condition(pointer, value));
  }
  return found;
}

FindingText finding(Value object, std::string_view key) {
  FindingText made;
  const auto found = object.find(key);
  if (!found) {
    return made;
  }
  made.id = text(*found, "id");
  made.severity = session::parse<session::Severity>(text(*found, "severity")).value_or(made.severity);
  made.basis = session::parse<session::Basis>(text(*found, "basis")).value_or(made.basis);
  made.confidence = session::parse<session::Confidence>(text(*found, "confidence")).value_or(made.confidence);
  made.at_fault = session::parse<session::Party>(text(*found, "at_fault")).value_or(made.at_fault);
  made.says = text(*found, "says");
  made.fix = text(*found, "fix");
  made.citation = text(*found, "citation");
  const auto truth = [&](std::string_view member, bool fallback) {
    const auto given = found->find(member);
    return given && given->is(json::Type::boolean) ? given->boolean() : fallback;
  };
  made.verified = truth("verified", made.verified);
  made.explains = truth("explains", made.explains);
  return made;
}

}  // namespace whydrop::profile::read
