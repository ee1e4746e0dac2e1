#pragma once

// A YAML stream that may be larger than what we want in memory: documents above a limit are left
// out while it is read, the others kept.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"

namespace yagura::kube {

// Fed with the bytes in pieces of any size. Of a document that is too large only its line ends
// stay, so that the lines of all others are what they are in the file. Memory: the kept text and at
// most one document up to the limit. Linear.
class DocumentStream {
 public:
  // `max_document_size` in bytes. `max_kept_size`: of the text that stays; feed() gives false where
  // it would be more.
  DocumentStream(std::uint64_t max_document_size, std::uint64_t max_kept_size)
      : max_document_size_(max_document_size), max_kept_size_(max_kept_size) {}

  [[nodiscard]] bool feed(std::string_view bytes);

  // The kept text; a diagnostic for each document that was left out. Ends the stream.
  [[nodiscard]] std::string finish(const std::string& file, Diagnostics& diagnostics);

 private:
  void take_line(std::string_view line);
  void begin_document();
  void drop_document();

  std::uint64_t max_document_size_;
  std::uint64_t max_kept_size_;
  std::string text_;
  std::string
      line_;  // the start of a line whose end has not come; only its first bytes where dropping
  std::size_t document_begin_ = 0;  // in text_
  std::uint64_t document_size_ = 0;
  std::uint32_t lines_ = 0;  // ended so far
  std::uint32_t document_line_ = 1;
  bool dropping_ = false;
  std::vector<std::uint32_t> dropped_lines_;
};

}  // namespace yagura::kube
