#include "kube/document.hpp"

#include <algorithm>
#include <mutex>

#include "core/check.hpp"

namespace yagura::kube {

// Offsets of the first byte of every line. A line ends with LF, CR LF or a lone CR, as YAML says
// (5.4).
struct Source::LineTable {
  std::once_flag made;
  std::vector<std::uint32_t> starts;

  void make(std::string_view text) {
    starts.push_back(0);
    for (std::size_t at = text.find_first_of("\r\n"); at != std::string_view::npos;
         at = text.find_first_of("\r\n", at)) {
      const bool pair = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
      at += pair ? 2 : 1;
      starts.push_back(static_cast<std::uint32_t>(at));
    }
  }
};

Source::Source(std::string name, std::string text, SourceFormat format)
    : name_(std::move(name)),
      text_(std::move(text)),
      format_(format),
      lines_(std::make_shared<LineTable>()) {}

Position Source::position(std::uint32_t offset) const {
  std::call_once(lines_->made, [this] { lines_->make(text_); });
  const std::vector<std::uint32_t>& starts = lines_->starts;
  const auto behind = std::upper_bound(starts.begin(), starts.end(), offset);
  const auto line = static_cast<std::uint32_t>(behind - starts.begin());
  return {.line = line, .column = offset - starts[line - 1] + 1};
}

}  // namespace yagura::kube
