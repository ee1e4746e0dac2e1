#include "waf/match/prefilter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "waf/match/internal/library_check.hpp"
#include "waf/match/internal/regex_tree.hpp"
#include "waf/match/pattern.hpp"
#include "waf/match/phrase_set.hpp"
#include "waf/match/testing/own_patterns.hpp"
#include "waf/match/testing/random_match.hpp"
#include "waf/match/testing/rule_patterns.hpp"

namespace yagura::waf {
namespace {

PrefilterItem item_of(std::string_view regex) {
  return {.pattern = {.regex = std::string(regex)}, .has_pattern = true, .classes = 1};
}

PrefilterItem phrases_item(std::vector<std::string> phrases) {
  return {.pattern = {.caseless = true, .phrases = std::move(phrases)},
          .has_pattern = true,
          .classes = 1};
}

// Where the machine's libhs is not usable every item is reported, which the differential tests
// below go on to test.
#define SKIP_WITHOUT_A_USABLE_LIBRARY()                         \
  if (!internal::library_problem().empty()) {                   \
    GTEST_SKIP() << "skipped: " << internal::library_problem(); \
  }                                                             \
  static_assert(true)

Prefilter built(const std::vector<PrefilterItem>& items) {
  auto prefilter = Prefilter::build(items, {});
  EXPECT_TRUE(prefilter);
  return std::move(*prefilter);
}

// "item:form item:form …"
std::string hits_of(const Prefilter& prefilter, const std::vector<std::string>& forms) {
  PrefilterScratch scratch;
  PrefilterScan scan(prefilter, scratch);
  for (const std::string& form : forms) scan.add(form, bytes_in(form), 1, 1);
  std::vector<PrefilterHit> hits;
  EXPECT_TRUE(scan.run(hits));
  std::string text;
  for (const PrefilterHit& hit : hits) {
    text += (text.empty() ? "" : " ") + std::to_string(hit.item) + ":" + std::to_string(hit.form);
  }
  return text;
}

TEST(Prefilter, ReportsItemsByForm) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  const auto prefilter = built({item_of("union.*select"), phrases_item({"passwd", "shadow"})});
  EXPECT_EQ(
      hits_of(prefilter, {"nothing", "union all select", "/etc/PASSWD", "shadow union select"}),
      "0:1 0:3 1:2 1:3");
}

TEST(Prefilter, HoldsAnchorsAtTheEndsOfEachForm) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  const auto prefilter = built({item_of("^GET$"), item_of("^a"), item_of("z$"), item_of("^$")});
  EXPECT_EQ(hits_of(prefilter, {"xGET", "GET", "ab", "ba", "yz", "zy", ""}), "0:1 1:2 2:4 3:6");
}

TEST(Prefilter, HasNoMatchAcrossForms) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  const auto prefilter = built({item_of("select"), item_of("uni\\s?on")});
  EXPECT_EQ(hits_of(prefilter, {"xsel", "ectx", "uni", "on"}), "");
  EXPECT_EQ(hits_of(prefilter, {"sel\nselect", "ect", "uni\non"}), "0:0 1:2");
}

// Where no word is needed, the operator is asked about every form that has the bytes.
TEST(Prefilter, GivesFormsByTheirBytesWhereAPatternHasNoWord) {
  const auto prefilter = built({item_of("[0-9][^a-z]*'"), item_of(".")});
  EXPECT_EQ(hits_of(prefilter, {"it's", "1'", "", "plain", "2 o'clock"}),
            "0:1 0:4 1:0 1:1 1:3 1:4");
}

TEST(Prefilter, HoldsFormsAgainstClassesChainsAndConditions) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  std::vector<PrefilterItem> items = {item_of("foo"), item_of("foo"), item_of("foo")};
  items[1].classes = 2;
  items[2].chain = 5;
  PrefilterItem bare{.condition = {.one_of = {ByteSet::of("!")}, .min_length = 2}, .classes = 1};
  items.push_back(bare);
  const auto prefilter = built(items);
  PrefilterScratch scratch;
  PrefilterScan scan(prefilter, scratch);
  const std::string text = "foo";
  const std::string mark = "a!";
  EXPECT_EQ(scan.add(text, bytes_in(text), 1, 1), 0U);
  EXPECT_EQ(scan.add(text, bytes_in(text), 2, 1), 1U);
  EXPECT_EQ(scan.add(text, bytes_in(text), 1, ChainMask{1} << 5), 2U);
  EXPECT_EQ(scan.add(mark, bytes_in(mark), 1, 1), 3U);
  std::vector<PrefilterHit> hits;
  ASSERT_TRUE(scan.run(hits));
  ASSERT_EQ(hits.size(), 4U);
  EXPECT_EQ(hits[0].form, 0U);
  EXPECT_EQ(hits[1].item, 1U);
  EXPECT_EQ(hits[1].form, 1U);
  EXPECT_EQ(hits[2].item, 2U);
  EXPECT_EQ(hits[2].form, 2U);
  EXPECT_EQ(hits[3].item, 3U);
  EXPECT_EQ(hits[3].form, 3U);
  // More forms continue the numbers.
  hits.clear();
  EXPECT_EQ(scan.add(text, bytes_in(text), 1, 1), 4U);
  ASSERT_TRUE(scan.run(hits));
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].form, 4U);
}

