#pragma once

// The TX collection. Members that a rule names have a slot; the others, whose names are made at run
// time, stand in an ordered map (no hash that a client could aim at). Numbers stay numbers until
// somebody reads them as a text: scores are added to often and read rarely.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"

namespace yagura::waf::internal {

class TxValues {
 public:
  static constexpr std::size_t kMaxDynamic = 20'000;  // names that rules made from hostile bytes

  void reset(std::size_t slots);

  [[nodiscard]] bool is_set(std::uint32_t slot) const { return slots_[slot].kind != Kind::kUnset; }
  // Empty where not set. Rendered numbers live in `arena`.
  [[nodiscard]] std::string_view text(std::uint32_t slot, core::Arena& arena) {
    return text(slots_[slot], arena);
  }
  void set(std::uint32_t slot,
           std::string_view text);  // a view that outlives the transaction's use of it
  void add(std::uint32_t slot, std::int64_t delta) { add(slots_[slot], delta); }
  void unset(std::uint32_t slot) { slots_[slot] = {}; }

  // By lower-case name, for names without a slot. False: kMaxDynamic names are there already.
  bool set(std::string_view name, std::string_view text);
  bool add(std::string_view name, std::int64_t delta);
  void unset(std::string_view name);
  [[nodiscard]] bool is_set(std::string_view name) const { return dynamic_.contains(name); }
  [[nodiscard]] std::string_view text(std::string_view name, core::Arena& arena);
  template <typename Each>
  void for_each_dynamic(core::Arena& arena, Each&& each) {
    for (auto& [name, entry] : dynamic_) each(std::string_view(name), text(entry, arena));
  }

 private:
  enum class Kind : std::uint8_t { kUnset, kNumber, kText };
  struct Entry {
    std::string_view text;  // of a number: its rendering, empty until asked for
    std::int64_t number = 0;
    Kind kind = Kind::kUnset;
  };
  static std::string_view text(Entry& entry, core::Arena& arena);
  static void add(Entry& entry, std::int64_t delta);

  std::vector<Entry> slots_;
  std::map<std::string, Entry, std::less<>> dynamic_;
};

// As atoi reads: blanks, a sign, digits; 0 where there are none; saturating.
[[nodiscard]] std::int64_t to_number(std::string_view text);

}  // namespace yagura::waf::internal
