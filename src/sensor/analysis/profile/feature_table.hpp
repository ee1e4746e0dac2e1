#pragma once

// The texts of one kind that a profile knows: 24 bytes each and the text itself.

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/arena.hpp"

namespace yagura::sensor {

enum class FeatureState : std::uint8_t {
  kLearned,
  kNew,  // seen after learning: alerted once, waits to be accepted
};

struct Feature {
  std::string_view text;           // in the profile's arena
  std::uint32_t first_seen_s = 0;  // seconds since 1970
  FeatureState state = FeatureState::kLearned;
};

// Not thread-safe. Order is that of adding.
class FeatureTable {
 public:
  explicit FeatureTable(std::uint32_t limit = 0) : limit_(limit) {}

  // O(1).
  [[nodiscard]] const Feature* find(std::string_view text) const;
  // False: it is full (is_full() from then on), or the text is there. Copies the text into `arena`,
  // which must outlive the table.
  bool add(std::string_view text, FeatureState state, std::uint32_t seen_s, core::Arena& arena);
  void set_learned(std::string_view text);

  [[nodiscard]] const std::vector<Feature>& all() const { return features_; }
  [[nodiscard]] std::size_t size() const { return features_.size(); }
  [[nodiscard]] std::size_t learned() const { return learned_; }
  [[nodiscard]] std::uint32_t limit() const { return limit_; }
  // Something did not fit: that a text is not here says nothing any more.
  [[nodiscard]] bool is_full() const { return is_full_; }
  void mark_full() { is_full_ = true; }

 private:
  [[nodiscard]] std::uint32_t position_of(std::string_view text) const;
  void grow_index();
  void insert_index(std::uint32_t position);

  std::vector<Feature> features_;
  std::vector<std::uint32_t> index_;  // positions + 1, open addressing; a power of two
  std::uint32_t limit_;
  std::uint32_t learned_ = 0;
  bool is_full_ = false;
};

}  // namespace yagura::sensor
