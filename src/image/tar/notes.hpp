#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/visible_text.hpp"

namespace yagura::image {

// Sentences about what was not read, for a report. Bounded: hostile input can fill no memory with
// them; the last one then says how many more there were.
class Notes {
 public:
  static constexpr std::size_t kMaxKept = 20;

  void add(std::string sentence) {
    if (kept_.size() < kMaxKept) {
      kept_.push_back(std::move(sentence));
    } else {
      ++more_;
    }
  }
  [[nodiscard]] bool empty() const { return kept_.empty(); }
  // Empties it.
  [[nodiscard]] std::vector<std::string> take() {
    if (more_ > 0) kept_.push_back("and " + std::to_string(more_) + " more notes of this kind");
    more_ = 0;
    return std::exchange(kept_, {});
  }

 private:
  std::vector<std::string> kept_;
  std::size_t more_ = 0;
};

// A stranger's path for a sentence: visible, and not longer than a line.
[[nodiscard]] inline std::string shown_path(std::string_view path) {
  constexpr std::size_t kMost = 120;
  if (path.size() <= kMost) return '"' + core::visible(path) + '"';
  return '"' + core::visible(path.substr(0, kMost)) + "…\"";
}

}  // namespace yagura::image
