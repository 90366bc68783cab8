#include "base/text.hpp"
#include "base/try.hpp"
#include "json/node.hpp"
#include "json/pointer.hpp"
#include "json/tree.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace whydrop::json {
namespace {

using rapidjson::Document;

constexpr std::size_t kMostShown = 60;

tl::unexpected<Error> cannot_set(std::string_view pointer, const std::string& why, std::string hint = {}) {
  return fail(ErrorKind::usage, "cannot set " + std::string(pointer) + ": " + why, std::move(hint));
}

Node string_node(std::string_view text, Document& tree) {
  return Node(text.data(), static_cast<rapidjson::SizeType>(text.size()), tree.GetAllocator());
}

Node* member_or_new(Node& object, std::string_view key, Document& tree) {
  for (auto member = object.MemberEnd(); member != object.MemberBegin();) {
    --member;
    if (text_of(member->name) == key) {
      return &member->value;
    }
  }
  object.AddMember(string_node(key, tree), Node(rapidjson::kObjectType), tree.GetAllocator());
  return &(object.MemberEnd() - 1)->value;
}

Result<Node*> item_or_new(Node& array, const Steps& steps, std::string_view pointer, Document& tree) {
  if (steps.step() == "-") {
    array.PushBack(Node(rapidjson::kObjectType), tree.GetAllocator());
    return &array[array.Size() - 1];
  }
  const auto index = steps.index();
  if (!index) {
    return cannot_set(pointer,
                      "'" + std::string(steps.step()) + "' is no index of the array there",
                      "items are numbered from 0; - appends one");
  }
  if (*index >= array.Size()) {
    return cannot_set(
        pointer, "the array there ends before it; its items: " + std::to_string(array.Size()), "- appends one");
  }
  return &array[static_cast<rapidjson::SizeType>(*index)];
}

Result<Node*> walk(Document& tree, std::string_view pointer) {
  Node* here = &tree;
  Steps steps(pointer);
  if (static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/')) > kMaxDepth) {
    return cannot_set(elide(pointer, kMostShown), "too deep");
  }
  for (std::string parent; steps.next(); parent = steps.walked()) {
    if (here->IsArray()) {
      const auto item = item_or_new(*here, steps, pointer, tree);
      if (!item) {
        return item;
      }
      here = *item;
    } else if (here->IsObject()) {
      here = member_or_new(*here, steps.step(), tree);
    } else {
      const auto type = name(value_of(*here).type());
      const std::string what = parent.empty() ? "the message" : parent;
      return cannot_set(pointer, what + " is neither object nor array but " + std::string(type));
    }
  }
  if (!steps.well_formed()) {
    return cannot_set(
        pointer, "not a JSON Pointer", "it begins with /, and ~ is written ~0, / ~1, as in /routing/queueId");
  }
  return here;
}

std::string written(const Document& tree) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  tree.Accept(writer);
  return {out.GetString(), out.GetSize()};
}

}  // namespace

Result<std::string> with(std::string_view text, std::string_view pointer, std::string_view value) {
  Document tree, given(&tree.GetAllocator());
  if (const Fault fault = parse_tree(text, tree); !fault.why.empty()) {
    return cannot_set(pointer, "the text is not JSON: " + fault.why);
  }
  if (const Fault fault = parse_tree(value, given); !fault.why.empty()) {
    return cannot_set(pointer, "the value is not JSON: " + fault.why);
  }
  const auto place = walk(tree, pointer);
  WHYDROP_TRY(place);
  **place = static_cast<Node&>(given);
  return written(tree);
}

namespace {

Node* find_step(Node& parent, const Steps& steps) {
  if (parent.IsArray()) {
    const auto index = steps.index();
    return index && *index < parent.Size() ? &parent[static_cast<rapidjson::SizeType>(*index)] : nullptr;
  }
  if (parent.IsObject()) {
    for (auto member = parent.MemberEnd(); member != parent.MemberBegin();) {
      --member;
      if (text_of(member->name) == steps.step()) {
        return &member->value;
      }
    }
  }
  return nullptr;
}

/// All members of that name, as a reader takes the last of equal ones.
void erase_child(Node& parent, const Node* child, std::string_view key) {
  if (parent.IsArray()) {
    parent.Erase(parent.Begin() + (child - parent.Begin()));
    return;
  }
  for (auto member = parent.MemberBegin(); member != parent.MemberEnd();) {
    member = text_of(member->name) == key ? parent.EraseMember(member) : member + 1;
  }
}

}  // namespace

Result<std::string> without(std::string_view text, std::string_view pointer) {
  const auto cannot = [&](const std::string& why) {
    return fail(ErrorKind::usage, fmt::format("cannot remove {}: {}", elide(pointer, kMostShown), why));
  };
  Document tree;
  if (const Fault fault = parse_tree(text, tree); !fault.why.empty()) {
    return cannot("the text is not JSON: " + fault.why);
  }
  Node *parent = nullptr, *here = &tree;
  Steps steps(pointer);
  std::string key;
  while (steps.next()) {
    key = steps.step();
    parent = std::exchange(here, find_step(*here, steps));
    if (here == nullptr) {
      return cannot("nothing stands there");
    }
  }
  if (parent == nullptr || !steps.well_formed()) {
    return cannot("it is no member and no item");
  }
  erase_child(*parent, here, key);
  return written(tree);
}

}  // namespace whydrop::json
