// Internal: two sessions side by side.
#pragma once

#include "compare/pairing.hpp"

#include <deque>

namespace whydrop::compare {

/// Collects a comparison's rows.
class Rows {
 public:
  /// `fold`: as in Options.
  Rows(const Connection& a, const Connection& b, const Sides& sides, bool fold, std::vector<Row>& out)
      : a_(a), b_(b), sides_(sides), fold_(fold), out_(out) {}

  void add(const Step& step, bool differs);
  /// No more come.
  void finish();

 private:
  void wait(Row row);

  const Connection& a_;
  const Connection& b_;
  const Sides& sides_;
  bool fold_;
  std::vector<Row>& out_;
  std::size_t shown_ = 0;
  std::deque<Row> waiting_;
  std::uint64_t folded_ = 0;
};

}  // namespace whydrop::compare
