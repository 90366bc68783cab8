#include "yaml/yaml.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "json/pointer.hpp"
#include "json/scanner.hpp"
#include "yaml/scalar.hpp"

#include <algorithm>
#include <deque>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace whydrop::yaml {
namespace {

/// A value as it stands in the text; what an alias stands for is held once.
struct Node {
  enum class Kind : std::uint8_t { scalar, list, map } kind = Kind::scalar;
  YAML::Mark mark;
  std::string json;                ///< of a scalar
  std::string name;                ///< of a scalar: what it is as a key
  bool merges = false;             ///< it is the plain scalar <<
  std::vector<const Node*> items;  ///< of a list: items; of a map: keys and values in turn
};

/// What stops the reading of a document.
struct Refused {
  YAML::Mark mark;
  std::string why;
};

/// Builds the tree of the first document from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::deque<Node>& nodes) : nodes_(nodes) {}

  const Node* root() const { return root_; }

  // NOLINTBEGIN(readability-identifier-naming): yaml-cpp's names
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_ != nullptr) {
      throw Refused{mark, "a second document begins"};
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, "?", anchor, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw Refused{mark, "an alias stands for nothing"};
    }
    put(found->second);
  }
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    scalar(mark, tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& /*tag*/,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, Node::Kind::list);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& /*tag*/,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { open_.pop_back(); }
  // NOLINTEND(readability-identifier-naming)

 private:
  Node& make(const YAML::Mark& mark, YAML::anchor_t anchor) {
    Node& node = nodes_.emplace_back();
    node.mark = mark;
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = &node;
    }
    return node;
  }

  void put(const Node* node) {
    if (open_.empty()) {
      root_ = root_ == nullptr ? node : root_;
    } else {
      open_.back()->items.push_back(node);
    }
  }

  void scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) {
    Node& node = make(mark, anchor);
    auto read = read_scalar(tag, value);
    if (!read) {
      throw Refused{mark, read.error()};
    }
    node.json = std::move(*read);
    node.name = value;
    node.merges = tag == "?" && value == "<<";
    put(&node);
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    Node& node = make(mark, anchor);
    node.kind = kind;
    put(&node);
    if (open_.size() >= kMostDepth) {
      throw Refused{mark, "it nests too deep"};
    }
    open_.push_back(&node);
  }

  std::deque<Node>& nodes_;
  const Node* root_ = nullptr;
  std::vector<Node*> open_;
  std::unordered_map<YAML::anchor_t, const Node*> anchors_;
};

/// How many maps and members merge keys may go through in one document.
constexpr std::size_t kMostMerges = 100'000;

/// The members of a map, those of its merge keys behind its own. https://yaml.org/type/merge.html
class Members {
 public:
  /// `merges`: how many were gone through before; counted on.
  Members(const Node& map, std::size_t& merges) : merges_(merges) { add(map, 0); }

  const std::vector<std::pair<std::string_view, const Node*>>& all() const { return all_; }

 private:
  void add(const Node& map, std::size_t depth) {
    std::unordered_set<std::string_view> own;
    std::vector<const Node*> merged;
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      const Node &key = *map.items[i], &value = *map.items[i + 1];
      if (key.kind != Node::Kind::scalar) {
        throw Refused{key.mark, "a list or a map is a key, which JSON has not"};
      }
      if (key.merges) {
        merged.push_back(&value);
        continue;
      }
      if (!own.insert(key.name).second) {
        throw Refused{key.mark, "the key " + elide(escape_for_terminal(key.name), 60) + " stands twice"};
      }
      if (names_.insert(key.name).second) {
        all_.emplace_back(key.name, &value);
      }
    }
    for (const Node* from : merged) {
      merge(*from, depth);
    }
  }

  void merge(const Node& from, std::size_t depth) {
    merges_ += 1 + from.items.size() / 2;
    if (depth == kMostDepth || merges_ > kMostMerges) {
      throw Refused{from.mark, "its aliases stand for too much"};
    }
    if (from.kind == Node::Kind::list) {
      for (const Node* one : from.items) {
        merge(*one, depth + 1);
      }
    } else if (from.kind == Node::Kind::map) {
      add(from, depth + 1);
    } else {
      throw Refused{from.mark, "<< takes a map, or a list of maps"};
    }
  }

  std::vector<std::pair<std::string_view, const Node*>> all_;
  std::unordered_set<std::string_view> names_;
  std::size_t& merges_;
};

/// Writes a tree as JSON, aliases as what they stand for, within bounds.
class Expander {
 public:
  std::string run(const Node& root) {
    value(root, 0);
    return std::move(out_);
  }

 private:
  void put(const Node& at, std::string_view text) {
    if (out_.size() + text.size() > kMostExpanded) {
      throw Refused{at.mark, "its aliases stand for too much"};
    }
    out_ += text;
  }

