#include "schema/documents.hpp"

#include "base/text.hpp"
#include "json/pointer.hpp"
#include "schema/metaschemas.hpp"
#include "schema/uri.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

const Node* member(const Node& object, std::string_view key) {
  const auto found = object.IsObject() ? json::value_of(object).find(key) : std::nullopt;
  return found ? &json::node_of(*found) : nullptr;
}

std::string_view text_member(const Node& object, std::string_view key) {
  const Node* found = member(object, key);
  return found && found->IsString() ? json::text_of(*found) : std::string_view();
}

bool is_reference(const Node& schema) {
  const Node* reference = member(schema, "$ref");
  return reference && reference->IsString();
}

Draft draft_from(const Node& root, Draft fallback) {
  const std::string_view named = text_member(root, "$schema");
  if (named.find("/draft-04/") != std::string_view::npos) {
    return Draft::draft4;
  }
  return named.find("json-schema.org/") != std::string_view::npos ? Draft::draft7 : fallback;
}

}  // namespace

Below below(std::string_view keyword) {
  constexpr std::array<std::pair<std::string_view, Below>, 16> kHolders{{
      {"properties", Below::map},
      {"definitions", Below::map},
      {"patternProperties", Below::map},
      {"dependencies", Below::map},
      {"items", Below::schema_or_list},
      {"allOf", Below::list},
      {"anyOf", Below::list},
      {"oneOf", Below::list},
      {"additionalItems", Below::schema},
      {"additionalProperties", Below::schema},
      {"contains", Below::schema},
      {"propertyNames", Below::schema},
      {"not", Below::schema},
      {"if", Below::schema},
      {"then", Below::schema},
      {"else", Below::schema},
  }};
  const auto* const found =
      std::find_if(kHolders.begin(), kHolders.end(), [&](const auto& row) { return row.first == keyword; });
  return found == kHolders.end() ? Below::nothing : found->second;
}

Site Documents::add_main(json::Value root, std::string_view text, const std::string& name) {
  Document document;
  document.name = name;
  document.text = text;
  return add_root(std::move(document), json::node_of(root));
}

Site Documents::add_root(Document document, const Node& root) {
  const auto number = static_cast<std::uint32_t>(documents_.size());
  const auto place = static_cast<std::uint32_t>(places_->all.size());
  document.draft = draft_from(root, options_.draft);
  bases_.emplace_back(without_fragment(document.uri));
  places_->uris.push_back(document.uri);
  documents_.push_back(std::move(document));
  const Site site{&root, place};
  ids_.emplace(bases_.back(), site);
  places_->all.push_back({place, number, static_cast<std::uint32_t>(bases_.size() - 1), {}});
  places_->all[place].base = base_of(root, number, places_->all[place].base);
  known_[&root] = place;
  scan(site);
  return site;
}

std::uint32_t Documents::base_of(const Node& node, std::uint32_t document, std::uint32_t outer) {
  const std::string_view id = text_member(node, documents_[document].draft == Draft::draft4 ? "id" : "$id");
  if (id.empty() || id.front() == '#' || is_reference(node)) {
    return outer;
  }
  bases_.emplace_back(without_fragment(resolve_uri(bases_[outer], id)));
  return static_cast<std::uint32_t>(bases_.size() - 1);
}

Site Documents::child(const Site& from, std::string_view step, const Node& node) {
  if (const auto found = known_.find(&node); found != known_.end()) {
    return {&node, found->second};
  }
  const Place& parent = places_->all[from.place];
  const std::uint32_t document = parent.document, base = base_of(node, document, parent.base);
  const auto place = static_cast<std::uint32_t>(places_->all.size());
  places_->all.push_back({from.place, document, base, std::string(step)});
  known_[&node] = place;
  return {&node, place};
}

void Documents::note_id(const Site& site) {
  const Place& place = places_->all[site.place];
  const std::string_view id = text_member(*site.node, documents_[place.document].draft == Draft::draft4 ? "id" : "$id");
  if (id.empty() || is_reference(*site.node)) {
    return;
  }
  const std::string& outer = bases_[places_->all[place.parent].base];
  std::string uri = resolve_uri(place.parent == site.place ? bases_[place.base] : outer, id);
  if (!uri.empty() && uri.back() == '#') {
    uri.pop_back();
  }
  ids_.emplace(uri, site);
  if (id.front() != '#') {
    ids_.emplace(without_fragment(uri), site);
  }
}

void Documents::scan(const Site& site) {
  std::vector<Site> open{site};
  const auto add_all = [&](const Site& holder) {
    if (holder.node->IsArray()) {
      for (rapidjson::SizeType i = 0; i < holder.node->Size(); ++i) {
        open.push_back(child(holder, std::to_string(i), (*holder.node)[i]));
      }
    } else if (holder.node->IsObject()) {
      for (const auto& entry : holder.node->GetObject()) {
        open.push_back(child(holder, json::text_of(entry.name), entry.value));
      }
    }
  };
  while (!open.empty()) {
    const Site here = open.back();
    open.pop_back();
    if (!here.node->IsObject()) {
      continue;
    }
    note_id(here);
    for (const auto& entry : here.node->GetObject()) {
      const std::string_view keyword = json::text_of(entry.name);
      const Below what = below(keyword);
      if (what == Below::nothing) {
        continue;
      }
      const Site holder = child(here, keyword, entry.value);
      if (what == Below::schema || (what == Below::schema_or_list && !entry.value.IsArray())) {
        open.push_back(holder);
      } else {
        add_all(holder);
      }
    }
  }
}

