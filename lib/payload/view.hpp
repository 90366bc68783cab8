#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::payload {

struct ViewOptions {
  bool color = false;
};

/// One way to show a message. Total on arbitrary bytes; the result is safe for a terminal.
struct View {
  std::string_view name;  ///< "json", "text", "hex"
  bool (*matches)(std::string_view payload, bool text);
  std::string (*render)(std::string_view payload, const ViewOptions& options);
};

/// Every view; the first that matches is the best, and the last one matches anything.
const std::vector<View>& views();
const View& best_view(std::string_view payload, bool text);

/// A message by its best view.
std::string render(std::string_view payload, bool text, const ViewOptions& options);

/// Lines of offset, sixteen bytes in hex, and their ASCII, each ended by a newline. `indent` spaces before each.
std::string hex_dump(std::string_view bytes, std::size_t indent = 0);

/// "de ad be ef".
void append_spaced_hex(std::string& out, std::string_view bytes);

}  // namespace whydrop::payload
