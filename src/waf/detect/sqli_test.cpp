#include "waf/detect/sqli.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::waf {
namespace {

SqliResult detect(std::string_view text) {
  SqliResult result;
  const bool attack = detect_sqli(text, result);
  EXPECT_EQ(attack, result.is_attack) << text;
  EXPECT_EQ(attack, !result.fingerprint.empty()) << text;
  if (attack) {
    EXPECT_TRUE(sqli_condition().may_match(bytes_in(text), text.size())) << text;
  }
  return result;
}

TEST(DetectSqli, FindsWhatEndsAString) {
  for (const std::string_view text : {
           "' or 1=1",
           "' or 1=1-- -",
           "' or 1=1#",
           "' or '1'='1",
           "x' or 'a'='a",
           "x\" or \"a\"=\"a",
           "admin'--",
           "admin'/*",
           "admin') -- ",
           "' and 1=(select count(*) from users) --",
           "'||(select password from users)||'",
           "' union select null, null --",
           "') union all select 1,2,3 from users",
           "'; drop table users; --",
           "';exec master..xp_cmdshell 'dir'",
           "' waitfor delay '0:0:5'--",
           "'; declare @q varchar(99)",
           "' order by 3-- ",
           "' group by x having 1=1--",
           "1' and sleep(5)#",
           "x' and extractvalue(1, concat(0x7e, version())) and '1'='1",
           "''' or 1=1",
           "' or/**/1=1",
           "'\tor\n1=1",
           "'\xa0or\xa0"
           "1=1",
           "' oR tRuE --",
           "x' like 'x",
           "'+sleep(5)+'",
           "a'or'a",
           "' into outfile '/tmp/x';",
       }) {
    EXPECT_TRUE(detect(text).is_attack) << text;
  }
}

TEST(DetectSqli, FindsWhatFollowsANumberOrAName) {
  for (const std::string_view text : {
           "1 or 1=1",
           "-1 union select 1,2,3",
           "1 union all select null,version()",
           "1 union/**/select 1",
           "1.0union select 1",
           "1;drop table users",
           "1; insert into users values (1)",
           "1) or (1=1",
           "1) union select 1",
           "1 and sleep(5)",
           "1 and (select 1 from dual)=1",
           "1 order by 5-- ",
           "1-- ",
           "name) union select a, b from c",
           "x; drop table users",
           "x or 1=1",
           "1 and 1=1 and x",
           "1 waitfor delay '0:0:5'",
           "0x31 or 1=1",
           "1e0 or 1=1",
       }) {
    EXPECT_TRUE(detect(text).is_attack) << text;
  }
}

TEST(DetectSqli, FindsStatementsAndCallsByThemselves) {
  for (const std::string_view text : {
           "sleep(5)",
           "(select sleep(5))",
           "select sleep(5)",
           "select 1 from dual",
           "select a from b where c",
           "union select 1,2",
           "benchmark(1000000, md5(1))",
           "if(now()=sysdate(),sleep(5),0)",
           "case when 1 then 2 else 3 end",
           "extractvalue(1, concat(0x7e, user()))",
           "select 1 /*! from users */",
           "1/*!50000union*/select",
           "'{}'::jsonb",
           "; drop table users",
           "or 1=1",
           "and (select 1)=1",
       }) {
    EXPECT_TRUE(detect(text).is_attack) << text;
  }
}

// What people write. The peer's own judgement of these is asked in detect_peer_test.cpp.
TEST(DetectSqli, LeavesOrdinaryTextAlone) {
  for (const std::string_view text : {
           "",
           "a",
           "hello",
           "O'Brien",
           "O'Neill and Sons",
           "rock 'n' roll",
           "it's 1 or 2 items, isn't it?",
           "1 or 2 items",
           "5 and 6",
           "select one from the list",
           "select all that apply",
           "Please select the union you belong to",
           "the union select committee",
           "drop me a line; update me on it",
           "if (a == b) { return c; }",
           "for (int i = 0; i < n; ++i) sum += values[i];",
           "x = y + z",
           "a < b and c > d",
           "https://example.org/a?b=c&d=e#f",
           "user@example.org",
           "2024-01-02T03:04:05Z",
           "550e8400-e29b-41d4-a716-446655440000",
           "+81 (3) 1234-5678",
           "3.14159",
           "{\"name\": \"O'Brien\", \"or\": [1, 2]}",
           "don't panic -- or do",
           "git commit --amend",
           "\"--version\",",
           "C:\\Users\\o'brien\\file.txt",
           "/usr/local/bin",
           "text/html, application/json;q=0.9, */*;q=0.8",
           "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
           "東京都千代田区1-1",
           "「はい」または「いいえ」",
           "created by Bob, ordered by Alice",
           "#hashtag",
           "C# or F#?",
           "100% cotton",
           "'quoted'",
           "\"quoted\" and \"quoted again\"",
           "what's new",
           "import x from 'y';",
           "max(a, b)",
           "f(x) = x^2",
       }) {
    EXPECT_FALSE(detect(text).is_attack) << text << " " << detect(text).fingerprint;
  }
}

TEST(DetectSqli, FingerprintNamesTheKindsOfTokens) {
  EXPECT_EQ(detect("' or 1=1").fingerprint, "s&1");
  EXPECT_EQ(detect("1 union select 2").fingerprint, "1UE1");
  EXPECT_EQ(detect("sleep(5)").fingerprint, "f(1)");
}

TEST(DetectSqli, PlainWordsLackWhatAnAttackNeeds) {
  for (const std::string_view text :
       {"hello", "a.b_c", "/path/to/file", "12", "deadbeef01", "日本語", "what?"}) {
    EXPECT_FALSE(sqli_condition().may_match(bytes_in(text), text.size())) << text;
  }
}

TEST(DetectSqli, FindsAttacksWithoutBlanksQuotesAndBrackets) {
  for (const std::string_view text :
       {"1or.1like.1", "1.0or.1like.1", "1/1union", "~1union", "-1union"}) {
    EXPECT_TRUE(detect(text).is_attack) << text;
  }
}

TEST(DetectSqli, NumbersAndWordsBeforeALastUnionAreProse) {
  for (const std::string_view text :
       {"$2$2minus", "1 1 minus", "1 2 union", "2 x union", "-1 x union", "1+1 x union"}) {
    EXPECT_FALSE(detect(text).is_attack) << text;
  }
  EXPECT_TRUE(detect("-1 union").is_attack);
  EXPECT_TRUE(detect("1+1 union").is_attack);
}

TEST(DetectSqli, BlanksBeforeTheTextDoNotMatter) {
  for (const std::string_view text :
       {"$2$2minus", "1or.1like.1", "null,[a]or[b]like[c]", "' or 1=1", "hello", "-1 union"}) {
    EXPECT_EQ(detect(text).fingerprint, detect(" \t\n" + std::string(text)).fingerprint) << text;
  }
}

TEST(DetectSqli, TextBehindWhatIsFoldedStillCounts) {
  std::string text = "1";
  for (int i = 0; i < 10'000; ++i) text += "+1";
  EXPECT_FALSE(detect(text).is_attack);
  EXPECT_TRUE(detect(text + " union select 1").is_attack);
}

}  // namespace
}  // namespace yagura::waf
