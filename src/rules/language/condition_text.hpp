#pragma once

// The text of a condition and where each byte of it was written: a condition can be put together
// from several files (`append`), and YAML folds its lines.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kube/document.hpp"

namespace yagura::rules {

// A place in a rule file, as diagnostics want it.
struct FilePlace {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

[[nodiscard]] FilePlace place_of(const std::shared_ptr<const kube::Source>& source,
                                 std::uint32_t offset);

// Immutable once it is parsed: trees keep a pointer to it.
class ConditionText {
 public:
  ConditionText() = default;

  // Adds a scalar of a document behind a blank. `written_begin`, `written_end`: its bytes in the
  // source, quotes and block header included.
  void append(std::string_view value, std::shared_ptr<const kube::Source> source,
              std::uint32_t written_begin, std::uint32_t written_end);
  // Adds text that no file has (tests, command lines): places are offsets in `name`, line 1.
  void append(std::string_view value, std::string name);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t piece_count() const { return pieces_.size(); }
  // Where byte `offset` was written; behind the end: behind the last byte. Linear in the piece.
  [[nodiscard]] FilePlace place(std::size_t offset) const;

 private:
  struct Piece {
    std::size_t begin = 0;
    std::shared_ptr<const kube::Source> source;  // null: no file
    std::string name;
    std::uint32_t written_begin = 0;
    std::uint32_t written_end = 0;
  };

  void begin_piece(std::string_view value, Piece piece);

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace yagura::rules
