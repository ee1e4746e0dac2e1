#include "sensor/analysis/profile/feature_table.hpp"

#include <utility>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::uint32_t kNone = 0xffffffff;

}  // namespace

std::uint32_t FeatureTable::position_of(std::string_view text) const {
  if (index_.empty()) return kNone;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = hash_text(text) & mask;; at = (at + 1) & mask) {
    if (index_[at] == 0) return kNone;
    if (features_[index_[at] - 1].text == text) return index_[at] - 1;
  }
}

const Feature* FeatureTable::find(std::string_view text) const {
  const std::uint32_t position = position_of(text);
  return position == kNone ? nullptr : &features_[position];
}

bool FeatureTable::add(std::string_view text, FeatureState state, std::uint32_t seen_s,
                       core::Arena& arena) {
  if (find(text) != nullptr) return false;
  if (features_.size() >= limit_) {
    is_full_ = true;
    return false;
  }
  features_.push_back({.text = arena.copy(text), .first_seen_s = seen_s, .state = state});
  if (state == FeatureState::kLearned) ++learned_;
  if (features_.size() * 2 > index_.size()) {
    grow_index();
  } else {
    insert_index(static_cast<std::uint32_t>(features_.size() - 1));
  }
  return true;
}

void FeatureTable::set_learned(std::string_view text) {
  const std::uint32_t position = position_of(text);
  if (position == kNone || features_[position].state == FeatureState::kLearned) return;
  features_[position].state = FeatureState::kLearned;
  ++learned_;
}

void FeatureTable::grow_index() {
  index_.assign(index_.empty() ? 8 : index_.size() * 2, 0);
  for (std::uint32_t i = 0; i < features_.size(); ++i) insert_index(i);
}

void FeatureTable::insert_index(std::uint32_t position) {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = hash_text(features_[position].text) & mask;
  while (index_[at] != 0) at = (at + 1) & mask;
  index_[at] = position + 1;
}

}  // namespace yagura::sensor
