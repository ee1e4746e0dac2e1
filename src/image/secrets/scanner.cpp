#include "image/secrets/scanner.hpp"

#include <openssl/evp.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

#include "core/visible_text.hpp"
#include "image/secrets/anchor.hpp"
#include "image/secrets/checks.hpp"
#include "image/secrets/keyword_matcher.hpp"
#include "image/secrets/lazy_pattern.hpp"
#include "image/secrets/rule.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kExcerpt = 160;  // bytes
constexpr int kMaxGroups = 3;
constexpr std::size_t kThenWithin = 260;  // bytes; more than patterns with SecretRule::then span
constexpr std::uint64_t kFreeBytes = std::uint64_t{4} << 20;
constexpr std::uint64_t kMaxRereads = 8;

std::string fingerprint_of(std::string_view rule, std::string_view secret) {
  std::string text(rule);
  text.push_back('\0');
  text += secret;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

// Bytes of the text from `first` to before `second`.
using Range = std::pair<std::size_t, std::size_t>;

// `at`, or where the character of valid UTF-8 begins that it lies in.
std::size_t character_at(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// The secret's first characters where enough of it stays hidden, then stars.
std::string blotted(std::string_view secret) {
  const std::string text = core::visible(secret.substr(0, 20));
  const std::size_t shown = secret.size() >= 20 ? character_at(text, 4) : 0;
  return text.substr(0, shown) + "********";
}

// What stands around a secret; others in it are hidden whole. `hidden` is sorted, without overlaps.
std::string surroundings(std::string_view text, std::size_t begin, std::size_t end,
                         const std::vector<Range>& hidden) {
  std::string out;
  auto next = std::ranges::upper_bound(hidden, begin, {}, &Range::second);
  for (; next != hidden.end() && next->first < end; ++next) {
    if (next->first > begin) out += core::visible(text.substr(begin, next->first - begin));
    out += "********";
    begin = std::min(next->second, end);
  }
  return out + core::visible(text.substr(begin, end - begin));
}

std::string excerpt_of(std::string_view text, const Range& secret,
                       const std::vector<Range>& hidden) {
  const auto [begin, end] = secret;
  const std::size_t before = begin == 0 ? text.npos : text.rfind('\n', begin - 1);
  const std::size_t line = before == text.npos ? 0 : before + 1;
  const std::size_t left = std::max(line, begin > 60 ? begin - 60 : 0);
  const std::size_t right = std::min({text.find_first_of("\r\n", end), text.size(), end + 40});
  std::string out = surroundings(text, left, begin, hidden);
  out += blotted(text.substr(begin, end - begin));
  out += surroundings(text, end, right, hidden);
  if (out.size() <= kExcerpt) return out;
  return out.substr(0, character_at(out, kExcerpt - 3)) + "…";
}

// Sorted, those that overlap made one.
std::vector<Range> joined(std::vector<Range> ranges) {
  std::ranges::sort(ranges);
  std::vector<Range> out;
  for (const Range& range : ranges) {
    if (!out.empty() && range.first <= out.back().second) {
      out.back().second = std::max(out.back().second, range.second);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

struct CompiledRule {
  explicit CompiledRule(const SecretRule& told) : rule(&told), pattern(told.pattern) {}
  const SecretRule* rule;
  LazyPattern pattern;
};
using CompiledRules = std::deque<CompiledRule>;

CompiledRules compile(std::span<const SecretRule> rules) {
  CompiledRules compiled;
  for (const SecretRule& rule : rules) compiled.emplace_back(rule);
  return compiled;
}

// One keyword of one rule.
struct Keyword {
  std::uint32_t rule = 0;
  std::string text;
  Anchor anchor;
};

std::vector<Keyword> keywords_of(std::span<const SecretRule> rules) {
  std::vector<Keyword> keywords;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    std::string_view left = rules[i].keywords;
    while (!left.empty()) {
      const std::size_t blank = rules[i].id == "openvpn-static-key" ? left.npos : left.find(' ');
      const std::string_view word = left.substr(0, blank);
      left = blank == left.npos ? std::string_view() : left.substr(blank + 1);
      if (word.empty()) continue;
      keywords.push_back(
          {static_cast<std::uint32_t>(i), std::string(word), anchor_of(rules[i].pattern, word)});
    }
  }
  return keywords;
}

// What the walk looks for in such contents.
KeywordMatcher matcher_of(const std::vector<Keyword>& keywords, bool in_binaries) {
  std::vector<KeywordMatcher::Word> words;
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    if (in_binaries && !secret_rules()[keywords[i].rule].in_binaries) continue;
    words.push_back({keywords[i].text, static_cast<std::uint32_t>(i)});
  }
  return KeywordMatcher(std::move(words));
}

}  // namespace

struct SecretScanner::State {
  std::vector<Keyword> keywords = keywords_of(secret_rules());
  KeywordMatcher in_texts = matcher_of(keywords, false);
  KeywordMatcher in_binaries = matcher_of(keywords, true);
  CompiledRules rules = compile(secret_rules());
};

namespace {

// One scan of one text.
class Scan {
 public:
  Scan(std::string_view text, const CompiledRules& rules)
      : text_(text), rules_(rules), seen_to_(rules.size(), 0), spent_(rules.size(), 0) {}

  void look_at(std::uint32_t index, std::size_t keyword) {
    const CompiledRule& compiled = rules_[index];
    // What an earlier match of the rule covered is not looked at again.
    if (keyword < seen_to_[index]) return;
    const std::size_t reach = compiled.rule->reach;
    const std::size_t begin = std::max(seen_to_[index], keyword > reach ? keyword - reach : 0);
    const std::size_t end = std::min(text_.size(), keyword + reach);
    if (begin >= end || !afford(index, end - begin)) return;
    // Lines of minified code are long, so windows are of bytes. The pattern sees the whole text, so
    // that \b and ^ know what stands before.
    std::array<re2::StringPiece, kMaxGroups> groups;
    const re2::RE2& pattern = compiled.pattern.get();
    const int count = std::min(pattern.NumberOfCapturingGroups() + 1, kMaxGroups);
    std::size_t from = begin;
    while (from < end && pattern.Match(re2::StringPiece(text_.data(), text_.size()), from, end,
                                       re2::RE2::UNANCHORED, groups.data(), count)) {
      const std::size_t match_begin = offset(groups[0]);
      const std::size_t match_end = match_begin + groups[0].size();
      take(*compiled.rule, groups, count);
      from = std::max(match_end, match_begin + 1);
      seen_to_[index] = from;
      if (from > keyword) break;  // later ones have keywords of their own
    }
  }

  SecretScanner::Found finish() {
    std::vector<std::size_t> order(found_.secrets.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [this](std::size_t i) { return positions_[i].first; });
    const std::vector<Range> hidden = joined(std::move(hidden_));
    SecretScanner::Found out;
    out.dropped = found_.dropped;
    out.gave_up = found_.gave_up;
    std::size_t line = 1;
    std::size_t counted = 0;
    for (const std::size_t i : order) {
      if (is_covered(i)) continue;
      if (out.secrets.size() >= SecretScanner::kMaxSecrets) {
        ++out.dropped;
        continue;
      }
      const std::size_t at = positions_[i].first;
      line +=
          static_cast<std::size_t>(std::ranges::count(text_.substr(counted, at - counted), '\n'));
      counted = at;
      Secret secret = std::move(found_.secrets[i]);
      secret.line = static_cast<std::uint32_t>(line);
      secret.excerpt = excerpt_of(text_, positions_[i], hidden);
      out.secrets.push_back(std::move(secret));
    }
    return out;
  }

  // The whole text without its secrets; a note instead where some may have been overlooked.
  std::string blotted_text() {
    if (found_.gave_up) return "(not shown: too much in it looks like secrets)";
    std::string out;
    std::size_t at = 0;
    for (const auto& [begin, end] : joined(std::move(hidden_))) {
      out += text_.substr(at, begin - at);
      out += blotted(text_.substr(begin, end - begin));
      at = end;
    }
    return out += text_.substr(at);
  }

 private:
  // A text of nothing but keywords would have each window read again and again: what one rule may
  // read of one text is bounded by a multiple of its length.
  bool afford(std::uint32_t index, std::size_t bytes) {
    spent_[index] += bytes;
    if (spent_[index] <= kFreeBytes + kMaxRereads * text_.size()) return true;
    found_.gave_up = true;
    return false;
  }

  [[nodiscard]] std::size_t offset(const re2::StringPiece& piece) const {
    return static_cast<std::size_t>(piece.data() - text_.data());
  }

  void take(const SecretRule& rule, const std::array<re2::StringPiece, kMaxGroups>& groups,
            int count) {
    const re2::StringPiece* secret = groups.data();
    for (int i = 1; i < count; ++i) {
      if (groups[static_cast<std::size_t>(i)].data() != nullptr) {
        secret = &groups[static_cast<std::size_t>(i)];
        break;
      }
    }
    const std::string_view match(groups[0].data(), groups[0].size());
    const std::string_view value(secret->data(), secret->size());
    const SecretVerdict verdict = check_secret(rule, match, value);
    if (verdict == SecretVerdict::kNo) return;
    const std::size_t begin = offset(*secret);
    // Hidden also where it stands again, or is one too many.
    hidden_.emplace_back(begin, begin + value.size());
    std::string fingerprint = fingerprint_of(rule.id, value);
    if (!known_.insert(fingerprint).second) return;
    const bool generic = rule.id.ends_with("-assignment") || rule.id == "environment-secret" ||
                         rule.id == "jwt" || rule.id.ends_with("-authorization");
    // Each sort has places of its own: a generic one that another covers must not take that one's.
    if (kept_[generic ? 1 : 0] >= SecretScanner::kMaxSecrets) {
      ++found_.dropped;
      return;
    }
    ++kept_[generic ? 1 : 0];
    const bool encrypted = verdict == SecretVerdict::kEncrypted;
    found_.secrets.push_back(
        {.rule = std::string(rule.id),
         .title = std::string(rule.title) + (encrypted ? " (with a passphrase)" : ""),
         .severity = encrypted ? model::Severity::kLow : rule.severity,
         .excerpt = {},  // made when all secrets around it are known
         .fingerprint = std::move(fingerprint),
         .verified = verdict == SecretVerdict::kVerified});
    positions_.emplace_back(begin, begin + value.size());
    generic_.push_back(generic);
  }

  // A rule of no issuer says nothing new where another found the same bytes.
  [[nodiscard]] bool is_covered(std::size_t i) const {
    if (!generic_[i]) return false;
    for (std::size_t j = 0; j < positions_.size(); ++j) {
      const bool overlaps =
          positions_[j].first < positions_[i].second && positions_[i].first < positions_[j].second;
      if (j != i && overlaps && (!generic_[j] || j < i)) return true;
    }
    return false;
  }

  std::string_view text_;
  const CompiledRules& rules_;
  std::vector<std::size_t> seen_to_;
  std::vector<std::uint64_t> spent_;  // bytes that each rule has read
  SecretScanner::Found found_;
  std::vector<Range> positions_;
  std::vector<Range> hidden_;  // all secrets in the text, also those that are not kept
  std::vector<bool> generic_;
  std::array<std::size_t, 2> kept_{};  // of issuers, generic
  std::unordered_set<std::string> known_;
};

}  // namespace

SecretScanner::SecretScanner() = default;
SecretScanner::~SecretScanner() = default;

const SecretScanner::State& SecretScanner::state() const {
  std::call_once(once_, [this] { state_ = std::make_unique<const State>(); });
  return *state_;
}

namespace {

// The scan of a text, if anything in it made one necessary.
std::optional<Scan> scan_of(const SecretScanner::State& state, std::string_view text,
                            SecretScanner::Contents contents, const SecretScanner::Passed& passed) {
  std::optional<Scan> scan;
  const auto take = [&](std::uint32_t index, std::size_t position) {
    const Keyword& keyword = state.keywords[index];
    if (!may_begin(keyword.anchor, keyword.text, text, position)) return;
    const std::string_view then = state.rules[keyword.rule].rule->then;
    if (!then.empty() && !text.substr(position, kThenWithin).contains(then)) return;
    if (!scan) scan.emplace(text, state.rules);
    scan->look_at(keyword.rule, position);
  };
  const auto tell = [&](std::size_t position) {
    if (passed) passed(position);
  };
  const bool binary = contents == SecretScanner::Contents::kBinary;
  (binary ? state.in_binaries : state.in_texts).find(text, take, tell);
  return scan;
}

}  // namespace

SecretScanner::Found SecretScanner::scan(std::string_view text, Contents contents,
                                         const Passed& passed) const {
  auto scan = scan_of(state(), text, contents, passed);
  return scan ? scan->finish() : Found{};
}

std::string SecretScanner::without_secrets(std::string_view text) const {
  auto scan = scan_of(state(), text, Contents::kText, {});
  return scan ? scan->blotted_text() : std::string(text);
}

std::string without_secrets(std::string_view text) {
  static const SecretScanner scanner;
  return scanner.without_secrets(text);
}

}  // namespace yagura::image
