#include "schema/compile.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace whydrop::schema {

// RapidJSON's own copies go on pointing into the text that strings were parsed in.
Node Compiler::kept(const Node& value) {
  auto& pool = program_->pool;
  const auto text = [&](const Node& string) { return Node(string.GetString(), string.GetStringLength(), pool); };
  if (value.IsString()) {
    return text(value);
  }
  Node out(value.GetType());
  if (value.IsArray()) {
    for (const Node& item : value.GetArray()) {
      out.PushBack(kept(item), pool);
    }
  } else if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      out.AddMember(text(member.name), kept(member.value), pool);
    }
  } else {
    out = Node(value, pool);
  }
  return out;
}

void Compiler::mistake(const Keyword& keyword, const std::string& why, std::string hint) {
  if (!error_) {
    error_ = Error{ErrorKind::usage, documents_.where(keyword.holder, "") + why, std::move(hint)};
  }
}

void Compiler::not_checked(const Keyword& keyword, std::string_view named) {
  auto& all = program_->unchecked;
  std::string what = std::string(keyword.name) + ' ' + std::string(named);
  if (std::find(all.begin(), all.end(), what) == all.end()) {
    all.push_back(std::move(what));
  }
}

std::optional<Pattern> Compiler::pattern_of(const Keyword& keyword, std::string_view text) {
  auto pattern = Pattern::compile(std::string(text));
  if (!pattern) {
    const bool looks =
        pattern.error().compare(0, 8, "it looks") == 0 || pattern.error().compare(0, 9, "it refers") == 0;
    mistake(keyword,
            "cannot match " + elide(escape_for_terminal(text), 60) + ": " + pattern.error(),
            looks ? "patterns are matched in linear time, without look-around and back-references; allOf and not can "
                    "join several patterns"
                  : "");
    return std::nullopt;
  }
  return std::move(*pattern);
}

std::optional<Site> Compiler::follow(Site site) {
  std::unordered_set<const Node*> passed;
  while (site.node->IsObject()) {
    const auto known = targets_.find(site.node);
    if (known != targets_.end()) {
      site = known->second;
      break;
    }
    const auto reference = json::value_of(*site.node).find("$ref");
    if (!reference || !reference->is(json::Type::string)) {
      break;
    }
    const auto target = documents_.resolve(site, reference->string());
    if (!target || !passed.insert(site.node).second) {
      error_ = target ? Error{ErrorKind::usage,
                              documents_.where(site.place, "$ref") + "it leads back to itself, and to no schema",
                              {}}
                      : target.error();
      return std::nullopt;
    }
    site = *target;
  }
  for (const Node* node : passed) {
    targets_.emplace(node, site);
  }
  return site;
}

RuleId Compiler::rule_of(const Site& from) {
  if (error_) {
    return kAnything;
  }
  const auto site = follow(from);
  if (!site || site->node->IsTrue()) {
    return kAnything;
  }
  const auto [found, fresh] = rules_.emplace(site->node, static_cast<RuleId>(program_->rules.size()));
  if (fresh) {
    program_->rules.emplace_back();
    program_->rules.back().place = site->place;
    open_.emplace_back(found->second, *site);
  }
  return found->second;
}

void Compiler::fill(RuleId id, const Site& site) {
  Rule rule;
  rule.place = site.place;
  if (site.node->IsFalse()) {
    rule.never = true;
  } else if (!site.node->IsObject()) {
    mistake({site, "", *site.node, site.place}, "a schema is an object, true or false");
  } else {
    const Draft draft = documents_.draft_of(site);
    for (const auto& entry : site.node->GetObject()) {
      const std::string_view name = json::text_of(entry.name);
      const Site value = documents_.child(site, name, entry.value);
      read_keyword(*this, {site, name, entry.value, value.place}, draft, rule);
    }
    finish(rule);
  }
  program_->rules[id] = std::move(rule);
}

void Compiler::check_loops() {
  enum class Mark : std::uint8_t { fresh, open, done };
  std::vector<Mark> marks(program_->rules.size(), Mark::fresh);
  for (RuleId start = 0; start < marks.size() && !error_; ++start) {
    std::vector<std::pair<RuleId, std::vector<RuleId>>> path;
    const auto enter = [&](RuleId id) {
      marks[id] = Mark::open;
      path.emplace_back(id, in_place(program_->rules[id]));
    };
    if (marks[start] == Mark::fresh) {
      enter(start);
    }
    while (!path.empty()) {
      auto& [id, next] = path.back();
      if (next.empty()) {
        marks[id] = Mark::done;
        path.pop_back();
        continue;
      }
      const RuleId to = next.back();
      next.pop_back();
      if (marks[to] == Mark::open) {
        error_ =
            Error{ErrorKind::usage,
                  documents_.where(program_->rules[to].place, "") +
                      "the schema applies itself to the same value, without end",
                  "a schema may refer to itself below properties or items, not from allOf, anyOf, oneOf, not or if"};
        return;
      }
      if (marks[to] == Mark::fresh) {
        enter(to);
      }
    }
  }
}

Result<std::unique_ptr<Program>> Compiler::compile(const Site& entry) {
  program_->entry = rule_of(entry);
  while (!open_.empty() && !error_) {
    const auto [id, site] = open_.front();
    open_.pop_front();
    fill(id, site);
  }
  if (!error_) {
    check_loops();
  }
  if (error_) {
    return tl::unexpected<Error>(*error_);
  }
  program_->places = documents_.places();
  return std::move(program_);
}

}  // namespace whydrop::schema
