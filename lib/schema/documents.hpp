// Internal: the documents that a schema is made of, and where their URIs lead.
#pragma once

#include "json/node.hpp"
#include "schema/below.hpp"
#include "schema/places.hpp"
#include "schema/schema.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace whydrop::schema {

using json::Node;

/// A value of a document, and its place.
struct Site {
  const Node* node = nullptr;
  std::uint32_t place = 0;
};

class Documents {
 public:
  explicit Documents(const Options& options) : options_(options) {}

  /// The document that is compiled; returns its root.
  Site add_main(json::Value root, std::string_view text, const std::string& name);
  /// An error where a document is of a newer draft.
  Result<void> check_draft(const Site& root) const;
  /// What `reference` of the schema at `from` leads to.
  Result<Site> resolve(const Site& from, std::string_view reference);
  /// What `pointer` leads to below `from`. Null where there is nothing.
  std::optional<Site> walk(Site from, std::string_view pointer);
  /// A member or item of the value at `from`.
  Site child(const Site& from, std::string_view step, const Node& node);
  /// Notes the $ids of the schemas at and below `site`.
  void scan(const Site& site);

  Draft draft_of(const Site& site) const { return documents_[places_->all[site.place].document].draft; }
  std::shared_ptr<const Places> places() const { return places_; }
  /// "<name>:line:column: <pointer>: " where `keyword` of the schema at `place` stands.
  std::string where(std::uint32_t place, std::string_view keyword) const;

 private:
  struct Document {
    std::string name, uri, text;
    Draft draft = Draft::draft7;
    std::unique_ptr<json::Json> own;
  };

  Result<Site> load(const Site& from, const std::string& uri, std::string_view reference);
  Result<Site> add(std::string text, const std::string& uri);
  Site add_root(Document document, const Node& root);
  std::uint32_t base_of(const Node& node, std::uint32_t document, std::uint32_t outer);
  void note_id(const Site& site);

  const Options& options_;
  std::deque<Document> documents_;
  std::shared_ptr<Places> places_ = std::make_shared<Places>();
  std::vector<std::string> bases_;
  std::map<std::string, Site, std::less<>> ids_;
  const Node* find_member(const Node& object, std::string_view key);

  std::unordered_map<const Node*, std::uint32_t> known_;
  /// Members of large objects, for many $refs into one.
  std::unordered_map<const Node*, std::unordered_map<std::string_view, const Node*>> indexes_;
};

}  // namespace whydrop::schema
