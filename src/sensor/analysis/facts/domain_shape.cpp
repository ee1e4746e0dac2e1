#include "sensor/analysis/facts/domain_shape.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace yagura::sensor {

namespace {

constexpr std::string_view kSecondLevels[] = {"ac", "co",  "com", "edu", "go",  "gob", "gov",
                                              "ne", "net", "nom", "or",  "org", "sch"};

// Offset of the label that ends before `end`, where `end` is the name's size or a dot's offset.
std::size_t label_before(std::string_view name, std::size_t end) {
  const std::size_t dot = end == 0 ? std::string_view::npos : name.rfind('.', end - 1);
  return dot == std::string_view::npos ? 0 : dot + 1;
}

}  // namespace

std::string_view registered_domain(std::string_view name) {
  const std::size_t top = label_before(name, name.size());
  if (top == 0) return name;
  const std::size_t second = label_before(name, top - 1);
  if (second == 0) return name;
  const bool is_country = name.size() - top == 2;
  const std::string_view label = name.substr(second, top - 1 - second);
  if (is_country && std::ranges::find(kSecondLevels, label) != std::end(kSecondLevels)) {
    return name.substr(label_before(name, second - 1));
  }
  return name.substr(second);
}

double text_entropy(std::string_view text) {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

}  // namespace yagura::sensor
