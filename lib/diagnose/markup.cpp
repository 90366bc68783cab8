#include "diagnose/markup.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace whydrop::diagnose {

namespace {

struct Entity {
  std::string_view name, text;
};
constexpr std::array<Entity, 8> kEntities{{{"&amp;", "&"},
                                           {"&lt;", "<"},
                                           {"&gt;", ">"},
                                           {"&quot;", "\""},
                                           {"&apos;", "'"},
                                           {"&#39;", "'"},
                                           {"&#x27;", "'"},
                                           {"&nbsp;", " "}}};

}  // namespace

std::string text_of_markup(std::string_view markup) {
  std::string text;
  for (std::size_t i = 0; i < markup.size(); ++i) {
    const auto* entity = std::find_if(
        kEntities.begin(), kEntities.end(), [&](const Entity& it) { return starts_with(markup.substr(i), it.name); });
    std::string_view piece = markup.substr(i, 1);
    if (piece == "<") {
      i = std::min(markup.find('>', i), markup.size());
      piece = " ";
    } else if (entity != kEntities.end()) {
      piece = entity->text;
      i += entity->name.size() - 1;
    }
    const bool blank = std::isspace(static_cast<unsigned char>(piece.front())) != 0;
    if (!blank) {
      text += piece;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  return std::string(trim(text));
}

}  // namespace whydrop::diagnose
