#include <gtest/gtest.h>

#include "rules/match/glob_tree.hpp"
#include "rules/match/ip_set.hpp"
#include "rules/match/path_prefixes.hpp"
#include "rules/match/pattern.hpp"
#include "rules/match/string_set.hpp"

namespace yagura::rules {
namespace {

TEST(StringSets, HoldWhatTheyWereMadeOf) {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i)
    texts.push_back(std::string(static_cast<std::size_t>(i % 90), 'x') + std::to_string(i));
  const StringSet set(texts);
  for (const std::string& text : texts) EXPECT_TRUE(set.contains(text));
  EXPECT_FALSE(set.contains("x"));
  EXPECT_FALSE(set.contains(""));
  EXPECT_FALSE(StringSet().contains("a"));
  EXPECT_FALSE(StringSet(std::vector<std::string>{}).contains(""));
  EXPECT_TRUE(StringSet({""}).contains(""));
}

// The hash reads 24 bytes of each: these differ in others.
TEST(StringSets, HoldTextsThatShareAHash) {
  std::vector<std::string> texts;
  for (int i = 0; i < 20'000; ++i) {
    std::string text(80, 'x');
    text.replace(10, 5, std::to_string(10'000 + i).substr(0, 5));
    texts.push_back(text);
  }
  ASSERT_EQ(quick_hash(texts.front()), quick_hash(texts.back()));
  const StringSet set(texts);
  for (const std::string& text : texts) EXPECT_TRUE(set.contains(text));
  EXPECT_FALSE(set.contains(std::string(80, 'x')));
}

bool glob(std::string_view pattern, std::string_view text,
          PatternCase letters = PatternCase::kSensitive) {
  const auto made = Pattern::glob(pattern, letters);
  EXPECT_TRUE(made.has_value()) << pattern;
  return made && made->matches(text);
}

TEST(Globs, MatchAsFnmatchDoes) {
  EXPECT_TRUE(glob("/etc/*", "/etc/a/b"));
  EXPECT_FALSE(glob("/etc/*", "/etc"));
  EXPECT_TRUE(glob("*.so", "a.so"));
  EXPECT_TRUE(glob("*so*", "a.so.1"));
  EXPECT_TRUE(glob("*", ""));
  EXPECT_TRUE(glob("", ""));
  EXPECT_FALSE(glob("", "a"));
  EXPECT_TRUE(glob("a?c", "abc"));
  EXPECT_FALSE(glob("a?c", "ac"));
  EXPECT_TRUE(glob("[a-c]x[!0-9]", "bxq"));
  EXPECT_FALSE(glob("[a-c]x[!0-9]", "bx1"));
  EXPECT_TRUE(glob("[[:digit:]]?*", "1a"));
  EXPECT_TRUE(glob("[]a]*b", "]b"));
  EXPECT_TRUE(glob("a\\*b", "a*b"));
  EXPECT_FALSE(glob("a\\*b", "axb"));
  EXPECT_TRUE(glob("a[b", "a[b"));
  EXPECT_TRUE(glob("a.b(c)+", "a.b(c)+"));
  EXPECT_TRUE(glob("*(ab|c)d", "abcabd"));
  EXPECT_TRUE(glob("@(a|b)?", "bx"));
  EXPECT_FALSE(glob("+(a)b", "b"));
  EXPECT_TRUE(glob("?(a)b", "b"));
  EXPECT_TRUE(glob("/ETC/*", "/etc/x", PatternCase::kInsensitive));
  EXPECT_TRUE(glob("a*b",
                   "a\n\xff"
                   "b"));
  EXPECT_TRUE(glob("a[!B]c", "axc", PatternCase::kInsensitive));
  EXPECT_FALSE(glob("a[!B]c", "abc", PatternCase::kInsensitive));
  EXPECT_FALSE(Pattern::glob("+(a", PatternCase::kSensitive).has_value());
  EXPECT_FALSE(Pattern::glob("[z-a]", PatternCase::kSensitive).has_value());
  EXPECT_FALSE(Pattern::glob("[[:letter:]]", PatternCase::kSensitive).has_value());
}

TEST(Globs, MatchEverythingElse) {
  EXPECT_FALSE(glob("!(a|b)", "a"));
  EXPECT_TRUE(glob("!(a|b)", "ab"));
  EXPECT_TRUE(glob("!(a|b)", ""));
  EXPECT_FALSE(glob("!()", ""));
  EXPECT_TRUE(glob("!()", "x"));
  EXPECT_TRUE(glob("/etc/!(passwd|shadow)", "/etc/hosts"));
  EXPECT_FALSE(glob("/etc/!(passwd|shadow)", "/etc/shadow"));
  EXPECT_TRUE(glob("/etc/!(passwd|shadow)", "/etc/shadow-"));
  EXPECT_FALSE(glob("!(*.so)", "libc.so"));
  EXPECT_TRUE(glob("!(*.so)", "libc.so.6"));
  EXPECT_TRUE(glob("*!(.so)", "libc.so"));  // the star takes it all
  EXPECT_TRUE(glob("a!(b)c", "abbc"));
  EXPECT_FALSE(glob("a!(b)c", "abc"));
  EXPECT_TRUE(glob("a!(b)c", "ac"));
  EXPECT_FALSE(glob("a!(b)c", "ab"));
  EXPECT_TRUE(glob("!(!(a))", "a"));
  EXPECT_FALSE(glob("!(!(a))", "b"));
  EXPECT_TRUE(glob("+(!(a)/)x", "b/c/x"));
  EXPECT_FALSE(glob("+(!(a*)/)x", "a/x"));
  EXPECT_FALSE(glob("!(SH)", "sh", PatternCase::kInsensitive));
  EXPECT_TRUE(glob("!(+([0-9]))", "12x"));
  EXPECT_FALSE(glob("!(+([0-9]))", "120"));
  EXPECT_TRUE(glob("!(a)", std::string_view("\xff\n\0", 3)));
}

// Every text of up to five letters, against the definition: some middle is none of the
// alternatives.
TEST(Globs, AgreeWithWhatNegationMeans) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; texts.back().size() < 5; ++i) {
    for (const char c : {'a', 'b', 'c'}) texts.push_back(texts[i] + c);
  }
  for (const std::string& text : texts) {
    bool expected = false;
    const std::string_view view = text;
    if (text.size() >= 1 && text.front() == 'a') {
      for (std::size_t end = 1; end <= text.size(); ++end) {
        const std::string_view middle = view.substr(1, end - 1);
        const std::string_view rest = view.substr(end);
        const bool is_excluded = middle == "b" || glob("c*", middle);
        const bool fits = rest.find_first_not_of("bc") == std::string_view::npos;
        expected = expected || (!is_excluded && fits);
      }
    }
    EXPECT_EQ(glob("a!(b|c*)*([bc])", text), expected) << text;
  }
}

TEST(Globs, StayLinearAndBounded) {
  const std::string text(100'000, 'a');
  EXPECT_FALSE(glob("*a*a*a*a*a*a*a*a*a*a!(a*)b", text));
  EXPECT_FALSE(glob("+(+(+(!(b)a)a)a)b", text));
  std::string nested;
  for (std::size_t i = 0; i < kMaxGlobGroups; ++i) nested += "!(";
  EXPECT_TRUE(glob(nested + "a" + std::string(kMaxGlobGroups, ')'), "a"));
  EXPECT_FALSE(Pattern::glob("!(" + nested + "a" + std::string(kMaxGlobGroups + 1, ')'),
                             PatternCase::kSensitive)
                   .has_value());
  // 2^20 states, were they made.
  const auto made = Pattern::glob("!(*a" + std::string(20, '?') + ")", PatternCase::kSensitive);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::kLimitExceeded);
  EXPECT_FALSE(
      Pattern::glob("!(" + std::string(20'000, 'x') + ")", PatternCase::kSensitive).has_value());
}

TEST(Regexes, MatchTheWholeText) {
  const auto pattern = Pattern::regex("[a-z]+[0-9]{2}");
  ASSERT_TRUE(pattern.has_value());
  EXPECT_TRUE(pattern->matches("ab12"));
  EXPECT_FALSE(pattern->matches("ab123"));
  EXPECT_FALSE(Pattern::regex("a(").has_value());
  EXPECT_FALSE(Pattern::regex("((a{1000}){1000}){1000}").has_value());
  const auto any = Pattern::regex("a.b");
  ASSERT_TRUE(any.has_value());
  EXPECT_TRUE(
      any->matches("a\xff"
                   "b"));
}

TEST(Prefixes, MatchWholeComponents) {
  PathPrefixes prefixes;
  for (const char* path : {"/etc", "/usr/local/bin", "/var/*/log", "/home/[ab]*/.ssh"}) {
    ASSERT_TRUE(prefixes.add(path).has_value());
  }
  EXPECT_TRUE(prefixes.matches("/etc"));
  EXPECT_TRUE(prefixes.matches("/etc/passwd"));
  EXPECT_TRUE(prefixes.matches("//etc//passwd"));
  EXPECT_FALSE(prefixes.matches("/etcetera"));
  EXPECT_FALSE(prefixes.matches("/usr/local"));
  EXPECT_TRUE(prefixes.matches("/usr/local/bin/x"));
  EXPECT_TRUE(prefixes.matches("/var/x/log/y"));
  EXPECT_FALSE(prefixes.matches("/var/log"));
  EXPECT_TRUE(prefixes.matches("/home/alice/.ssh/id"));
  EXPECT_FALSE(prefixes.matches("/home/carol/.ssh/id"));
  EXPECT_FALSE(prefixes.matches(""));
  PathPrefixes others;
  ASSERT_TRUE(others.add("/etc/!(ssl|pki)").has_value());
  EXPECT_TRUE(others.matches("/etc/passwd"));
  EXPECT_FALSE(others.matches("/etc/ssl/cert.pem"));
  PathPrefixes root;
  ASSERT_TRUE(root.add("/").has_value());
  EXPECT_TRUE(root.matches("/x"));
}

TEST(Prefixes, ShorterOnesAndGlobsAreBothFound) {
  PathPrefixes prefixes;
  ASSERT_TRUE(prefixes.add("/a/b/c").has_value());
  ASSERT_TRUE(prefixes.add("/a/*/d").has_value());
  EXPECT_TRUE(prefixes.matches("/a/b/d"));
  EXPECT_TRUE(prefixes.matches("/a/b/c"));
  EXPECT_FALSE(prefixes.matches("/a/b/e"));
}

std::string ip(std::string_view text) {
  const auto network = parse_network(text);
  EXPECT_TRUE(network.has_value()) << text;
  return {reinterpret_cast<const char*>(network->bytes.data()), network->size};
}

TEST(Networks, ContainAddresses) {
  const auto in = [](std::string_view network, std::string_view address) {
    return parse_network(network)->contains(ip(address));
  };
  EXPECT_TRUE(in("10.0.0.0/8", "10.1.2.3"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.1.2.3"));
  EXPECT_TRUE(in("172.16.0.0/12", "172.31.0.1"));
  EXPECT_FALSE(in("172.16.0.0/12", "172.32.0.1"));
  EXPECT_TRUE(in("10.0.0.0/255.0.0.0", "10.1.2.3"));
  EXPECT_TRUE(in("0.0.0.0/0", "1.2.3.4"));
  EXPECT_TRUE(in("fe80::/10", "fe80::1"));
  EXPECT_FALSE(in("fe80::/10", "fec0::1"));
  EXPECT_FALSE(in("::/0", "1.2.3.4"));
  EXPECT_TRUE(in("1.2.3.4", "1.2.3.4"));
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4/33", "::1/129", "a", "1.2.3.4/x", "10.0.0.0/255.0.255.0"}) {
    EXPECT_FALSE(parse_network(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace yagura::rules
