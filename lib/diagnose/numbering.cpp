#include "diagnose/numbering.hpp"

#include "diagnose/words.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace whydrop::diagnose {
namespace {

constexpr std::size_t kLookedAt = 256;  ///< bytes of a message
constexpr std::uint64_t kFirst = 8;     ///< messages in which a count shows, or not at all
constexpr std::uint64_t kSure = 5;      ///< steps of one that make numbers a count
constexpr std::uint64_t kMostOf = 8;    ///< of so many steps one may be a gap: with more it is another kind of number

constexpr std::string_view kCountNames[] = {
    "seq", "seqno", "seqnum", "seqnumber", "sequence", "sequenceno", "sequencenum", "sequencenumber"};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// `known`: the only one, or empty.
bool is_count(std::string_view name, std::string_view known) {
  return !known.empty()
             ? name == known
             : std::find(std::begin(kCountNames), std::end(kCountNames), letters_of(name)) != std::end(kCountNames);
}

/// The number that stands where `text` begins, as the whole value of a member; null where none does.
std::optional<std::uint64_t> number_at(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  std::uint64_t number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    number = number * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    if (++digits > kMostDigits) {
      return std::nullopt;
    }
  }
  const bool whole =
      digits > 0 && digits < text.size() && (text[digits] == ',' || text[digits] == '}' || is_blank(text[digits]));
  return whole ? std::optional(number) : std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  return text.substr(static_cast<std::size_t>(first - text.begin()));
}

struct Found {
  std::string_view name;
  std::uint64_t number = 0;
};

/// The first member by which messages are counted, of the name that is known already.
std::optional<Found> count_in(std::string_view text, std::string_view known) {
  for (std::size_t at = text.find("\"seq"); at != std::string_view::npos; at = text.find("\"seq", at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    const std::string_view name = rest.substr(0, rest.find('"'));
    std::string_view value = without_blanks(rest.substr(std::min(rest.size(), name.size() + 1)));
    if (!is_count(name, known) || value.empty() || value.front() != ':') {
      continue;
    }
    if (const auto number = number_at(without_blanks(value.substr(1)))) {
      return Found{name, *number};
    }
  }
  return std::nullopt;
}

}  // namespace

void Numbering::on_message(std::string_view payload, std::uint64_t seq) {
  if (over_) {
    return;
  }
  const auto found = count_in(payload.substr(0, kLookedAt), name_);
  over_ = !found && name_.empty() && ++looked_at_ >= kFirst;
  if (!found) {
    return;
  }
  if (name_.empty()) {
    name_ = found->name;
  }
  take(found->number, seq);
}

void Numbering::take(std::uint64_t number, std::uint64_t seq) {
  const auto before = std::exchange(last_, number);
  if (!before || number == *before) {
    return;  // what belongs together may have one number
  }
  if (number == *before + 1) {
    ++steps_;
  } else if (steps_ < kSure) {
    over_ = true;
  } else if (number > *before) {
    ++gaps_;
    missing_ += number - *before - 1;
    over_ = gaps_ > 1 && gaps_ > steps_ / kMostOf;
    first_gap_ = first_gap_ ? first_gap_ : Gap{*before, number, seq};
  }
}

std::optional<Numbering::Gap> Numbering::first_gap() const {
  return over_ ? std::nullopt : first_gap_;
}

}  // namespace whydrop::diagnose
