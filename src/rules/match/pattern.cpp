#include "rules/match/pattern.hpp"

#include <re2/re2.h>

#include "core/utf8.hpp"
#include "rules/match/glob_automaton.hpp"
#include "rules/match/glob_tree.hpp"

namespace yagura::rules {

namespace {

constexpr std::int64_t kMaxProgram = std::int64_t{1} << 20;  // bytes

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Result<std::unique_ptr<const re2::RE2>> compile(std::string_view text, re2::RE2::Options options) {
  options.set_log_errors(false);
  options.set_max_mem(kMaxProgram);
  options.set_never_capture(true);
  auto expression = std::make_unique<const re2::RE2>(piece(text), options);
  if (!expression->ok()) {
    return fail(ErrorCode::kInvalidInput, "bad pattern: " + expression->error());
  }
  return expression;
}

// U+FFFD for each byte that is no UTF-8.
std::string sanitized(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = core::utf8_sequence_length(text, at);
    if (length == 0) {
      core::append_utf8(out, 0xFFFD);
      ++at;
    } else {
      out += text.substr(at, length);
      at += length;
    }
  }
  return out;
}

bool is_plain(std::string_view text) {
  return text.find_first_of("*?[]\\()|!+@") == std::string_view::npos;
}

}  // namespace

Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::regex(std::string_view text) {
  Pattern pattern;
  pattern.is_regex_ = true;
  re2::RE2::Options options;
  options.set_posix_syntax(true);
  YAGURA_TRY(pattern.expression_, compile(text, options));
  return pattern;
}

Result<Pattern> Pattern::glob(std::string_view text, PatternCase letters) {
  Pattern pattern;
  if (letters == PatternCase::kSensitive) {
    const bool front = text.starts_with('*');
    const bool back = text.size() > 1 && text.ends_with('*');
    const std::string_view middle =
        text.substr(front ? 1 : 0, text.size() - (front ? 1 : 0) - (back ? 1 : 0));
    if (is_plain(middle)) {
      pattern.literal_ = middle;
      pattern.shape_ = front && back ? Shape::kInfix
                       : front       ? Shape::kSuffix
                       : back        ? Shape::kPrefix
                                     : Shape::kExact;
      return pattern;
    }
  }
  YAGURA_TRY(const GlobTree tree, parse_glob(text, letters));
  if (tree.has_negation) {
    YAGURA_TRY(GlobAutomaton automaton, GlobAutomaton::make(tree));
    pattern.automaton_ = std::make_unique<const GlobAutomaton>(std::move(automaton));
    return pattern;
  }
  re2::RE2::Options options(re2::RE2::Latin1);
  options.set_dot_nl(true);
  YAGURA_TRY(pattern.expression_, compile(glob_to_regex(tree), options));
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  switch (shape_) {
    case Shape::kExact:
      return text == literal_;
    case Shape::kPrefix:
      return text.starts_with(literal_);
    case Shape::kSuffix:
      return text.ends_with(literal_);
    case Shape::kInfix:
      return text.find(literal_) != std::string_view::npos;
    case Shape::kExpression:
      break;
  }
  if (automaton_ != nullptr) return automaton_->matches(text);
  std::string clean;
  if (is_regex_ && core::find_invalid_utf8(text) != std::string_view::npos) {
    clean = sanitized(text);
    text = clean;
  }
  return expression_->Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

std::size_t Pattern::cost() const {
  constexpr std::size_t kLeast = 8 * 1024;  // of any expression
  constexpr std::size_t kInstruction = 32;  // in both directions
  if (automaton_ != nullptr) return kLeast + automaton_->cost();
  if (expression_ == nullptr) return 0;
  return kLeast + kInstruction * static_cast<std::size_t>(expression_->ProgramSize());
}

}  // namespace yagura::rules
