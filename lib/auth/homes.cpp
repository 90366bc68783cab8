#include "auth/homes.hpp"

#include "auth/private_file.hpp"
#include "base/hex.hpp"
#include "base/try.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace whydrop::auth {
namespace {

constexpr std::size_t kKeySize = 32, kDigestSize = 16;

PrivateFile record_at(const std::string& path) {
  return {"record of homes", path, "remove it: it is made anew, and no value has a known home then"};
}

std::string new_key(const std::function<std::uint32_t()>& random) {
  std::string key;
  while (key.size() < kKeySize) {
    const std::uint32_t bits = random();
    for (unsigned shift = 0; shift < 32; shift += 8) {
      key += static_cast<char>(bits >> shift & 0xFFU);
    }
  }
  return key;
}

std::optional<std::vector<std::string>> read_origins(json::Value value) {
  std::vector<std::string> origins;
  for (std::size_t i = 0; value.is(json::Type::array) && i < value.size(); ++i) {
    const auto origin = value.item(i);
    if (!origin.is(json::Type::string)) {
      return std::nullopt;
    }
    origins.emplace_back(origin.string());
  }
  return origins.empty() ? std::nullopt : std::optional(std::move(origins));
}

}  // namespace

Result<Homes> Homes::open(const std::string& path, const std::function<std::uint32_t()>& random) {
  Homes homes;
  homes.path_ = path;
  const PrivateFile file = record_at(path);
  const auto text = file.read();
  WHYDROP_TRY(text);
  if (!*text) {
    homes.key_ = new_key(random);
    return homes;
  }
  auto parsed = json::parse_file(**text, path, ErrorKind::local);
  WHYDROP_TRY(parsed);
  const json::Value root = (*parsed)->root();
  const auto key = root.find("key");
  const auto rows = root.find("homes");
  auto bytes = key && key->is(json::Type::string) ? hex_decode(key->string()) : std::nullopt;
  if (!root.find("whydrop_homes") || !bytes || bytes->size() != kKeySize || !rows || !rows->is(json::Type::object)) {
    return file.cannot("read", "it is no record of this version", "remove it");
  }
  homes.key_ = std::move(*bytes);
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto [digest, value] = rows->member(i);
    auto origins = read_origins(value);
    if (!origins) {
      return file.cannot("read", fmt::format("{} has no list of origins", digest), "remove it");
    }
    homes.rows_.push_back({std::string(digest), std::move(*origins)});
  }
  return homes;
}

std::string Homes::digest_of(std::string_view value) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(),
       key_.data(),
       static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(value.data()),
       value.size(),
       digest.data(),
       &size);
  return hex_encode({reinterpret_cast<const char*>(digest.data()), kDigestSize});
}

std::vector<std::string> Homes::of(std::string_view value) const {
  const auto row = std::find_if(
      rows_.begin(), rows_.end(), [digest = digest_of(value)](const Row& r) { return r.digest == digest; });
  return row == rows_.end() ? std::vector<std::string>() : row->origins;
}

bool Homes::add(std::string_view value, const std::string& origin) {
  const std::string digest = digest_of(value);
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& r) { return r.digest == digest; });
  if (row == rows_.end()) {
    if (rows_.size() == kMostValues) {
      rows_.erase(rows_.begin());
    }
    rows_.push_back({digest, {origin}});
    return true;
  }
  auto& origins = row->origins;
  if (std::find(origins.begin(), origins.end(), origin) != origins.end()) {
    return false;
  }
  if (origins.size() == kMostOrigins) {
    origins.erase(origins.begin());
  }
  origins.push_back(origin);
  return true;
}

Result<void> Homes::save() const {
  std::string text = fmt::format("{{\n  \"whydrop_homes\": 1,\n  \"key\": \"{}\",\n  \"homes\": {{", hex_encode(key_));
  const char* before = "\n    ";
  for (const Row& row : rows_) {
    text += fmt::format("{}\"{}\": [", before, row.digest);
    const char* comma = "";
    for (const std::string& origin : row.origins) {
      text += comma + json::quote(origin);
      comma = ", ";
    }
    text += ']';
    before = ",\n    ";
  }
  return record_at(path_).replace(text + "\n  }\n}\n");
}

}  // namespace whydrop::auth