TEST(Prefilter, ScansPartsWhenTheyAreAskedFor) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  std::vector<PrefilterItem> items = {item_of("foo"), item_of("fo+"), item_of("o[a-z]")};
  items[1].part = 2;
  const auto prefilter = built(items);
  PrefilterScratch scratch;
  PrefilterScan scan(prefilter, scratch);
  const std::string text = "foo";
  scan.add(text, bytes_in(text), 1, 1);
  std::vector<PrefilterHit> hits;
  ASSERT_TRUE(scan.run(hits, 0b0001));
  EXPECT_EQ(hits.size(), 2U);
  ASSERT_TRUE(scan.run(hits, 0b1110));
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(hits[2].item, 1U);
  ASSERT_TRUE(scan.run(hits));
  EXPECT_EQ(hits.size(), 3U) << "each part once";
}

TEST(Prefilter, TakesPatternsThatAreMuchTooLargeForOneAutomaton) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  std::string regex = "(?:x";
  testing::Random random(3);
  for (int i = 0; i < 120; ++i) {
    regex += "|";
    for (int k = 0; k < 12; ++k) {
      regex += static_cast<char>('a' + random() % 26);
      regex += "[\"'^]*(?:\\$[a-z]*)?";
    }
  }
  regex += ")\\d";
  const auto prefilter = built({item_of(regex)});
  EXPECT_EQ(prefilter.figures().items, 1U);
  EXPECT_EQ(hits_of(prefilter, {"x1", "\"x\"x2"}), "0:0 0:1");
}