  void value(const Node& node, std::size_t depth) {
    if (depth > kMostDepth) {
      throw Refused{node.mark, "its aliases nest too deep"};
    }
    if (node.kind == Node::Kind::scalar) {
      put(node, node.json);
    } else if (node.kind == Node::Kind::list) {
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        put(node, i == 0 ? "[" : ",");
        value(*node.items[i], depth + 1);
      }
      put(node, node.items.empty() ? "[]" : "]");
    } else {
      const Members members(node, merges_);
      for (const auto& [name, member] : members.all()) {
        put(node, &name == &members.all().front().first ? "{" : ",");
        put(node, json::quote(name) + ":");
        value(*member, depth + 1);
      }
      put(node, members.all().empty() ? "{}" : "}");
    }
  }

  std::string out_;
  std::size_t merges_ = 0;
};

tl::unexpected<Error> not_yaml(std::string_view text,
                               const std::string& name,
                               const YAML::Mark& mark,
                               const std::string& why) {
  const auto offset = static_cast<std::size_t>(std::max(mark.pos, 0));
  const json::Place place = mark.is_null() ? json::Place() : json::place_of(text, std::min(offset, text.size()));
  return fail(ErrorKind::usage,
              fmt::format("{}:{}:{}: not YAML: {}", escape_for_terminal(name), place.line, place.column, why));
}

bool begins_as_json(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && (text[at] == '{' || text[at] == '[');
}

/// How deep well-formed JSON nests.
std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0, deepest = 0;
  for (json::Scanner scan(json, 0); scan.peek() != '\0';) {
    const char c = scan.peek();
    depth += c == '{' || c == '[' ? 1 : 0;
    depth -= c == '}' || c == ']' ? 1 : 0;
    deepest = std::max(deepest, depth);
    c == '"' ? void(scan.string()) : scan.take();
  }
  return deepest;
}

}  // namespace

struct Document::Tree {
  std::string source;
  std::deque<Node> nodes;
  const Node* root = nullptr;
};

Document::Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text, const std::string& name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.size() > kMostBytes) {
    return fail(ErrorKind::usage, fmt::format("{}: it is larger than 4 MiB", escape_for_terminal(name)));
  }
  Document made;
  if (auto whole = std::make_shared<json::Json>(); begins_as_json(text) && !whole->parse(text)) {
    if (depth_of(text) > kMostDepth) {
      return fail(ErrorKind::usage, escape_for_terminal(name) + ": it nests too deep");
    }
    made.json_ = std::move(whole);
    made.text_ = text;
    return made;
  }
  text.remove_prefix(starts_with(text, kByteOrderMark) ? kByteOrderMark.size() : 0);
  auto tree = std::make_unique<Tree>();
  tree->source = text;
  YAML::Mark at;
  if (const std::size_t valid = utf8_valid_prefix(text); valid < text.size()) {
    at.pos = static_cast<int>(valid);
    return not_yaml(text, name, at, "not UTF-8");
  }
  // YAML 1.2.2 section 5.1 allows none; and by zero bytes yaml-cpp would take the text for UTF-16.
  const auto* const control = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  if (control != text.end()) {
    at.pos = static_cast<int>(control - text.begin());
    return not_yaml(text, name, at, "a control character");
  }
  // yaml-cpp throws, and what its events call has no other way out of it.
  try {
    std::istringstream stream(tree->source);
    YAML::Parser parser(stream);
    Builder builder(tree->nodes);
    while (parser.HandleNextDocument(builder)) {
    }
    tree->root = builder.root();
    made.text_ = tree->root == nullptr ? "null" : Expander().run(*tree->root);
  } catch (const YAML::Exception& error) {
    return not_yaml(text, name, error.mark, error.msg);
  } catch (const Refused& refused) {
    return not_yaml(text, name, refused.mark, refused.why);
  }
  const auto parsed = json::parse_file(made.text_, name, ErrorKind::internal);
  WHYDROP_TRY(parsed);
  made.json_ = *parsed;
  made.tree_ = std::move(tree);
  return made;
}

std::optional<json::Place> Document::place(std::string_view pointer) const {
  if (!tree_) {
    return json::locate(text_, pointer);
  }
  const Node* at = tree_->root;
  json::Steps steps(pointer);
  std::size_t merges = 0;
  while (at != nullptr && steps.next()) {
    const Node* next = nullptr;
    if (at->kind == Node::Kind::list) {
      const auto index = steps.index();
      next = index && *index < at->items.size() ? at->items[*index] : nullptr;
    } else if (at->kind == Node::Kind::map) {
      const Members members(*at, merges);
      for (const auto& [name, member] : members.all()) {
        next = name == steps.step() ? member : next;
      }
    }
    at = next;
  }
  const bool empty = tree_->root == nullptr && pointer.empty();
  if (empty || at == nullptr || !steps.well_formed()) {
    return empty ? std::optional(json::Place()) : std::nullopt;
  }
  return json::place_of(tree_->source, static_cast<std::size_t>(std::max(at->mark.pos, 0)));
}

}  // namespace whydrop::yaml