const Node* Documents::find_member(const Node& object, std::string_view key) {
  constexpr rapidjson::SizeType kFew = 32;
  if (!object.IsObject() || object.MemberCount() <= kFew) {
    return member(object, key);
  }
  auto& index = indexes_[&object];
  if (index.empty()) {
    for (const auto& entry : object.GetObject()) {
      index[json::text_of(entry.name)] = &entry.value;
    }
  }
  const auto found = index.find(key);
  return found == index.end() ? nullptr : found->second;
}

std::optional<Site> Documents::walk(Site from, std::string_view pointer) {
  json::Steps steps(pointer);
  bool fresh = false;
  while (steps.next()) {
    const Node* next = nullptr;
    if (from.node->IsArray()) {
      const auto index = steps.index();
      next = index && *index < from.node->Size() ? &(*from.node)[static_cast<rapidjson::SizeType>(*index)] : nullptr;
    } else {
      next = find_member(*from.node, steps.step());
    }
    if (!next) {
      return std::nullopt;
    }
    fresh = known_.find(next) == known_.end();
    from = child(from, steps.step(), *next);
  }
  if (fresh) {
    scan(from);  // No keyword led here before.
  }
  return steps.well_formed() ? std::optional<Site>(from) : std::nullopt;
}

Result<Site> Documents::add(std::string text, const std::string& uri) {
  Document document;
  document.name = document.uri = uri;
  document.text = std::move(text);
  document.own = std::make_unique<json::Json>();
  if (const auto fault = document.own->parse(document.text)) {
    const json::Place place = json::place_of(document.text, fault->offset);
    return fail(ErrorKind::usage, fmt::format("{}:{}:{}: not JSON: {}", uri, place.line, place.column, fault->why));
  }
  const Node& root = json::node_of(document.own->root());
  const Site site = add_root(std::move(document), root);
  const auto readable = check_draft(site);
  return readable ? Result<Site>(site) : tl::unexpected<Error>(readable.error());
}

Result<void> Documents::check_draft(const Site& root) const {
  const std::string_view named = text_member(*root.node, "$schema");
  if (named.find("json-schema.org/draft/20") == std::string_view::npos) {
    return {};
  }
  return fail(ErrorKind::usage,
              where(root.place, "$schema") + "draft-04 and draft-07 are read, not " + std::string(named),
              "where it needs nothing newer, take $schema out or put http://json-schema.org/draft-07/schema# there");
}

Result<Site> Documents::load(const Site& from, const std::string& uri, std::string_view reference) {
  constexpr std::size_t kMostDocuments = 1000;
  if (const auto text = metaschema(uri)) {
    return add(std::string(*text), uri);
  }
  if (documents_.size() < kMostDocuments && options_.fetch) {
    // A document whose $id is a URL may well have its neighbours beside it on disk.
    for (const std::string& name : {uri, std::string(without_fragment(reference))}) {
      auto text = options_.fetch(name);
      if (!text) {
        return fail(ErrorKind::usage, where(from.place, "$ref") + text.error().message, text.error().hint);
      }
      if (*text) {
        return add(std::move(**text), uri);
      }
    }
  }
  return fail(ErrorKind::usage,
              where(from.place, "$ref") + uri + " is not there",
              "a $ref is never fetched over the network: put the file beside the schema, or map its URL to a folder "
              "with --ref-map");
}

Result<Site> Documents::resolve(const Site& from, std::string_view reference) {
  const std::string uri = resolve_uri(bases_[places_->all[from.place].base], reference);
  const std::string document(without_fragment(uri)), fragment = fragment_of(uri);
  auto root = ids_.find(document);
  if (root == ids_.end()) {
    const auto loaded = load(from, document, reference);
    if (!loaded) {
      return loaded;
    }
    root = ids_.emplace(document, *loaded).first;
  }
  if (fragment.empty()) {
    return root->second;
  }
  if (fragment.front() == '/') {
    if (const auto found = walk(root->second, fragment)) {
      return *found;
    }
  } else if (const auto named = ids_.find(document + "#" + fragment); named != ids_.end()) {
    return named->second;
  }
  return fail(ErrorKind::usage, where(from.place, "$ref") + std::string(reference) + " leads nowhere");
}

std::string Documents::where(std::uint32_t place, std::string_view keyword) const {
  const Document& document = documents_[places_->all[place].document];
  std::string pointer = places_->pointer_in_document(place);
  pointer += keyword.empty() ? "" : "/" + json::escape_step(keyword);
  const bool translated = options_.place && places_->all[place].document == 0;
  const auto found = translated              ? options_.place(pointer)
                     : document.text.empty() ? std::nullopt
                                             : json::locate(document.text, pointer);
  const std::string at = found ? fmt::format(":{}:{}", found->line, found->column) : "";
  return escape_for_terminal(document.name + at + (pointer.empty() ? "" : ": " + pointer)) + ": ";
}

}  // namespace whydrop::schema
