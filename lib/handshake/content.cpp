#include "handshake/content.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace whydrop::handshake {
namespace {

struct Coding {
  std::string_view name;
  Uncoded (*uncode)(std::string_view bytes, std::size_t most);
};

constexpr std::array<Coding, 6> kCodings{{{"chunked", uncode_chunked},
                                          {"gzip", uncode_gzip},
                                          {"x-gzip", uncode_gzip},
                                          {"deflate", uncode_deflate},
                                          {"br", uncode_brotli},
                                          {"identity", nullptr}}};

/// Codings in the order in which they are taken off: the last one that was put on comes first.
std::vector<std::string_view> codings_of(const Head& head) {
  std::vector<std::string_view> names;
  for (const std::string_view field : {"Transfer-Encoding", "Content-Encoding"}) {
    auto values = list_values(head, field);
    names.insert(names.end(), values.rbegin(), values.rend());
  }
  return names;
}

const Coding* find_coding(std::string_view name) {
  const auto* found =
      std::find_if(kCodings.begin(), kCodings.end(), [name](const Coding& it) { return same_caseless(it.name, name); });
  return found == kCodings.end() ? nullptr : found;
}

/// True where going on makes sense: something came out, and no fault stands but that the bytes ended early.
bool take_off(const Coding& coding, bool whole, std::size_t most, DecodedBody& body) {
  Uncoded made = coding.uncode(body.content, most);
  if (!made.fault.empty() && (whole || !made.early)) {
    body.fault = std::string(coding.name) + ": " + made.fault;
  }
  if (!made.fault.empty() && made.content.empty()) {
    return false;  // what came is shown as it came
  }
  body.content = std::move(made.content);
  body.codings.append(body.codings.empty() ? "" : ", ").append(coding.name);
  return body.fault.empty() || made.early;
}

}  // namespace

DecodedBody decode_body(const Head& head, std::string_view bytes, bool whole, std::size_t most) {
  DecodedBody body{std::string(bytes), {}, {}};
  for (const std::string_view name : codings_of(head)) {
    const Coding* coding = find_coding(name);
    if (coding == nullptr) {
      body.fault = std::string(name) + ": not a coding that is known here";
      break;
    }
    if (coding->uncode != nullptr && !body.content.empty() && !take_off(*coding, whole, most, body)) {
      break;
    }
  }
  body.content.resize(std::min(body.content.size(), most));
  return body;
}

}  // namespace whydrop::handshake
