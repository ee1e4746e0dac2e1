// @pm (phrases in the argument, separated by white space; |41 42| are bytes in hexadecimal) and
// @pmFromFile (one phrase a line).

#include <fmt/format.h>

#include <algorithm>

#include "waf/match/phrase_set.hpp"
#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/bounded_cache.hpp"
#include "waf/operator/internal/data_file.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kCachedExpansions = 64;
constexpr std::size_t kMaxExpansion = 4096;  // bytes of an expanded argument

OperatorResult look_up(const PhraseSet& phrases, std::string_view value, OperatorContext& context) {
  const auto found = phrases.find(value);
  if (!found) return OperatorResult::kNoMatch;
  context.matched = *found;
  if (context.captures != nullptr) context.captures->add(*found);
  return OperatorResult::kMatch;
}

bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

int hex_value(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

// The bytes of "41 42"; nothing where it is no list of pairs.
std::string decode_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    if (i + 1 == text.size() || hex_value(text[i]) < 0 || hex_value(text[i + 1]) < 0) return {};
    bytes += static_cast<char>((hex_value(text[i]) << 4) | hex_value(text[i + 1]));
    i += 2;
  }
  return bytes;
}

// Reads a "|41 42|" at `at`: its bytes, and `at` moves behind it. Empty, and `at` stays, where the
// bar is only a bar.
std::string read_hex_section(std::string_view text, std::size_t& at) {
  const std::size_t close = text.find('|', at + 1);
  if (close == std::string_view::npos) return {};
  std::string bytes = decode_hex(text.substr(at + 1, close - at - 1));
  if (!bytes.empty()) at = close + 1;
  return bytes;
}

std::vector<std::string> split_phrases(std::string_view text) {
  std::vector<std::string> phrases;
  std::string phrase;
  const auto finish = [&] {
    if (!phrase.empty()) phrases.push_back(std::move(phrase));
    phrase.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      finish();
      ++at;
      continue;
    }
    const std::string bytes = text[at] == '|' ? read_hex_section(text, at) : std::string();
    if (bytes.empty()) {
      phrase += text[at++];
    } else {
      phrase += bytes;
    }
  }
  finish();
  return phrases;
}

class PhraseMatch final : public Operator {
 public:
  explicit PhraseMatch(std::vector<std::string> phrases)
      : phrases_(std::move(phrases)), set_(phrases_) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    return look_up(set_, value, context);
  }
  ByteCondition condition() const override { return set_.condition(); }
  std::optional<ScanPattern> scan_pattern() const override {
    return ScanPattern{.caseless = true, .phrases = phrases_};
  }

 private:
  std::vector<std::string> phrases_;
  PhraseSet set_;
};

class PhraseMatchMacro final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (context.argument.size() > kMaxExpansion) return OperatorResult::kNotEvaluated;
    const auto set = cache_.get(context.argument, [](std::string_view text) {
      const std::vector<std::string> phrases = split_phrases(text);
      return phrases.empty() ? nullptr : std::make_shared<const PhraseSet>(phrases);
    });
    // No phrase at all is in no text.
    return set ? look_up(*set, value, context) : OperatorResult::kNoMatch;
  }

 private:
  mutable BoundedCache<PhraseSet> cache_{kCachedExpansions};
};

}  // namespace

Result<OperatorPointer> make_pm(std::string_view name, std::string_view argument,
                                const OperatorEnvironment& environment) {
  if (environment.argument_has_macro) return std::make_unique<PhraseMatchMacro>();
  std::vector<std::string> phrases = split_phrases(argument);
  if (phrases.empty()) return bad_argument(name, "names no phrase");
  return std::make_unique<PhraseMatch>(std::move(phrases));
}

Result<OperatorPointer> make_pm_from_file(std::string_view name, std::string_view argument,
                                          const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  YAGURA_TRY(std::vector<DataLine> lines, read_data_files(name, argument, environment));
  if (lines.empty()) return bad_argument(name, fmt::format("{} holds no phrase", argument));
  std::vector<std::string> phrases;
  phrases.reserve(lines.size());
  for (DataLine& line : lines) phrases.push_back(std::move(line.text));
  return std::make_unique<PhraseMatch>(std::move(phrases));
}

}  // namespace yagura::waf::internal
