#include "fieldguide/names.hpp"

#include <fmt/format.h>

namespace whydrop::fieldguide {

std::string_view name(Kind kind) {
  return name_of(kind);
}

std::string_view name(Trigger trigger) {
  return name_of(trigger);
}

std::string_view name(Ending ending) {
  return name_of(ending);
}

std::string_view name(Place place) {
  return name_of(place);
}

std::string outcome(const Entry& entry) {
  switch (entry.ending) {
  case Ending::close:
    return entry.code ? fmt::format("Close {}", *entry.code) : "an empty Close";
  case Ending::fin:
    return "FIN without a Close";
  case Ending::rst:
    return "RST without a Close";
  case Ending::refused:
    return fmt::format("HTTP {}", entry.status);
  case Ending::silence:
    return "no answer";
  case Ending::none:
    break;
  }
  return {};
}

std::string origin(const Entry& entry) {
  const Source& source = entry.source;
  const std::string note = source.note.empty() ? "" : fmt::format("; {}", source.note);
  return source.measured
             ? fmt::format("measured with {}{}", source.version, note)
             : fmt::format(
                   "read in {}{}{}{}", source.where, source.version.empty() ? "" : " of ", source.version, note);
}

}  // namespace whydrop::fieldguide
