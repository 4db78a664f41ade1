// A random generator whose numbers are the same on every machine (std's distributions are not).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace quadrant {

// xoshiro256** seeded by splitmix64 (Blackman and Vigna, prng.di.unimi.it).
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  // An independent stream named by a label: adding a draw to one stream leaves the others alone.
  Rng(std::uint64_t seed, std::string_view stream);

  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound), without modulo bias
  double uniform();                          // [0, 1)
  double normal();                           // mean 0, variance 1 (Box-Muller)

  template <class T>
  void shuffle(std::vector<T>& values) {  // Fisher-Yates
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  using State = std::array<std::uint64_t, 4>;
  const State& state() const { return state_; }

 private:
  State state_;
};

}  // namespace quadrant
