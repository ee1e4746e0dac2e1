#pragma once

// The TX collection of one transaction. Members that a rule names have a slot from the compiler;
// others, whose names macros make, get the slots behind those. Sums stay numbers: their text is
// made when somebody reads it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/engine/internal/name_index.hpp"

namespace yagura::waf::internal {

class TxStore {
 public:
  // Names made by macros; past it they are refused (find_or_add gives kNone).
  static constexpr std::size_t kMaxDynamic = 65'536;

  // Nothing is set. Both references are kept until the next begin().
  void begin(const RuleSet& rules, core::Arena& arena);

  // `name` in any case. kNone: never set by that name.
  [[nodiscard]] std::uint32_t find(std::string_view name);
  [[nodiscard]] std::uint32_t find_or_add(std::string_view name);

  [[nodiscard]] std::size_t slot_count() const { return entries_.size(); }
  [[nodiscard]] std::string_view name(std::uint32_t slot) const;
  // Something was set since begin(), even if it is not any more.
  [[nodiscard]] bool is_touched() const { return touched_; }
  [[nodiscard]] bool is_set(std::uint32_t slot) const {
    return entries_[slot].generation == generation_;
  }
  // Empty and 0 where it is not set.
  [[nodiscard]] std::string_view text(std::uint32_t slot);
  [[nodiscard]] std::int64_t number(std::uint32_t slot);

  void set_text(std::uint32_t slot, std::string_view text);  // `text` lives in the arena or longer
  void set_number(std::uint32_t slot, std::int64_t number);
  void unset(std::uint32_t slot);

  // Between these two every change is remembered, and then undone: for rules that set nothing.
  void begin_trial() { trial_ = true; }
  void undo_trial();

 private:
  struct Entry {
    std::string_view text;
    std::int64_t number = 0;
    std::uint32_t generation = 0;  // set where it is the store's
    bool has_text = false, has_number = false;
  };
  struct Change {
    std::uint32_t slot;
    Entry before;
  };
  void remember(std::uint32_t slot) {
    touched_ = true;
    if (trial_) changes_.push_back({slot, entries_[slot]});
  }
  [[nodiscard]] std::string_view lowered(std::string_view name);

  const RuleSet* rules_ = nullptr;
  core::Arena* arena_ = nullptr;
  std::vector<Entry> entries_;
  NameIndex dynamic_;
  std::uint32_t generation_ = 0;
  bool trial_ = false;
  bool touched_ = false;
  std::vector<Change> changes_;
  std::string lower_;
};

}  // namespace yagura::waf::internal
