#include "base/text.hpp"
#include "base/try.hpp"
#include "json/node.hpp"
#include "json/pointer.hpp"
#include "json/tree.hpp"

#include <algorithm>

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
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  tree.Accept(writer);
  return std::string(out.GetString(), out.GetSize());
}

}  // namespace whydrop::json
