#include "rules/language/scanner.hpp"

#include <algorithm>
#include <utility>

#include "rules/language/string_literal.hpp"

namespace yagura::rules {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool ends_bare(char c) {
  constexpr std::string_view kEndsBare = "()\"'=,\v\f";
  return is_blank(c) || kEndsBare.find(c) != std::string_view::npos;
}

bool Scanner::skip_blanks() {
  const std::size_t from = at_;
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  return at_ != from;
}

bool Scanner::take(std::string_view token) {
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  return true;
}

std::string_view Scanner::word() const {
  std::size_t end = at_;
  while (end < text_.size() && is_word(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

std::string_view Scanner::take_while(bool (*accepts)(char)) {
  const std::size_t from = at_;
  while (at_ < text_.size() && accepts(text_[at_])) ++at_;
  return text_.substr(from, at_ - from);
}

std::string_view Scanner::shown() const {
  std::size_t end = at_;
  while (end < text_.size() && !ends_bare(text_[end])) ++end;
  return text_.substr(at_, std::max<std::size_t>(end - at_, at_ < text_.size() ? 1 : 0));
}

bool Scanner::literal(std::string& out) {
  auto read = read_literal(text_, at_);
  if (!read) {
    problem_ = std::move(read).error();
    return false;
  }
  out = std::move(read->text);
  at_ = read->end;
  return true;
}

bool Scanner::fail(std::uint32_t at, std::string message, std::string hint) {
  problem_ = {.offset = at, .message = std::move(message), .hint = std::move(hint)};
  return false;
}

}  // namespace yagura::rules
