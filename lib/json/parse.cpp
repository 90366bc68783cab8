#include "base/text_scan.hpp"
#include "base/utf8.hpp"
#include "json/indexed_reader.hpp"
#include "json/node.hpp"
#include "json/tree.hpp"
#include "json/yaml.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::json {
namespace {

constexpr std::size_t kFirstPool = 16U << 10, kMostKeptPool = 4U << 20;
/// An index takes half the text's size.
constexpr std::size_t kMostIndexed = 4U << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Memory of the tree's builder that outlives a parse: RapidJSON frees its own after each.
class KeptAllocator {
 public:
  // NOLINTBEGIN(readability-identifier-naming)
  void* Malloc(std::size_t size) { return Realloc(nullptr, 0, size); }
  void* Realloc(void* /*original*/, std::size_t /*original_size*/, std::size_t size) {
    kept_.resize(std::max(kept_.size(), size));
    return kept_.data();
  }
  static void Free(void* /*block*/) {}
  // NOLINTEND(readability-identifier-naming)

 private:
  std::vector<char> kept_;
};

using Pool = rapidjson::MemoryPoolAllocator<>;
using Tree = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, KeptAllocator>;

}  // namespace

struct Json::Impl {
  using Indexed = IndexedReader<Tree>;

  std::vector<char> text, memory;
  std::vector<TextBlock> blocks;
  std::vector<Indexed::Level> open;
  std::optional<Pool> pool;
  KeptAllocator stack_memory;
  std::optional<Tree> tree;
  rapidjson::Reader reader;
  std::vector<Fault> losses;

  void make_tree(std::size_t size) {
    tree.reset();
    pool.reset();
    memory.resize(size);
    pool.emplace(memory.data(), memory.size(), memory.size());
    tree.emplace(&*pool, 1024, &stack_memory);
  }

  /// Most texts that might be JSON are looked at and are none: memory is taken with the first.
  Tree& held() {
    if (!tree) {
      make_tree(kFirstPool);
    }
    return *tree;
  }

  /// Forgets the last text. A pool that was too small for it is made larger.
  void clear() {
    losses.clear();
    held();
    tree->SetNull();
    const std::size_t used = pool->Size();
    pool->Clear();
    if (used > memory.size() && memory.size() < kMostKeptPool) {
      make_tree(std::min(used * 2, kMostKeptPool));
    }
  }

  void copy(std::string_view given) {
    text.resize(std::max(text.size(), given.size() + Indexed::kPad));
    std::copy(given.begin(), given.end(), text.begin());
    text[given.size()] = '\0';
  }

  /// True if the text is JSON that can be held, and was read. False says nothing: parse_text() decides then.
  bool read_indexed(std::string_view given) {
    if (given.size() > kMostIndexed) {
      return false;
    }
    copy(given);
    blocks.resize(std::max(blocks.size(), text_blocks(given.size())));
    bool whole = best_text_kernel().scan(given, blocks.data());
    const auto generate = [&](Tree& target) {
      whole = whole && Indexed(text.data(), given.size(), blocks.data(), open, reader, target).read();
      return whole;
    };
    tree->Populate(generate);
    return whole && find_lone_surrogate(given) == std::string_view::npos;
  }

  std::optional<Fault> parse_text(std::string_view given) {
    bool lost = false;
    auto fault = parse_once(given, lost);
    if (lost || (!fault && find_lone_surrogate(given) != std::string_view::npos)) {
      Holdable held = holdable(given);
      fault = parse_once(held.text, lost);
      losses = std::move(held.losses);
    }
    return fault;
  }

  /// `lost`: it ended at what is JSON and cannot be held.
  std::optional<Fault> parse_once(std::string_view given, bool& lost) {
    copy(given);
    rapidjson::InsituStringStream stream(text.data());
    std::optional<Fault> fault;
    const auto generate = [&](Tree& target) {
      DepthLimit<Tree> limit(target);
      const auto result = reader.Parse<kInPlaceFlags>(stream, limit);
      lost = is_loss(result);
      if (result.IsError()) {
        fault = fault_of(result, given, limit.too_deep());
      }
      return !result.IsError();
    };
    tree->Populate(generate);
    if (!fault && stream.Tell() < given.size()) {
      fault = Fault{stream.Tell(), "a zero byte"};
    }
    return fault;
  }
};

Json::Json() : impl_(std::make_unique<Impl>()) {}
Json::~Json() = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(Json&&) noexcept = default;

std::optional<Fault> Json::parse(std::string_view text) {
  impl_->clear();
  const std::size_t mark = text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
  if (impl_->read_indexed(text.substr(mark))) {
    return std::nullopt;
  }
  const std::size_t valid = utf8_valid_prefix(text);
  if (valid < text.size()) {
    return Fault{valid, "not UTF-8"};
  }
  auto fault = impl_->parse_text(text.substr(mark));
  if (fault) {
    fault->offset += mark;
    impl_->losses.clear();
    impl_->tree->SetNull();
  }
  for (Fault& loss : impl_->losses) {
    loss.offset += mark;
  }
  return fault;
}

Value Json::root() const {
  return value_of(impl_->held());
}

const std::vector<Fault>& Json::losses() const {
  return impl_->losses;
}

Result<std::shared_ptr<const Json>> parse_file(std::string_view text, const std::string& name, ErrorKind kind) {
  if (text.size() > kMostOfFile) {
    return fail(kind, name + ": it is larger than 64 MiB");
  }
  auto json = std::make_shared<Json>();
  if (const auto fault = json->parse(text)) {
    if (looks_like_yaml(text)) {
      return fail(kind, name + ": it is YAML, not JSON", "convert it, as with yq -o json");
    }
    const Place place = place_of(text, fault->offset);
    return fail(kind, fmt::format("{}:{}:{}: not JSON: {}", name, place.line, place.column, fault->why));
  }
  return std::shared_ptr<const Json>(std::move(json));
}

}  // namespace whydrop::json
