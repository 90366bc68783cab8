#include "fieldguide/embedded.hpp"
#include "fieldguide/fieldguide.hpp"
#include "json/json.hpp"
#include "schema/schema.hpp"
#include "support/source_tree.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace whydrop::fieldguide {
namespace {

std::string schema_text() {
  std::ifstream file(test::in_source_tree("fixtures/schemas/fieldguide-v1.json"));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(data, is_as_its_schema_says) {
  json::Json document;
  const std::string text = schema_text();
  ASSERT_FALSE(document.parse(text));
  const auto schema = schema::Schema::compile(document, text, "fieldguide-v1.json", {});
  ASSERT_TRUE(schema) << schema.error().message;
  for (const std::string_view file : embedded_files()) {
    json::Json product;
    ASSERT_FALSE(product.parse(file)) << file.substr(0, 200);
    for (const auto& fault : schema->check(product.root())) {
      ADD_FAILURE() << product.root().find("software")->text() << ": " << fault.says();
    }
  }
}

TEST(data, is_loaded_whole) {
  EXPECT_EQ(embedded_files().size(), products().size());
  std::set<std::string> names;
  for (const Product& product : products()) {
    EXPECT_TRUE(names.insert(product.name).second) << product.name;
    for (const std::string& other : product.names) {
      EXPECT_TRUE(names.insert(other).second) << other;
    }
    std::set<std::string> ids;
    for (const Entry& entry : product.entries) {
      EXPECT_EQ(&product, entry.product);
      EXPECT_TRUE(ids.insert(entry.id).second) << product.name << " " << entry.id;
      EXPECT_FALSE(origin(entry).empty());
    }
  }
}

TEST(data, names_no_two_products_by_one_word) {
  for (const auto list : {&Product::server, &Product::via}) {
    std::set<std::string> words;
    for (const Product& product : products()) {
      for (const std::string& word : product.*list) {
        EXPECT_TRUE(words.insert(word).second) << word;
      }
    }
  }
}

// A pattern of holes alone would be everybody's text.
TEST(data, has_texts_of_some_length) {
  for (const Product& product : products()) {
    for (const Entry& entry : product.entries) {
      if (!entry.text.empty()) {
        EXPECT_GE(literal_length(entry.text), 6U) << product.name << " " << entry.id;
      }
    }
  }
}

}  // namespace
}  // namespace whydrop::fieldguide
