// A value is tried as what it may be pasted into: bare, and, where it holds the quote, inside '…'
// and "…". Each context is read in both dialects of comments where they differ. So at most six
// passes, each of which ends when ten folded tokens are known.
//
// That tokens, their folding and short fingerprints tell SQL from prose was shown by Nick Galbreath
// (libinjection, 2012). Tokenizer, words and grammar here are our own; the peer serves as the
// tests' second opinion.

#include "waf/detect/sqli.hpp"

#include "waf/detect/internal/sqli_fold.hpp"
#include "waf/detect/internal/sqli_rules.hpp"

namespace yagura::waf {
namespace {

using sqli::Dialect;
using sqli::Shape;

// Two things that no attack lacks, and that most words, names and paths do. Something that
// separates a keyword from its neighbours: "1or" is a word, "1.or" and "1/or" are not ('\xa0' is
// Latin-1's no-break space). And what a condition or a statement is about: a quote, a bracket, a
// comment, a comparison, or at the very least a number or a variable, as in "1or.1like.1".
constexpr ByteSet kSeparator = ByteSet::range(0, '/') | ByteSet::range(':', '@') |
                               ByteSet::range('[', '^') | ByteSet::range('{', 0x7f) |
                               ByteSet::of("`\xa0");
constexpr ByteSet kSubject = ByteSet::range(0, ' ') | ByteSet::range('0', '9') |
                             ByteSet::of("'\"`();#-*=<>|&!+{\\@$\x7f\xa0");

bool meets_condition(std::string_view text) {
  bool separator = false;
  bool subject = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    separator |= kSeparator.contains(byte);
    subject |= kSubject.contains(byte);
    if (separator && subject) return true;
  }
  return false;
}

// Blanks at the beginning separate nothing.
std::string_view without_leading_blanks(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size() && static_cast<unsigned char>(text[begin]) <= ' ') ++begin;
  return text.substr(begin);
}

std::string fingerprint(const Shape& shape) {
  constexpr std::size_t kLetters = 5;
  std::string letters;
  for (std::size_t i = 0; i < shape.count && i < kLetters; ++i) {
    letters.push_back(static_cast<char>(shape.kind(i)));
  }
  return letters;
}

enum class Verdict : std::uint8_t { kClean, kCleanInThisDialect, kAttack };

Verdict try_context(std::string_view text, char quote, Dialect dialect, SqliResult& result) {
  sqli::Lexer lexer(text, quote, dialect);
  Shape shape;
  sqli::fold(lexer, shape);
  if (sqli::is_attack(shape, text)) {
    result.is_attack = true;
    result.fingerprint = fingerprint(shape);
    return Verdict::kAttack;
  }
  return lexer.dialect_matters() ? Verdict::kCleanInThisDialect : Verdict::kClean;
}

bool try_both_dialects(std::string_view text, char quote, SqliResult& result) {
  const Verdict first = try_context(text, quote, Dialect::kStandard, result);
  if (first != Verdict::kCleanInThisDialect) return first == Verdict::kAttack;
  return try_context(text, quote, Dialect::kMySql, result) == Verdict::kAttack;
}

}  // namespace

bool detect_sqli(std::string_view text, SqliResult& result) {
  result.is_attack = false;
  result.fingerprint.clear();
  constexpr std::size_t kLongest = 0xffff'ffff;  // tokens say where they are in 32 bits
  text = text.substr(0, kLongest);
  if (!meets_condition(without_leading_blanks(text))) return false;
  if (try_both_dialects(text, 0, result)) return true;
  for (const char quote : {'\'', '"'}) {
    if (text.find(quote) != std::string_view::npos && try_both_dialects(text, quote, result)) {
      return true;
    }
  }
  return false;
}

const ByteCondition& sqli_condition() {
  static const ByteCondition kCondition{.one_of = {kSeparator, kSubject}, .min_length = 2};
  return kCondition;
}

}  // namespace yagura::waf
