#include "waf/engine/internal/tx_values.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace yagura::waf::internal {

std::int64_t to_number(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r'))) ++i;
  if (i < text.size() && text[i] == '+') ++i;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return text[i] == '-' ? std::numeric_limits<std::int64_t>::min()
                          : std::numeric_limits<std::int64_t>::max();
  }
  return number;
}

void TxValues::reset(std::size_t slots) {
  slots_.assign(slots, Entry{});
  dynamic_.clear();
}

std::string_view TxValues::text(Entry& entry, core::Arena& arena) {
  if (entry.kind == Kind::kNumber && entry.text.empty()) {
    std::array<char, 24> digits{};
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), entry.number);
    entry.text = arena.copy({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  return entry.text;
}

void TxValues::add(Entry& entry, std::int64_t delta) {
  const std::int64_t before = entry.kind == Kind::kText ? to_number(entry.text) : entry.number;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(before, delta, &sum)) {
    sum = delta > 0 ? std::numeric_limits<std::int64_t>::max()
                    : std::numeric_limits<std::int64_t>::min();
  }
  entry = {.text = {}, .number = sum, .kind = Kind::kNumber};
}

void TxValues::set(std::uint32_t slot, std::string_view text) {
  slots_[slot] = {.text = text, .number = 0, .kind = Kind::kText};
}

bool TxValues::set(std::string_view name, std::string_view text) {
  auto found = dynamic_.find(name);
  if (found == dynamic_.end()) {
    if (dynamic_.size() >= kMaxDynamic) return false;
    found = dynamic_.emplace(name, Entry{}).first;
  }
  found->second = {.text = text, .number = 0, .kind = Kind::kText};
  return true;
}

bool TxValues::add(std::string_view name, std::int64_t delta) {
  auto found = dynamic_.find(name);
  if (found == dynamic_.end()) {
    if (dynamic_.size() >= kMaxDynamic) return false;
    found = dynamic_.emplace(name, Entry{}).first;
  }
  add(found->second, delta);
  return true;
}

void TxValues::unset(std::string_view name) {
  const auto found = dynamic_.find(name);
  if (found != dynamic_.end()) dynamic_.erase(found);
}

std::string_view TxValues::text(std::string_view name, core::Arena& arena) {
  const auto found = dynamic_.find(name);
  return found == dynamic_.end() ? std::string_view{} : text(found->second, arena);
}

}  // namespace yagura::waf::internal
