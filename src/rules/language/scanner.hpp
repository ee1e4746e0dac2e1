#pragma once

// A position in a condition's text, and the characters that its grammar tells apart. Internal.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/language/parser.hpp"

namespace yagura::rules {

[[nodiscard]] bool is_blank(char c);
[[nodiscard]] bool is_letter(char c);
[[nodiscard]] bool is_digit(char c);
[[nodiscard]] bool is_word(char c);    // letters, digits and _
[[nodiscard]] bool ends_bare(char c);  // cannot be in a string without quotes

class Scanner {
 public:
  explicit Scanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::uint32_t offset() const { return static_cast<std::uint32_t>(at_); }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] char char_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  [[nodiscard]] bool at_quote() const { return peek() == '"' || peek() == '\''; }
  void move_to(std::size_t at) { at_ = at; }

  // Whether there were any.
  bool skip_blanks();
  // Whether the token stood here; it is passed then.
  bool take(std::string_view token);
  // The word that begins here, which may be empty; it stays.
  [[nodiscard]] std::string_view word() const;
  // The characters from here for as long as `accepts`, passed.
  std::string_view take_while(bool (*accepts)(char));
  // What stands here up to the next blank or special character, for messages.
  [[nodiscard]] std::string_view shown() const;

  // A quoted string, which is passed.
  [[nodiscard]] bool literal(std::string& out);

  // Remembers the problem; always false.
  bool fail(std::uint32_t at, std::string message, std::string hint = {});
  [[nodiscard]] const ParseProblem& problem() const { return problem_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  ParseProblem problem_;
};

// Counts a level of nesting for as long as it lives.
class [[nodiscard]] Level {
 public:
  explicit Level(int& depth) : depth_(depth) { ++depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  ~Level() { --depth_; }

 private:
  int& depth_;
};

}  // namespace yagura::rules