TEST(Prefilter, BoundsReportsOnHostileForms) {
  SKIP_WITHOUT_A_USABLE_LIBRARY();
  std::vector<PrefilterItem> items;
  for (char letter = 'A'; letter <= 'Z'; ++letter) {
    items.push_back(item_of("[(a][(b][(" + std::string(1, letter) + "]"));
  }
  items.push_back(item_of("never\\("));
  const auto prefilter = built(items);
  const std::string hostile(100'000, '(');
  PrefilterScratch scratch;
  PrefilterScan scan(prefilter, scratch);
  const std::string plain = "((A";
  const std::string none = "x(";
  for (const std::string* form : {&plain, &hostile, &none}) scan.add(*form, bytes_in(*form), 1, 1);
  std::vector<PrefilterHit> hits;
  ASSERT_TRUE(scan.run(hits));
  const auto of_form = [&](std::uint32_t form) {
    return std::ranges::count(hits, form, &PrefilterHit::form);
  };
  EXPECT_GE(of_form(0), 1);
  EXPECT_LT(of_form(0), 26);
  EXPECT_GE(of_form(1), 26);
  EXPECT_EQ(of_form(2), 0);
}

// Each pattern against forms made of pieces: a hit wherever the pattern itself says yes.
class Differential {
 public:
  explicit Differential(const std::vector<testing::RulePattern>& rules) {
    for (const testing::RulePattern& rule : rules) add(rule);
  }

  void run(int rounds) {
    auto made = Prefilter::build(items_, {});
    ASSERT_TRUE(made);
    testing::Random random(11);
    PrefilterScratch scratch;
    for (int round = 0; round < rounds; ++round) {
      check(*made, scratch, forms(random));
      if (::testing::Test::HasFailure()) return;
    }
  }

  [[nodiscard]] std::size_t matches() const { return matches_; }
  [[nodiscard]] std::size_t hits() const { return hits_; }

 private:
  struct Subject {
    std::optional<Pattern> pattern;
    std::optional<PhraseSet> phrases;
    std::vector<std::string> pieces;
  };
  std::vector<PrefilterItem> items_;
  std::vector<Subject> subjects_;
  std::size_t matches_ = 0, hits_ = 0;

  void add(const testing::RulePattern& rule) {
    Subject subject;
    testing::Random random(static_cast<unsigned>(items_.size()) + 1);
    PrefilterItem item{.has_pattern = true, .classes = 1};
    if (rule.regex.empty()) {
      subject.phrases.emplace(rule.phrases);
      subject.pieces = rule.phrases;
      item = phrases_item(rule.phrases);
      item.condition = subject.phrases->condition();
    } else {
      auto pattern = Pattern::compile(rule.regex);
      if (!pattern) return;
      const regex::Node tree = regex::parse(rule.regex, false);
      for (int i = 0; i < 12; ++i) subject.pieces.push_back(testing::random_match(tree, random));
      item = item_of(rule.regex);
      item.condition = pattern->condition();
      subject.pattern.emplace(std::move(*pattern));
    }
    item.part = static_cast<std::uint8_t>(items_.size() % kPrefilterParts);
    items_.push_back(std::move(item));
    subjects_.push_back(std::move(subject));
  }

  std::vector<std::string> forms(testing::Random& random) const {
    static const std::vector<std::string> kPlain = {"hello world",
                                                    "id=42",
                                                    "\n",
                                                    std::string(1, '\0'),
                                                    "select",
                                                    "O'Brien",
                                                    "a\r\nb",
                                                    "(x)",
                                                    "",
                                                    "https://example.com/?q=1&r=2",
                                                    "\xe6\xbc\xa2\xe5\xad\x97",
                                                    "<b>",
                                                    " ",
                                                    "json."};
    std::vector<std::string> made;
    for (auto count = 1 + random() % 12; count > 0; --count) {
      std::string form;
      for (auto pieces = 1 + random() % 3; pieces > 0; --pieces) {
        if (random() % 3 == 0) {
          form += kPlain[random() % kPlain.size()];
        } else {
          const auto& own = subjects_[random() % subjects_.size()].pieces;
          form += own[random() % own.size()];
        }
      }
      if (random() % 4 == 0) form = testing::mutated(std::move(form), random);
      made.push_back(std::move(form));
    }
    return made;
  }

  void check(const Prefilter& prefilter, PrefilterScratch& scratch,
             const std::vector<std::string>& texts) {
    PrefilterScan scan(prefilter, scratch);
    for (const std::string& text : texts) scan.add(text, bytes_in(text), 1, 1);
    std::vector<PrefilterHit> hits;
    ASSERT_TRUE(scan.run(hits));
    hits_ += hits.size();
    std::size_t next = 0;
    for (std::uint32_t item = 0; item < items_.size(); ++item) {
      for (std::uint32_t form = 0; form < texts.size(); ++form) {
        const bool hit = next < hits.size() && hits[next].item == item && hits[next].form == form;
        if (hit) ++next;
        const Subject& subject = subjects_[item];
        const bool match =
            subject.pattern ? subject.pattern->match(texts[form], nullptr) == OperatorResult::kMatch
                            : subject.phrases->find(texts[form]).has_value();
        if (!match) continue;
        ++matches_;
        ASSERT_TRUE(hit) << items_[item].pattern.regex << "\nmatches, unseen: " << texts[form];
      }
    }
    EXPECT_EQ(next, hits.size()) << "hits are in order, each once";
  }
};

std::vector<testing::RulePattern> own_patterns() {
  std::vector<testing::RulePattern> rules;
  for (const std::string_view text : testing::kOwnPatterns) {
    rules.push_back({.where = "own", .regex = std::string(text)});
  }
  rules.push_back({.where = "own", .phrases = {"etc/passwd", ".bash", "x", "SELECT 1"}});
  return rules;
}

TEST(PrefilterDifferential, MissesNoMatchOfOwnPatterns) {
  Differential test(own_patterns());
  test.run(300);
  EXPECT_GT(test.matches(), 1000U);
}

TEST(PrefilterDifferential, MissesNoMatchOfTheCoreRuleSet) {
  const auto corpora = testing::corpora_folder();
  if (!corpora) GTEST_SKIP() << "skipped: no corpora";
  Differential test(testing::rule_patterns(*corpora / "crs/rules"));
  test.run(300);
  EXPECT_GT(test.matches(), 10'000U);
  RecordProperty("hits", static_cast<int>(test.hits()));
  RecordProperty("matches", static_cast<int>(test.matches()));
}

TEST(PrefilterDifferential, MissesNoMatchOfTheOlderCoreRuleSet) {
  const auto rules = testing::rule_patterns("/usr/share/modsecurity-crs/rules");
  if (rules.empty()) GTEST_SKIP() << "skipped: no modsecurity-crs";
  Differential test(rules);
  test.run(200);
  EXPECT_GT(test.matches(), 5'000U);
}

}  // namespace
}  // namespace yagura::waf
