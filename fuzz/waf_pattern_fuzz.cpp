// A pattern and a text for it. Whenever PCRE2 finds a match, the pattern's byte condition holds,
// what the first stage makes of the pattern finds one, too, and RE2, where it speaks the pattern's
// syntax, agrees. The first line is the pattern (its first byte chooses the case), the rest the
// text.

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/match/internal/linear_syntax.hpp"
#include "waf/match/internal/literal_factors.hpp"
#include "waf/match/internal/regex_superset.hpp"
#include "waf/match/internal/regex_tree.hpp"
#include "waf/match/pattern.hpp"

namespace {

using namespace yagura;
using namespace yagura::waf;

constexpr std::size_t kMaxPattern = 200;
constexpr std::size_t kMaxText = 2'000;

bool holds(std::string_view text, const regex::Literal& literal) {
  const std::size_t length = literal.bytes.size();
  for (std::size_t start = 0; start + length <= text.size(); ++start) {
    std::size_t i = 0;
    while (i < length && literal.bytes[i].contains(static_cast<unsigned char>(text[start + i]))) {
      ++i;
    }
    if (i == length) return true;
  }
  return false;
}

void check_superset(const regex::Node& tree, const ByteSet& alphabet, std::string_view text) {
  if (!bytes_in(text).is_subset_of(alphabet)) return;
  const regex::Node core = regex::core_of(tree, alphabet);
  YAGURA_CHECK(!regex::is_nothing(core), "a narrowed pattern keeps its matches");
  if (core.kind == regex::Kind::kEmpty) return;  // hits every form
  const std::string buffer = "\n" + std::string(text) + "\n";
  const auto pattern = Pattern::compile(regex::to_expression(core));
  if (pattern) {
    YAGURA_CHECK(pattern->match(buffer, nullptr) != OperatorResult::kNoMatch,
                 "the narrowed pattern finds what PCRE2 finds");
  }
  if (const auto literals = regex::literal_factors(core)) {
    YAGURA_CHECK(
        std::ranges::any_of(*literals, [&](const auto& literal) { return holds(buffer, literal); }),
        "each match has one of the words");
  }
}

void check_linear(std::string_view text, bool caseless, std::string_view value, bool matches) {
  const auto translated = regex::linear_syntax(text, caseless);
  if (!translated) return;
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_case_sensitive(!caseless);
  options.set_log_errors(false);
  const RE2 engine(*translated, options);
  if (!engine.ok()) return;
  const bool found = RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), engine);
  YAGURA_CHECK(found == matches, "two engines agree");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (input.empty() || line == std::string_view::npos || line == 0) return 0;
  const bool caseless = input.front() == 'i';
  const std::string_view text = input.substr(1, line - 1);
  const std::string_view value = input.substr(line + 1);
  if (text.size() > kMaxPattern || value.size() > kMaxText) return 0;
  const auto pattern = Pattern::compile(text, caseless);
  const regex::Node tree = regex::parse(text, caseless);
  if (!pattern) return 0;
  const OperatorResult result = pattern->match(value, nullptr);
  if (result == OperatorResult::kNotEvaluated) return 0;
  check_linear(text, caseless, value, result == OperatorResult::kMatch);
  if (result != OperatorResult::kMatch) return 0;
  const ByteSet present = bytes_in(value);
  YAGURA_CHECK(pattern->condition().may_match(present, value.size()), "the condition holds");
  if (value.empty() || regex::expanded_size(tree) > 2'000) return 0;
  static const ByteSet kWords =
      ByteSet::range('a', 'z') | ByteSet::range('0', '9') | ByteSet::of(" .-");
  check_superset(tree, ByteSet::all(), value);
  check_superset(tree, kWords, value);
  return 0;
}
