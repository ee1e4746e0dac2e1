#pragma once

// The second kind of error: the user's document is wrong. Every problem at once, each with its
// place and, where we know it, how to mend it. Collecting never stops at the first.

#include <cstdint>
#include <string>
#include <vector>

namespace yagura {

enum class DiagnosticLevel : std::uint8_t { kNote, kWarning, kError };

struct Diagnostic {
  DiagnosticLevel level = DiagnosticLevel::kError;
  std::string file;          // as the user named it; "-" is standard input; empty: no file
  std::uint32_t line = 0;    // 1-based; 0: the whole file
  std::uint32_t column = 0;  // 1-based, in bytes; 0: the whole line
  std::string message;       // what is wrong
  std::string hint;          // how to mend it; may be empty
};

// "a.yaml:3:7: error: duplicate key "name" (hint: …)", without a line end.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

class Diagnostics {
 public:
  // Keeps at most kMaxKept; later ones are only counted, so that hostile input cannot fill memory.
  static constexpr std::size_t kMaxKept = 10'000;

  void add(Diagnostic diagnostic);
  void error(std::string file, std::uint32_t line, std::uint32_t column, std::string message,
             std::string hint = {});
  void warning(std::string file, std::uint32_t line, std::uint32_t column, std::string message,
               std::string hint = {});

  [[nodiscard]] bool has_errors() const { return error_count_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return error_count_; }
  [[nodiscard]] std::size_t dropped_count() const { return dropped_count_; }
  [[nodiscard]] const std::vector<Diagnostic>& list() const { return list_; }

 private:
  std::vector<Diagnostic> list_;
  std::size_t error_count_ = 0;
  std::size_t dropped_count_ = 0;
};

}  // namespace yagura
