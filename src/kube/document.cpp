#include "kube/document.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace yagura::kube {

// How many lines begin before every kBlock-th byte, and where the last of them does: 8 bytes for
// 1024 of text, whatever its lines are like. The rest is counted when a position is asked for. A
// line ends with LF, CR LF or a lone CR, as YAML says (1.2.2, 5.4).
struct Source::LineTable {
  static constexpr std::size_t kBlock = 1024;
  struct Checkpoint {
    std::uint32_t lines = 0;  // complete ones
    std::uint32_t line_begin = 0;
  };

  std::once_flag made;
  std::vector<Checkpoint> checkpoints;  // of the begin of each block

  void make(std::string_view text) {
    checkpoints.reserve(text.size() / kBlock + 1);
    Checkpoint at;
    for (std::size_t begin = 0; begin <= text.size(); begin += kBlock) {
      checkpoints.push_back(at);
      const std::size_t end = std::min(begin + kBlock, text.size());
      advance(text, begin, end, at);
    }
  }

  // Moves `at` from one offset to another. The LF of a CR LF ends the line, wherever a block's
  // border falls.
  static void advance(std::string_view text, std::size_t begin, std::size_t end, Checkpoint& at) {
    const std::string_view part = text.substr(begin, end - begin);
    if (std::memchr(part.data(), '\r', part.size()) == nullptr) {
      at.lines += static_cast<std::uint32_t>(std::ranges::count(part, '\n'));
      const std::size_t last = part.rfind('\n');
      if (last != std::string_view::npos)
        at.line_begin = static_cast<std::uint32_t>(begin + last + 1);
      return;
    }
    for (std::size_t i = begin; i < end; ++i) {
      const bool lone_cr = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
      if (text[i] != '\n' && !lone_cr) continue;
      ++at.lines;
      at.line_begin = static_cast<std::uint32_t>(i + 1);
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
  const std::size_t at = std::min<std::size_t>(offset, text_.size());
  const std::size_t block = at / LineTable::kBlock;
  LineTable::Checkpoint line = lines_->checkpoints[block];
  LineTable::advance(text_, block * LineTable::kBlock, at, line);
  return {.line = line.lines + 1, .column = static_cast<std::uint32_t>(at) - line.line_begin + 1};
}

}  // namespace yagura::kube
