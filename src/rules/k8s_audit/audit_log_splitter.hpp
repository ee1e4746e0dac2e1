#pragma once

// A stream of bytes (an audit log, standard input) cut into texts for the reader. The API server
// writes one event a line; a file made by hand may hold one value over many lines.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace yagura::rules {

// Not thread-safe. Linear in what is fed; keeps at most `max_text` bytes.
class AuditLogSplitter {
 public:
  // `line` is the 1-based line that the text begins in; the text lives until the call returns.
  using OnText = std::function<void(std::string_view text, std::uint64_t line)>;
  // A text of more than `max_text` bytes: it is left out to the end of its line.
  using OnTooLarge = std::function<void(std::uint64_t line)>;

  AuditLogSplitter(std::uint32_t max_text, OnText on_text, OnTooLarge on_too_large);

  void feed(std::string_view bytes);
  // What stands behind the last line end is a text too.
  void finish();

 private:
  void take_line(std::string_view line);
  void scan(std::string_view line);
  void emit();

  std::uint32_t max_text_;
  OnText on_text_;
  OnTooLarge on_too_large_;
  std::string line_;          // begun and not yet ended
  std::string text_;          // whole lines of a value that has not ended
  std::uint64_t number_ = 0;  // lines taken
  std::uint64_t first_ = 0;   // the line that text_ begins in
  std::uint64_t depth_ = 0;   // open brackets of text_
  bool in_string_ = false;
  bool escaped_ = false;
  bool skipping_ = false;  // to the end of a line that was too long
};

}  // namespace yagura::rules
