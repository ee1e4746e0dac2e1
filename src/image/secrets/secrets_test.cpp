#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <set>

#include "core/visible_text.hpp"
#include "image/secrets/anchor.hpp"
#include "image/secrets/checks.hpp"
#include "image/secrets/keyword_matcher.hpp"
#include "image/secrets/pattern_sampler.hpp"
#include "image/secrets/rule.hpp"
#include "image/secrets/scanner.hpp"
#include "image/secrets/secret_analyzer.hpp"

namespace yagura::image {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const SecretScanner& scanner() {
  static const SecretScanner made;
  return made;
}

std::vector<std::string> rules_in(
    std::string_view text, SecretScanner::Contents contents = SecretScanner::Contents::kText) {
  std::vector<std::string> out;
  for (const Secret& secret : scanner().scan(text, contents).secrets) out.push_back(secret.rule);
  return out;
}

// Texts are put together here, so that no scanner takes this file for a leak.
std::string token(std::string_view prefix, std::size_t length, unsigned seed = 1) {
  constexpr std::string_view kLetters =
      "aB3dE5gH7jK9mN2pQ4sT6vW8yZ1cF0iLoRuXbAeDhGkJnMqPtSwVzYlCfIrUx";
  std::string out(prefix);
  std::uint32_t state = seed * 2654435761U + 12345;
  for (std::size_t i = 0; i < length; ++i) {
    state = state * 1664525U + 1013904223U;
    out += kLetters[state >> 16 & 63 ? (state >> 16) % kLetters.size() : 0];
  }
  return out;
}

std::string with_crc(std::string_view prefix) {
  const std::string body = token("", 30, 7);
  auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string sum(6, '0');
  for (std::size_t i = 6; i-- > 0; crc /= 62) sum[i] = kDigits[crc % 62];
  return std::string(prefix) + body + sum;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j)
      word = word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j <= bytes.size() ? kDigits[word >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

// What the sampler cannot make: the check looks inside.
std::map<std::string, std::string> made_examples() {
  const std::string body = token("", 700, 3);
  std::string der("\x30\x82\x02\x5c", 4);
  der += std::string(0x25c, 'k');
  for (std::size_t i = 4; i < der.size(); ++i) der[i] = static_cast<char>(i * 37 + i / 7);
  const std::string jwt = base64(R"({"alg":"RS256","kid":"0123"})");
  std::string service_jwt = jwt;
  while (service_jwt.ends_with('=')) service_jwt.pop_back();
  const std::string claims =
      base64(R"({"iss":"kubernetes/serviceaccount","sub":"system:x:y:zzz"})");
  std::string cut_claims = claims.substr(0, claims.find('='));
  return {
      {"github-token", with_crc(std::string("gh") + "p_")},
      {"npm-token", with_crc(std::string("np") + "m_")},
      {"private-key",
       "-----BEGIN "
       "RSA PRIVATE KEY-----\n" +
           base64(der) + "\n-----END"},
      {"kubernetes-service-account-token",
       service_jwt + "." + cut_claims + "." + body.substr(0, 342)},
      {"jwt", service_jwt + "." + cut_claims + "." + body.substr(0, 86)},
      {"discord-bot-token", "discord token: " + base64("123456789012345678") + "." +
                                body.substr(0, 6) + "." + body.substr(0, 27)},
      {"azure-storage-key", "AccountKey=" + base64(body.substr(0, 64))},
      {"azure-cosmosdb-key",
       "https://a.documents.azure.com:443/;Key=" + base64(body.substr(0, 64))},
      {"pypi-token",
       "pypi-" + base64(std::string("\x02\x01\x08pypi.org\x02", 12) + body.substr(0, 60))},
      {"netrc-password", "machine api.internal login deploy password Sw0rdf1sh9"},
      {"openvpn-static-key",
       std::string("-----BEGIN OpenVPN Static ") + "key V1-----\n" +
           "6acef03f62675b4b1bbd03e53b187727423cea742242106cb2916a8a4c829756"},
      {"connection-string-password", "Server=db.internal;Database=a;Uid=b;Pwd=Tr0ub4dor&3;"},
      {"environment-secret", "export PAYMENT_API_KEY=" + body.substr(0, 24)},
      {"password-assignment", "db_password = \"" + body.substr(0, 14) + "\""},
      {"oracle-cloud-key",
       "fingerprint=20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34\nkey_file=~/.oci/k.pem"},
      {"rails-master-key",
       "secret_key_base: 0f3c9a1b7d5e2846ac01fe93b7d4c825660e1f8a92b3c7d4e5f60718293a4b5c"},
      {"api-key-assignment", "api_key: \"" + body.substr(20, 36) + "\""},
  };
}

TEST(SecretRules, AreManyAndDistinct) {
  std::set<std::string_view> ids;
  for (const SecretRule& rule : secret_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.keywords.empty()) << rule.id;
    EXPECT_FALSE(rule.title.empty()) << rule.id;
  }
  EXPECT_GE(ids.size(), 120U);
}

// The sampler's words are random, so a check may refuse one; none of 400 would be a dead rule.
TEST(SecretRules, EachFindsWhatItsPatternDescribes) {
  const auto made = made_examples();
  PatternSampler sampler(20'261'124);
  for (const SecretRule& rule : secret_rules()) {
    bool found = false;
    std::string last;
    for (int i = 0; i < 400 && !found; ++i) {
      const auto at = made.find(std::string(rule.id));
      last = at != made.end() ? at->second : sampler.sample(rule.pattern);
      const std::string keyword(rule.keywords.substr(0, rule.keywords.find(' ')));
      const std::string text = "line one\n# " + keyword + "\n" + last + "\nlast line\n";
      found = testing::Value(rules_in(text), Contains(std::string(rule.id)));
    }
    EXPECT_TRUE(found) << rule.id << ": " << last;
  }
}

TEST(SecretScanner, TellsTheLineAndHidesTheSecret) {
  const std::string secret = with_crc(std::string("gh") + "p_");
  const auto found =
      scanner().scan("one\ntwo\ntoken: " + secret + " # ci\n", SecretScanner::Contents::kText);
  ASSERT_EQ(found.secrets.size(), 1U);
  EXPECT_EQ(found.secrets[0].line, 3U);
  EXPECT_TRUE(found.secrets[0].verified);
  EXPECT_THAT(found.secrets[0].excerpt, HasSubstr("token: gh"
                                                  "p_********"));
  EXPECT_THAT(found.secrets[0].excerpt, Not(HasSubstr(secret.substr(5, 10))));
}

TEST(SecretScanner, ExcerptHidesOtherSecretsOfItsLine) {
  const std::string one = with_crc(std::string("gh") + "p_");
  const std::string password = "k7Wq-93bZx";
  const std::string text = "a " + one + " b postgres://db:" + password + "@db/x " + one + "\n";
  const auto found = scanner().scan(text, SecretScanner::Contents::kText);
  ASSERT_EQ(found.secrets.size(), 2U);
  for (const Secret& secret : found.secrets) {
    EXPECT_THAT(secret.excerpt, Not(HasSubstr(one.substr(4, 6))));
    EXPECT_THAT(secret.excerpt, Not(HasSubstr(password)));
  }
}

TEST(SecretScanner, ExcerptIsCutBetweenCharacters) {
  const std::string text =
      "postgres://db:p\u00e4\u20ac\u20ac9\u20ac7\u20ac-xyzq\u20ac@db.internal/x\n";
  const auto found = scanner().scan(text, SecretScanner::Contents::kText);
  ASSERT_EQ(found.secrets.size(), 1U);
  EXPECT_EQ(core::visible(found.secrets[0].excerpt), found.secrets[0].excerpt);
  EXPECT_THAT(found.secrets[0].excerpt, HasSubstr("p\u00e4********@db"));
}

TEST(SecretScanner, CoveredGenericSecretsTakeNoPlaces) {
  std::string text;
  for (unsigned i = 0; i < 150; ++i)
    text += "api_key = \"" + token(std::string("gl") + "pat-", 20, i + 100) + "\"\n";
  const auto found = scanner().scan(text, SecretScanner::Contents::kText);
  const auto binary = scanner().scan(text, SecretScanner::Contents::kBinary);
  EXPECT_EQ(binary.secrets.size(), 150U);
  EXPECT_EQ(found.secrets.size(), 150U);
  EXPECT_EQ(found.dropped, 0U);
}

TEST(SecretScanner, AWrongChecksumIsNoToken) {
  std::string secret = with_crc(std::string("gh") + "p_");
  secret.back() = secret.back() == 'a' ? 'b' : 'a';
  EXPECT_THAT(rules_in(secret), IsEmpty());
}

TEST(SecretScanner, PassesOverExamplesAndPlaceholders) {
  const char* const kHarmless[] = {
      "aws_access_key_id = AKIA"
      "IOSFODNN7EXAMPLE",
      "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEX"
      "AMPLEKEY",
      "postgres://user:password@db/x",
      "postgres://user:${DB_PASSWORD}@db/x",
      "postgres://postgres:postgres@db.internal/x",
      "mysql://root:<password>@db/x",
      "https://user:pass@example.com/",
      "password = \"changeme-please\"",
      "API_TOKEN=your_token_goes_here",
      "DB_PASSWORD=xxxxxxxxxxxxxxxx",
      "client_secret: \"some-long-option-name\"",
      "access_token = \"aaaaaaaaaaaaaaaaaaaaaaaa\"",
      "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
      "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
      "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  };
  for (const char* text : kHarmless) EXPECT_THAT(rules_in(text), IsEmpty()) << text;
}

TEST(SecretScanner, KnowsAKeyWithAPassphrase) {
  std::string bytes(
      "openssh-key-v1\0\0\0\0\x0a"
      "aes256-ctr",
      29);
  bytes += token("", 300, 9);
  const auto found = scanner().scan(
      "-----BEGIN "
      "OPENSSH PRIVATE KEY-----\n" +
          base64(bytes) + "\n-----END OPENSSH PRIVATE KEY-----",
      SecretScanner::Contents::kText);
  ASSERT_EQ(found.secrets.size(), 1U);
  EXPECT_EQ(found.secrets[0].severity, model::Severity::kLow);
  EXPECT_THAT(found.secrets[0].title, HasSubstr("passphrase"));
}

TEST(SecretScanner, SaysOneThingOnce) {
  const std::string secret = with_crc(std::string("gh") + "p_");
  EXPECT_THAT(rules_in("GITHUB_TOKEN=" + secret + "\nGITHUB_TOKEN=" + secret),
              ElementsAre("github-token"));
}

TEST(SecretScanner, LooksIntoBinariesForWhatItsFormGivesAway) {
  const std::string secret = with_crc(std::string("gh") + "p_");
  const std::string binary = std::string("\0\x7f\xff", 3) + secret + std::string("\0\0", 2) +
                             "PAYMENT_API_KEY=" + token("", 24);
  EXPECT_THAT(rules_in(binary, SecretScanner::Contents::kBinary), ElementsAre("github-token"));
}

TEST(SecretScanner, BoundsWhatOneTextMaySay) {
  std::string text;
  for (unsigned i = 0; i < 300; ++i)
    text += std::string("SERVICE_API_KEY=") + token("", 32, i + 1) + "\n";
  const auto found = scanner().scan(text, SecretScanner::Contents::kText);
  EXPECT_EQ(found.secrets.size(), SecretScanner::kMaxSecrets);
  EXPECT_GE(found.dropped, 90U);  // a few of the words look like placeholders
}

TEST(SecretScanner, GivesUpOnATextOfNothingButKeywords) {
  std::string text;
  while (text.size() < (std::size_t{1} << 20)) text += "-----BEGIN ";
  EXPECT_TRUE(scanner().scan(text, SecretScanner::Contents::kText).gave_up);
}

TEST(KeywordMatcher, FindsEachWordInAnyCase) {
  const KeywordMatcher matcher({{"AKIA", 1}, {"akiab", 2}, {"_key=", 3}, {"://", 4}});
  std::vector<std::pair<std::uint32_t, std::size_t>> found;
  matcher.find("xAkIaB _KEY= http://",
               [&](std::uint32_t value, std::size_t at) { found.emplace_back(value, at); });
  EXPECT_THAT(found, testing::UnorderedElementsAre(std::pair(1U, 1UL), std::pair(2U, 1UL),
                                                   std::pair(3U, 7UL), std::pair(4U, 17UL)));
}

// Against the plain way, over texts in which words begin at every place.
TEST(KeywordMatcher, AgreesWithASearchForEachWord) {
  const std::vector<std::string> words = {"abc", "bca", "cab", "aab", "abca", "bbb"};
  std::vector<KeywordMatcher::Word> made;
  for (std::size_t i = 0; i < words.size(); ++i)
    made.push_back({words[i], static_cast<std::uint32_t>(i)});
  const KeywordMatcher matcher(made);
  std::mt19937 random(5);
  for (int turn = 0; turn < 500; ++turn) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "abcxABC"[random() % 7];
    std::multiset<std::pair<std::size_t, std::uint32_t>> expected;
    std::string folded = text;
    for (char& c : folded) c = static_cast<char>(std::tolower(c));
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (std::size_t at = folded.find(words[i]); at != std::string::npos;
           at = folded.find(words[i], at + 1))
        expected.emplace(at, static_cast<std::uint32_t>(i));
    }
    std::multiset<std::pair<std::size_t, std::uint32_t>> found;
    matcher.find(text, [&](std::uint32_t value, std::size_t at) { found.emplace(at, value); });
    EXPECT_EQ(found, expected) << text;
  }
}

