#pragma once

#include "isolate/trial.hpp"

#include <cstdint>
#include <optional>

namespace whydrop::isolate {

/// What two kinds of sessions do, and how often their difference may be told wrongly.
struct Rates {
  double drops = 0.95;  ///< share of the sessions with the cause that drop
  double lives = 0.05;  ///< share of those without it that drop all the same
  double alpha = 0.05;  ///< how often a session without the cause may be taken for one with it
  double beta = 0.05;   ///< … and the reverse
};

/// Whether a session has the cause, by as few runs as it takes: Wald's sequential probability ratio test
/// (A. Wald, "Sequential Tests of Statistical Hypotheses", 1945).
class Sprt {
 public:
  explicit Sprt(const Rates& rates) : rates_(rates) {}

  void add(bool dropped);
  /// True: it has the cause; false: it has not; null: more runs are needed.
  std::optional<bool> decided() const;

 private:
  Rates rates_;
  double ratio_ = 1;  ///< of the likelihoods; a product, since a logarithm would need libm
};

/// How likely it is that two sessions of one and the same kind came out at least so differently by chance: Fisher's
/// exact test, one side. `a` drops the more often.
double chance_of(const Count& a, const Count& b);

}  // namespace whydrop::isolate
