#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace yagura::image::sbom {

// Gives each thing a name of its own: the one that is asked for, or that with a number. Linear in
// the names given out, whatever they look like.
class UniqueNames {
 public:
  explicit UniqueNames(std::string_view separator = "#") : separator_(separator) {}

  std::string claim(std::string name) {
    const auto [entry, is_new] = next_.try_emplace(name, 2);
    if (is_new) return name;
    for (std::size_t number = entry->second;; ++number) {
      std::string numbered = name + separator_ + std::to_string(number);
      if (next_.try_emplace(numbered, 2).second) {
        next_[name] = number + 1;
        return numbered;
      }
    }
  }

 private:
  std::string separator_;
  std::unordered_map<std::string, std::size_t> next_;  // the number to try next
};

}  // namespace yagura::image::sbom