TEST(KeywordMatcher, FindsWhatEndsTheTextAndTellsHowFarItIs) {
  const KeywordMatcher matcher({{"sig", 1}, {"token", 2}});
  for (std::size_t before = 0; before < 40; ++before) {
    for (const std::string_view word : {"sig", "TOKEN"}) {
      std::vector<std::size_t> found;
      matcher.find(std::string(before, '.') + std::string(word),
                   [&](std::uint32_t, std::size_t at) { found.push_back(at); });
      EXPECT_THAT(found, testing::ElementsAre(before)) << word;
    }
  }
  std::vector<std::size_t> told;
  const std::string text(std::size_t{3} << 20, 'x');
  matcher.find(
      text, [](std::uint32_t, std::size_t) {}, [&](std::size_t at) { told.push_back(at); });
  EXPECT_THAT(told, testing::ElementsAre(std::size_t{1} << 20, std::size_t{2} << 20));
}

TEST(Anchor, ReadsThePatternsThatBeginWithTheirKeyword) {
  const auto run_of = [](std::string_view pattern, std::string_view keyword) {
    const Anchor anchor = anchor_of(pattern, keyword);
    return anchor.begins ? static_cast<int>(anchor.run) : -1;
  };
  EXPECT_EQ(run_of(R"(\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{64})\b)", "pat"), 14);
  EXPECT_EQ(run_of(R"(\b(gh[pousr]_[A-Za-z0-9]{36})\b)", "gho_"), 36);
  EXPECT_EQ(run_of(R"(\b(t1\.[A-Z0-9a-z_-]+[=]{0,2})", "t1."), 1);
  EXPECT_EQ(run_of(R"(\b(SG\.[A-Za-z0-9_-]{22,40}\.x))", "SG."), 22);
  EXPECT_EQ(run_of(R"(\b(whsec_[A-Za-z0-9+/]{32,64}))", "whsec_"), 0);
  EXPECT_EQ(run_of(R"(\b(x[a-c]z))", "xbz"), -1);  // ranges are not opened
  EXPECT_EQ(run_of(R"(\b([A-Z]{3}AZDO[A-Z]{4}))", "AZDO"), -1);
  EXPECT_EQ(run_of(R"(\b(a1|b2))", "a1"), -1);
  EXPECT_EQ(run_of(R"(\b(abc?[0-9]{9}))", "abc"), -1);
  EXPECT_EQ(run_of(R"((pat[a-z]{3}))", "pat"), -1);
  EXPECT_EQ(run_of(R"(\b(a\d\d))", "add"), -1);
}

