#pragma once

#include "isolate/trial.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace whydrop::isolate {

/// Searches the one part without which a session drops less often, where no single run proves anything: each run shifts
/// how likely each part is to be the cause, and the next one leaves out half of that likelihood (M. Horstein,
/// "Sequential Transmission Using Noiseless Feedback", 1963). How often sessions drop with the cause and without it is
/// not known beforehand: all pairs of a grid are weighed with it.
class NoisySearch {
 public:
  /// `parts` must outlive it; `candidates`, ascending, are those that may be the cause.
  NoisySearch(const std::vector<Part>& parts, std::vector<std::size_t> candidates);

  /// What the next run is to leave out; nothing, where nothing can be.
  std::vector<std::size_t> next() const;
  /// How a run without these came out; null: it said nothing.
  void add(const std::vector<std::size_t>& left_out, std::optional<bool> dropped);
  /// The part that is the cause with at least this likelihood, by all runs so far.
  std::optional<std::size_t> decided(double confidence) const;
  /// How likely it is that none of the parts is the cause.
  double none() const { return likely_.back(); }

 private:
  /// Shares of sessions that drop, with the cause and without it.
  struct Shares {
    double drops, lives;
  };
  static const std::vector<Shares>& grid();
  void weigh();

  const std::vector<Part>& parts_;
  std::vector<std::size_t> candidates_;
  std::vector<std::vector<double>> weights_;  ///< by candidate, and last by none of them; by place in the grid
  std::vector<double> likely_;                ///< the same, summed
  std::size_t silent_ = 0;                    ///< runs in a row that said nothing
};

}  // namespace whydrop::isolate
