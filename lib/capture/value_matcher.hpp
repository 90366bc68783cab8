#pragma once

#include "capture/found.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Finds given secret values in bytes that come in pieces, also as they stand in JSON (\", \/, /) and in a query
/// or a form (percent-encoded), in base64 of either alphabet at any place, and in hex. One automaton for all of them
/// (Aho and Corasick), behind a filter that skips nearly all bytes.
class ValueMatcher {
 public:
  /// Where matching stands between two pieces.
  using State = std::uint32_t;

  void add(const std::string& variable, const std::string& value);
  bool empty() const { return patterns_.empty(); }

  /// Adds what it finds in `piece` to `found`. Unless `last`, also the beginning of a value at the end of `piece` but
  /// its first three bytes: by the time that the rest comes, this piece has been shown.
  void scan(std::string_view piece, State& state, bool last, std::vector<Found>& found) const;

 private:
  struct Pattern {
    std::string variable, bytes;
  };
  // A value may be as long as a message: a node is small, and nearly all have one child.
  struct Node {
    State child = 0, sibling = 0;  ///< the first below; the next of the same parent. 0: none
    State fallback = 0;
    std::uint32_t depth = 0;
    std::int32_t match = -1;     ///< the longest pattern that ends here
    std::uint32_t shortest = 0;  ///< size of the shortest pattern through here; 0: not known yet
    unsigned char byte = 0;      ///< that leads here
  };

  void add_form(const std::string& variable, std::string bytes);
  void build();
  void insert(std::int32_t index);
  void link();
  /// Below `at` by `byte`; 0 if there is none.
  State below(State at, unsigned char byte) const;
  /// Where `byte` leads from `at`.
  State step(State at, unsigned char byte) const;
  std::string variable_below(State state) const;
  bool may_begin_near(std::string_view piece, std::size_t probe) const;
  void scan_whole(std::string_view piece, std::vector<Found>& found) const;
  void add_match(std::string_view piece, std::size_t end, State state, std::vector<Found>& found) const;
  void add_found(std::string_view piece,
                 std::size_t end,
                 std::size_t length,
                 std::int32_t pattern,
                 std::vector<Found>& found) const;

  std::vector<Pattern> patterns_;
  std::vector<Node> nodes_;
  std::array<State, 256> first_{};  ///< below the root
  std::vector<bool> probes_;        ///< by a hash: every kProbe neighbours in the first window_ bytes of a pattern
  std::size_t window_ = 0;
};

}  // namespace whydrop::capture
