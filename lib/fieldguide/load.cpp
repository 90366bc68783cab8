#include "fieldguide/load.hpp"

#include "fieldguide/embedded.hpp"
#include "fieldguide/names.hpp"
#include "json/read.hpp"

namespace whydrop::fieldguide {

namespace read = json::read;

namespace {

Source read_source(json::Value entry) {
  Source source;
  if (const auto from = entry.find("source")) {
    source.measured = from->find("measured").has_value();
    source.version = read::text(*from, source.measured ? "measured" : "of");
    source.where = read::text(*from, "read");
    source.note = read::text(*from, "note");
  }
  return source;
}

template <typename Number>
std::optional<Number> number(json::Value entry, std::string_view key) {
  const auto found = entry.find(key);
  return found && found->is(json::Type::number) ? std::optional(static_cast<Number>(found->number())) : std::nullopt;
}

Entry read_entry(json::Value row) {
  Entry entry;
  entry.id = read::text(row, "id");
  entry.trigger = value_of<Trigger>(read::text(row, "trigger"));
  entry.says = read::text(row, "says");
  entry.ending = value_of<Ending>(read::text(row, "ending", name(Ending::none)));
  entry.code = number<std::uint16_t>(row, "code");
  entry.status = number<int>(row, "status").value_or(0);
  entry.place = value_of<Place>(read::text(row, "in", name(Place::reason)));
  entry.text = read::text(row, "text");
  entry.seconds = number<double>(row, "seconds");
  entry.bytes = number<std::uint64_t>(row, "bytes");
  entry.means = read::text(row, "means");
  entry.fix = read::text(row, "do");
  entry.source = read_source(row);
  return entry;
}

std::vector<Product> load() {
  std::vector<Product> all;
  json::Json file;
  for (const std::string_view text : embedded_files()) {
    if (!file.parse(text)) {
      all.push_back(read_product(file.root()));
    }
  }
  for (Product& product : all) {
    for (Entry& entry : product.entries) {
      entry.product = &product;
    }
  }
  return all;
}

}  // namespace

Product read_product(json::Value file) {
  Product product;
  product.name = read::text(file, "software");
  product.title = read::text(file, "title");
  product.kind = value_of<Kind>(read::text(file, "kind"));
  product.about = read::text(file, "about");
  product.names = read::texts(file, "names");
  product.server = read::texts(file, "server");
  product.via = read::texts(file, "via");
  product.headers = read::texts(file, "headers");
  for (const json::Value& row : read::items(file.find("rows"))) {
    product.entries.push_back(read_entry(row));
  }
  return product;
}

const std::vector<Product>& products() {
  static const std::vector<Product> all = load();
  return all;
}

}  // namespace whydrop::fieldguide
