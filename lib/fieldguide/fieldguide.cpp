#include "fieldguide/fieldguide.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace whydrop::fieldguide {

namespace {

/// The words of a header's value without versions and comments: "1.1 nghttpx, http/1.1 edge (ApacheTrafficServer/9.2)"
/// has "nghttpx", "edge" and "apachetrafficserver". RFC 9110 sections 7.6.3 and 10.2.4.
std::vector<std::string> words_of(std::string_view value) {
  std::vector<std::string> words;
  std::string word;
  bool version = false;  // after a slash: until the next word
  for (const char c : value) {
    const bool ends = c == ' ' || c == ',' || c == '(' || c == ')' || c == '[' || c == ']' || c == '\t';
    if (ends && !word.empty()) {
      words.push_back(lower_case(word));
      word.clear();
    }
    version = !ends && (version || c == '/');
    if (!ends && !version) {
      word += c;
    }
  }
  if (!word.empty()) {
    words.push_back(lower_case(word));
  }
  return words;
}

bool has(const std::vector<std::string>& names, std::string_view word) {
  return std::any_of(names.begin(), names.end(), [word](const std::string& n) { return lower_case(n) == word; });
}

/// The product for which a word stands in one of its lists.
const Product* product_of_word(std::string_view word, const std::vector<std::string> Product::*list) {
  const auto& all = products();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Product& p) { return has(p.*list, word); });
  return found == all.end() ? nullptr : &*found;
}

bool contains(const std::vector<const Product*>& list, const Product* product) {
  return std::find(list.begin(), list.end(), product) != list.end();
}

/// Every entry for which `wanted` holds.
template <typename Wanted>
std::vector<const Entry*> entries_where(const Wanted& wanted) {
  std::vector<const Entry*> found;
  for (const Product& product : products()) {
    for (const Entry& entry : product.entries) {
      if (wanted(entry)) {
        found.push_back(&entry);
      }
    }
  }
  return found;
}

/// What entries' texts make of `match`, those with the longest literal text first.
template <typename Matcher>
std::vector<TextMatch> matches(const Matcher& matcher) {
  std::vector<TextMatch> found;
  for (const Entry* entry : entries_where([](const Entry& e) { return !e.text.empty(); })) {
    if (const std::optional<Holes> holes = matcher(*entry)) {
      found.push_back({entry, holes->limit, holes->size});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const TextMatch& a, const TextMatch& b) {
    return literal_length(a.entry->text) > literal_length(b.entry->text);
  });
  return found;
}

}  // namespace

const Product* find_product(std::string_view name) {
  const std::string wanted = lower_case(name);
  const auto& all = products();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Product& product) {
    return product.name == wanted || lower_case(product.title) == wanted || has(product.names, wanted);
  });
  return found == all.end() ? nullptr : &*found;
}

const Product* product_of_server(std::string_view server) {
  for (const std::string& word : words_of(server)) {
    if (const Product* product = product_of_word(word, &Product::server)) {
      return product;
    }
  }
  return nullptr;
}

std::vector<const Product*> products_of_via(std::string_view via) {
  std::vector<const Product*> found;
  for (const std::string& word : words_of(via)) {
    const Product* product = product_of_word(word, &Product::via);
    if (product != nullptr && !contains(found, product)) {
      found.insert(found.begin(), product);  // each hop adds itself at the end
    }
  }
  return found;
}

std::vector<const Product*> named_by(const Hops& hops) {
  std::vector<const Product*> found = products_of_via(hops.via);
  for (const std::string_view header : hops.headers) {
    const Product* product = product_of_word(lower_case(header), &Product::headers);
    if (product != nullptr && !contains(found, product)) {
      found.push_back(product);
    }
  }
  const Product* server = product_of_server(hops.server);
  if (server != nullptr && !contains(found, server)) {
    found.push_back(server);
  }
  return found;
}

bool may_be(const Product& product, const Hops& hops) {
  if (contains(named_by(hops), &product)) {
    return true;
  }
  const bool signs_via = product.kind == Kind::intermediary && !product.via.empty();
  if ((signs_via && !hops.via.empty()) || (!product.server.empty() && !hops.server.empty())) {
    return false;  // it would have written its own name there
  }
  // It signs nothing. A proxy's name says nothing of what stands behind; any other that is known speaks for itself.
  const Product* server = product_of_server(hops.server);
  return server == nullptr || server->kind == Kind::intermediary;
}

std::vector<TextMatch> by_text(Place place, std::string_view text, std::optional<std::uint16_t> code) {
  return matches([&](const Entry& entry) {
    const bool asked = entry.place == place && (!code || entry.code == code);
    return asked ? match(entry.text, text) : std::nullopt;
  });
}

std::vector<TextMatch> by_pasted_text(std::string_view text) {
  // What follows may not be the rest of a word or number: "length 1" is not in "length 126".
  static constexpr std::string_view kTails[] = {"", " {*}", ".{*}", ",{*}", "'{*}", "\"{*}", ")"};
  return matches([text](const Entry& entry) {
    std::optional<Holes> found;
    for (const std::string_view tail : kTails) {
      found = found ? found : match("{*}" + entry.text + std::string(tail), text);
    }
    return found;
  });
}

std::vector<const Entry*> entries_of(const Product& product, Trigger trigger) {
  std::vector<const Entry*> found;
  for (const Entry& entry : product.entries) {
    if (entry.trigger == trigger) {
      found.push_back(&entry);
    }
  }
  return found;
}

std::vector<const Entry*> by_code(std::uint16_t code) {
  return entries_where([code](const Entry& entry) { return entry.ending == Ending::close && entry.code == code; });
}

std::vector<const Entry*> by_seconds(Trigger trigger, double seconds) {
  return entries_where(
      [&](const Entry& entry) { return entry.trigger == trigger && entry.seconds && fits(*entry.seconds, seconds); });
}

bool fits(double limit, double seconds) {
  return seconds >= limit - 0.5 && seconds <= limit + std::max(2.0, limit / 50);
}

}  // namespace whydrop::fieldguide
