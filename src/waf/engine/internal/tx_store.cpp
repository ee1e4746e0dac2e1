#include "waf/engine/internal/tx_store.hpp"

#include <algorithm>
#include <charconv>

#include "waf/base/number.hpp"
#include "waf/seclang/ascii.hpp"

namespace yagura::waf::internal {

void TxStore::begin(const RuleSet& rules, core::Arena& arena) {
  rules_ = &rules;
  arena_ = &arena;
  dynamic_.clear();
  entries_.resize(rules.tx_names.size());
  trial_ = touched_ = false;
  changes_.clear();
  if (++generation_ == 0) {  // wrapped around: old marks would look like new ones
    std::fill(entries_.begin(), entries_.end(), Entry{});
    generation_ = 1;
  }
}

std::string_view TxStore::lowered(std::string_view name) {
  lower_.assign(name);
  std::transform(lower_.begin(), lower_.end(), lower_.begin(), seclang::to_lower);
  return lower_;
}

std::uint32_t TxStore::find(std::string_view name) {
  const std::string_view lower = lowered(name);
  const auto known = rules_->tx_slots.find(lower_);
  if (known != rules_->tx_slots.end()) return known->second;
  const std::uint32_t number = dynamic_.find(lower);
  return number == NameIndex::kAbsent
             ? kNone
             : static_cast<std::uint32_t>(rules_->tx_names.size()) + number;
}

std::uint32_t TxStore::find_or_add(std::string_view name) {
  const std::uint32_t found = find(name);
  if (found != kNone) return found;
  if (dynamic_.size() >= kMaxDynamic) return kNone;
  dynamic_.add(arena_->copy(lower_));
  entries_.emplace_back();
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

std::string_view TxStore::name(std::uint32_t slot) const {
  const std::size_t fixed = rules_->tx_names.size();
  return slot < fixed ? std::string_view(rules_->tx_names[slot])
                      : dynamic_.name(static_cast<std::uint32_t>(slot - fixed));
}

std::string_view TxStore::text(std::uint32_t slot) {
  Entry& entry = entries_[slot];
  if (entry.generation != generation_) return {};
  if (!entry.has_text) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, entry.number).ptr;
    entry.text = arena_->copy({digits, static_cast<std::size_t>(end - digits)});
    entry.has_text = true;
  }
  return entry.text;
}

std::int64_t TxStore::number(std::uint32_t slot) {
  Entry& entry = entries_[slot];
  if (entry.generation != generation_) return 0;
  if (!entry.has_number) {
    entry.number = number_of(entry.text);
    entry.has_number = true;
  }
  return entry.number;
}

void TxStore::set_text(std::uint32_t slot, std::string_view text) {
  remember(slot);
  entries_[slot] = {.text = text, .generation = generation_, .has_text = true};
}

void TxStore::set_number(std::uint32_t slot, std::int64_t number) {
  remember(slot);
  entries_[slot] = {.text = {},
                    .number = number,
                    .generation = generation_,
                    .has_text = false,
                    .has_number = true};
}

void TxStore::unset(std::uint32_t slot) {
  if (!is_set(slot)) return;
  remember(slot);
  entries_[slot] = {};
}

void TxStore::undo_trial() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    entries_[change->slot] = change->before;
  }
  changes_.clear();
  trial_ = false;
}

}  // namespace yagura::waf::internal
