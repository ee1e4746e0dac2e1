#include "image/packages/java/manifest.hpp"

#include "image/packages/collect/path.hpp"

namespace yagura::image {

JarManifest::JarManifest(std::string_view text) {
  constexpr std::size_t kMostLines = 100'000;
  constexpr std::size_t kLongestValue = 4096;
  text = without_byte_order_mark(text);
  std::string* value = nullptr;
  for (std::size_t count = 0; count < kMostLines; ++count) {
    const auto line = next_line(text);
    if (!line || line->empty()) return;
    if (line->front() == ' ') {
      if (value != nullptr && value->size() < kLongestValue) value->append(line->substr(1));
      continue;
    }
    value = nullptr;
    const auto colon = line->find(':');
    if (colon == std::string_view::npos || colon > 200) continue;
    const std::string_view begin = line->substr(colon + 1);
    value = &(values_[ascii_lowered(line->substr(0, colon))] =
                  begin.substr(begin.starts_with(' ') ? 1 : 0));
  }
}

std::string_view JarManifest::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view() : trimmed(found->second);
}

}  // namespace yagura::image
