#include "schema/uri.hpp"

#include "base/percent.hpp"

#include <algorithm>
#include <cctype>

namespace whydrop::schema {
namespace {

std::size_t scheme_size(std::string_view uri) {
  const std::size_t end = uri.find_first_of(":/?#");
  if (end == std::string_view::npos || end == 0 || uri[end] != ':') {
    return 0;
  }
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.'; };
  const bool is_scheme = std::isalpha(static_cast<unsigned char>(uri[0])) != 0 &&
                         std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(end), fits);
  return is_scheme ? end + 1 : 0;
}

/// Cuts the first `size` bytes off.
std::string_view cut(std::string_view& text, std::size_t size) {
  const std::string_view front = text.substr(0, size);
  text.remove_prefix(front.size());
  return front;
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  const bool absolute = !path.empty() && path.front() == '/';
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = cut(path, end);
    const std::string_view name = segment.substr(segment.front() == '/' ? 1 : 0);
    if (name == "..") {
      out.erase(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    }
    if (name != "." && name != "..") {
      out += segment;
    } else if (path.empty() && !out.empty()) {
      out += '/';
    }
  }
  if (!absolute && !out.empty() && out.front() == '/') {
    out.erase(0, 1);
  }
  return absolute && out.empty() ? "/" : out;
}

std::string merge(const UriParts& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) {
    return "/" + std::string(path);
  }
  const std::size_t slash = base.path.rfind('/');
  return std::string(base.path.substr(0, slash == std::string_view::npos ? 0 : slash + 1)) + std::string(path);
}

std::string joined(std::initializer_list<std::string_view> texts) {
  std::string out;
  for (const std::string_view text : texts) {
    out += text;
  }
  return out;
}

}  // namespace

UriParts parts_of(std::string_view uri) {
  UriParts parts;
  parts.scheme = cut(uri, scheme_size(uri));
  if (uri.substr(0, 2) == "//") {
    parts.authority = cut(uri, std::min(uri.find_first_of("/?#", 2), uri.size()));
  }
  parts.path = cut(uri, std::min(uri.find_first_of("?#"), uri.size()));
  parts.query = cut(uri, std::min(uri.find('#'), uri.size()));
  parts.fragment = uri;
  return parts;
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const UriParts from = parts_of(base), to = parts_of(reference);
  if (!to.scheme.empty()) {
    return joined({to.scheme,
                   to.authority,
                   to.authority.empty() ? std::string(to.path) : remove_dot_segments(to.path),
                   to.query,
                   to.fragment});
  }
  if (!to.authority.empty()) {
    return joined({from.scheme, to.authority, remove_dot_segments(to.path), to.query, to.fragment});
  }
  if (to.path.empty()) {
    return joined({from.scheme, from.authority, from.path, to.query.empty() ? from.query : to.query, to.fragment});
  }
  const std::string path = to.path.front() == '/' ? std::string(to.path) : merge(from, to.path);
  return joined({from.scheme, from.authority, remove_dot_segments(path), to.query, to.fragment});
}

std::string_view without_fragment(std::string_view uri) {
  return uri.substr(0, uri.find('#'));
}

std::string fragment_of(std::string_view uri) {
  const std::size_t hash = uri.find('#');
  return hash == std::string_view::npos ? "" : percent_decoded(uri.substr(hash + 1));
}

}  // namespace whydrop::schema
