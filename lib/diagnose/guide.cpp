#include "diagnose/guide.hpp"

#include "diagnose/words.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

using fieldguide::Ending;
using fieldguide::Entry;
using fieldguide::Kind;
using fieldguide::Trigger;
using session::EndingHow;

namespace {

std::string_view answer_header(const Ledger& ledger, std::string_view name) {
  const std::string* value = ledger.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

bool ends_so(const Ledger& ledger, const Entry& entry) {
  switch (entry.ending) {
  case Ending::close:
    return ledger.first_close == session::Side::server && ledger.server.close->code == entry.code;
  case Ending::fin:
    return !ledger.first_close && ledger.cut_by_server_side() && ledger.how() != EndingHow::reset;
  case Ending::rst:
    return !ledger.first_close && ledger.cut_by_server_side() && ledger.how() == EndingHow::reset;
  case Ending::refused:
    return ledger.was_refused_with({entry.status});
  case Ending::none:
  case Ending::silence:
    return false;
  }
  return false;
}

/// A reason of one word ("Forbidden") is anybody's, unless the subprotocol or the URL has the software's first name.
bool is_telling(const Ledger& ledger, const Entry& entry) {
  const std::string_view name = std::string_view(entry.product->name).substr(0, entry.product->name.find('-'));
  return entry.text.find(' ') != std::string::npos || is_named(ledger, *entry.product) ||
         contains_caseless(ledger.request_subprotocol, name) || contains_caseless(ledger.url, name);
}

}  // namespace

fieldguide::Hops hops_of(const Ledger& ledger) {
  fieldguide::Hops hops{answer_header(ledger, "Server"), answer_header(ledger, "Via"), {}};
  if (ledger.response) {
    for (const auto& field : ledger.response->fact.headers) {
      hops.headers.push_back(field.name);
    }
  }
  return hops;
}

bool is_named(const Ledger& ledger, const fieldguide::Product& product) {
  const auto named = fieldguide::named_by(hops_of(ledger));
  return std::find(named.begin(), named.end(), &product) != named.end();
}

std::string hop_name(const Ledger& ledger) {
  const auto hops = hops_of(ledger);
  if (!hops.via.empty()) {
    return printable(hops.via, 60);
  }
  const auto named = fieldguide::named_by(hops);
  if (!named.empty() && named.front() != fieldguide::product_of_server(hops.server)) {
    return named.front()->title;
  }
  if (const std::string* by = ledger.header("X-Served-By")) {
    return "X-Served-By: " + printable(*by, 60);
  }
  return printable(hops.server, 60);
}

bool shows_a_hop(const Ledger& ledger) {
  static constexpr std::string_view kOfHops[] = {"Via", "X-Served-By", "X-Cache", "Age", "X-Cache-Status"};
  const auto is_there = [&](std::string_view name) { return ledger.header(name) != nullptr; };
  const auto named = fieldguide::named_by(hops_of(ledger));
  return std::any_of(std::begin(kOfHops), std::end(kOfHops), is_there) ||
         std::any_of(named.begin(), named.end(), [](const auto* product) { return product->kind == Kind::service; });
}

bool came_through_a_proxy(const Ledger& ledger) {
  const auto named = fieldguide::named_by(hops_of(ledger));
  return shows_a_hop(ledger) || std::any_of(named.begin(), named.end(), [](const auto* product) {
           return product->kind == Kind::intermediary;
         });
}

const Entry* entry_of_reason(const Ledger& ledger) {
  const auto hops = hops_of(ledger);
  const auto& close = *ledger.server.close;
  for (const auto& match : fieldguide::by_text(fieldguide::Place::reason, close.reason, close.code)) {
    if (fieldguide::may_be(*match.entry->product, hops) && is_telling(ledger, *match.entry)) {
      return match.entry;
    }
  }
  return nullptr;
}

std::vector<const Entry*> entries_of_timer(const Ledger& ledger, Trigger trigger, double seconds) {
  const auto hops = hops_of(ledger);
  // Where the answer names anybody, only who it names may be told of.
  const bool named = !hops.server.empty() || !hops.via.empty();
  auto entries = fieldguide::by_seconds(trigger, seconds);
  const auto cannot_be = [&](const Entry* entry) {
    return !ends_so(ledger, *entry) || !fieldguide::may_be(*entry->product, hops) ||
           (named && !is_named(ledger, *entry->product));
  };
  entries.erase(std::remove_if(entries.begin(), entries.end(), cannot_be), entries.end());
  return entries;
}

std::vector<const Entry*> entries_named(const Ledger& ledger, Trigger trigger) {
  std::vector<const Entry*> found;
  for (const fieldguide::Product* product : fieldguide::named_by(hops_of(ledger))) {
    for (const Entry* entry : fieldguide::entries_of(*product, trigger)) {
      if (ends_so(ledger, *entry)) {
        found.push_back(entry);
      }
    }
  }
  return found;
}

std::vector<const Entry*> entries_of_size(const Ledger& ledger, std::uint64_t passed, std::uint64_t dropped) {
  const auto hops = hops_of(ledger);
  std::vector<const Entry*> found;
  for (const fieldguide::Product& product : fieldguide::products()) {
    for (const Entry& entry : product.entries) {
      const bool of_size = entry.trigger == Trigger::message_size || entry.trigger == Trigger::frame_size;
      if (of_size && entry.bytes && *entry.bytes >= passed && *entry.bytes < dropped && ends_so(ledger, entry) &&
          fieldguide::may_be(product, hops)) {
        found.push_back(&entry);
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Entry* a, const Entry* b) { return *a->bytes < *b->bytes; });
  return found;
}

std::string names_of(const std::vector<const Entry*>& entries) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> names;
  for (const Entry* entry : entries) {
    if (names.size() < kMost && std::find(names.begin(), names.end(), entry->product->title) == names.end()) {
      names.push_back(entry->product->title);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

}  // namespace whydrop::diagnose
