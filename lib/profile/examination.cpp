#include "profile/examination.hpp"

#include "profile/findings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

session::Party party(Side side) {
  return side == Side::client ? session::Party::client : session::Party::server;
}

void put(session::Finding& finding, Words&& words) {
  finding.says = std::move(words.says);
  finding.fix = std::move(words.fix);
  finding.evidence.insert(finding.evidence.end(), words.also.begin(), words.also.end());
}

bool is_all(std::string_view text, char c) {
  return !text.empty() && text.find_first_not_of(c) == std::string_view::npos;
}

}  // namespace

bool is_secret_place(const SecretKeys& keys, std::string_view pointer) {
  return keys.has(pointer.substr(pointer.rfind('/') + 1));
}

void hide_secret(const SecretKeys& keys, schema::Fault& fault) {
  if (is_secret_place(keys, fault.instance)) {
    fault.found.resize(std::min(fault.found.size(), fault.found.find(',')));
  }
}

bool is_masked(bool masked, json::Value value) {
  return masked && ((value.is(json::Type::string) && is_all(value.string(), 'x')) ||
                    (value.is(json::Type::number) && is_all(value.text(), '1')));
}

void take_clear(Bindings& bindings, const std::vector<Take>& takes, json::Value root, bool masked) {
  if (!masked) {
    return bindings.take(takes, root);
  }
  std::vector<Take> clear;
  std::copy_if(takes.begin(), takes.end(), std::back_inserter(clear), [&](const Take& row) {
    const auto value = root.at(row.pointer);
    return value && !is_masked(masked, *value);
  });
  bindings.take(clear, root);
}

std::string name_of(const Profile& profile, const Seen& seen) {
  return seen.type ? profile.messages[*seen.type].name : "a message";
}

void Findings::fault(std::string_view id, Side from, std::uint64_t seq, const Make& make) {
  session::Finding finding{std::string(id), seq};
  finding.severity = from == Side::client ? session::Severity::error : session::Severity::warning;
  finding.at_fault = party(from);
  tell(std::move(finding), [&](session::Finding& told) { put(told, make()); });
}

void Findings::doubt(std::string_view id, Side from, std::uint64_t seq, const Make& make) {
  session::Finding finding{std::string(id), seq};
  finding.severity = from == Side::client ? session::Severity::warning : session::Severity::note;
  finding.at_fault = party(from);
  tell(std::move(finding), [&](session::Finding& told) { put(told, make()); });
}

void Findings::note(std::string_view id, std::uint64_t seq, const Make& make) {
  session::Finding finding{std::string(id), seq};
  finding.severity = session::Severity::note;
  tell(std::move(finding), [&](session::Finding& told) { put(told, make()); });
}

void Findings::own(const FindingText& text, std::uint64_t seq, const Make& make) {
  session::Finding finding{text.id, seq};
  finding.severity = text.severity;
  finding.at_fault = text.at_fault;
  tell(std::move(finding), [&](session::Finding& told) {
    Words words = make();
    FindingText filled = text;
    filled.says = std::move(words.says);
    filled.fix = std::move(words.fix);
    told = make_finding(filled, seq);
    told.evidence.insert(told.evidence.end(), words.also.begin(), words.also.end());
  });
}

void Findings::tell(session::Finding&& finding, const std::function<void(session::Finding&)>& complete) {
  auto& tally = tallies_.try_emplace(finding.id, Tally{finding}).first->second;
  if (most_ > 0 && tally.told == most_) {
    tally.last = std::move(finding);
    ++tally.untold;
    return;
  }
  ++tally.told;
  complete(finding);
  emit_(std::move(finding));
}

void Findings::finish() {
  for (auto& [id, tally] : tallies_) {
    if (tally.untold == 0) {
      continue;
    }
    tally.last.says = fmt::format(
        "The same was found {} more times, the last time in event {}.", tally.untold, tally.last.evidence.front());
    tally.last.count = std::exchange(tally.untold, 0);
    emit_(std::move(tally.last));
  }
}

std::string fill_words(const std::string& text, const WordSource& source, const Seen& seen) {
  return source.bindings.fill_words(text, [&](std::string_view name) -> std::optional<std::string> {
    if (name == "$type") {
      return json::quote(name_of(source.profile, seen));
    }
    if (name == "$last_client" && !source.last_client.empty()) {
      return json::quote(source.last_client);
    }
    const auto value = name.substr(0, 2) == "$/" && seen.root ? seen.root->at(name.substr(1)) : std::nullopt;
    if (value && is_secret_place(source.secrets, name)) {
      return json::quote("(secret)");
    }
    return value ? std::optional(value->text()) : std::nullopt;
  });
}

}  // namespace whydrop::profile