TEST(Anchor, LetsThroughWhatMayBegin) {
  const Anchor anchor{.begins = true, .run = 4};
  EXPECT_TRUE(may_begin(anchor, "pat", "=patA-1_.", 1));
  EXPECT_TRUE(may_begin(anchor, "pat", "pat1234", 0));
  EXPECT_FALSE(may_begin(anchor, "pat", "xpat1234", 1));
  EXPECT_FALSE(may_begin(anchor, "pat", "Pat1234", 0));
  EXPECT_FALSE(may_begin(anchor, "pat", "pat123", 0));
  EXPECT_FALSE(may_begin(anchor, "pat", "pat12.4", 0));
  EXPECT_TRUE(may_begin({}, "pat", "xPAT/", 1));
}

TEST(SecretScanner, BlotsOutEverySecretOfATextEachTimeItStands) {
  const std::string one = token(std::string("sk_") + "live_", 24, 3);
  const std::string two = token(std::string("sk_") + "live_", 24, 4);
  const std::string text = "curl -u " + one + ": " + two + " " + one + " x";
  EXPECT_EQ(scanner().without_secrets(text), "curl -u sk_l********: sk_l******** sk_l******** x");
  EXPECT_EQ(without_secrets("nothing here"), "nothing here");
  EXPECT_EQ(without_secrets(""), "");
}

