#include "profile/glob.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::profile {

bool fits_glob(std::string_view text, std::string_view glob) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, mark = 0;
  while (at < text.size()) {
    if (in < glob.size() && glob[in] == '*') {
      star = in++;
      mark = at;
    } else if (in < glob.size() && glob[in] == text[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', in) == std::string_view::npos;
}

bool fits_url(const UrlParts& url, const std::vector<std::string>& globs) {
  const std::string whole = fmt::format("{}://{}{}", url.scheme, url.host, url.path);
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return fits_glob(whole, glob); });
}

}  // namespace whydrop::profile