TEST(SecretAnalyzer, SearchesTextsAndPassesOverPictures) {
  const auto analyzer = make_secret_analyzer();
  const FileEntry file{.path = "app/.env", .size = 60};
  EXPECT_TRUE(analyzer->wants(file, "KEY=1234567890"));
  EXPECT_FALSE(analyzer->wants(file, "\x89PNG\r\n"));
  FileFacts facts;
  const std::string text = "STRIPE=" + token(std::string("sk_") + "live_", 24);
  analyzer->analyze(file, MemoryContent(text), facts);
  ASSERT_EQ(facts.secrets.size(), 1U);
  EXPECT_EQ(facts.secrets[0].rule, "stripe-secret-key");
}

TEST(SecretScanner, KnowsTheHostsOfExamples) {
  const auto count = [](std::string_view host) {
    const std::string text = "see https://john:" + std::string("Zq81xPw7@") + std::string(host);
    return scanner().scan(text, SecretScanner::Contents::kText).secrets.size();
  };
  for (const std::string_view host : {"example.com/", "my.example.org", "db.example",
                                      "localhost:80", "pypi.company.com", "a.test"})
    EXPECT_EQ(count(host), 0U) << host;
  for (const std::string_view host : {"git.corp.net/", "notexample.com", "10.1.2.3", "testing.io"})
    EXPECT_EQ(count(host), 1U) << host;
}

TEST(SecretAnalyzer, SaysOfDocumentsThatTheyWeighLess) {
  const auto analyzer = make_secret_analyzer();
  const std::string text = "STRIPE=" + token(std::string("sk_") + "live_", 24);
  const auto severity_in = [&](std::string_view path) {
    FileFacts facts;
    analyzer->analyze({.path = path, .size = text.size()}, MemoryContent(text), facts);
    return facts.secrets.at(0).severity;
  };
  EXPECT_EQ(severity_in("usr/share/doc/a/README"), model::Severity::kLow);
  EXPECT_GT(severity_in("srv/README"), model::Severity::kLow);
}

TEST(Entropy, IsTheTextbooks) {
  EXPECT_DOUBLE_EQ(entropy("aaaa"), 0);
  EXPECT_DOUBLE_EQ(entropy("abab"), 1);
  EXPECT_DOUBLE_EQ(entropy("abcdefgh"), 3);
}

}  // namespace
}  // namespace yagura::image
