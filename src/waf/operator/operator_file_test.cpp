// Operators that read files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/operator/testing/ask.hpp"

namespace yagura::waf {
namespace {

using testing::ask;
using ::testing::HasSubstr;
using testing::make;
using testing::TemporaryFolder;

TEST(OperatorFile, PhrasesComeFromBesideTheRulesWithoutCommentsAndEmptyLines) {
  const TemporaryFolder folder;
  folder.write("words.data", "# a comment\n\n  /etc/passwd  \r\nphp info\n   # indented\nlast");
  const OperatorEnvironment environment{.rule_folder = folder.path()};
  for (const std::string_view name : {"pmFromFile", "pmf", "PMFROMFILE"}) {
    const auto op = make(name, "words.data", environment);
    EXPECT_TRUE(ask(*op, "cat /ETC/passwd").is_match());
    EXPECT_TRUE(ask(*op, "PHP INFO").is_match());
    EXPECT_TRUE(ask(*op, "last").is_match());
    EXPECT_FALSE(ask(*op, "php").is_match());
    EXPECT_FALSE(ask(*op, "# a comment indented").is_match());
    EXPECT_EQ(op->scan_pattern()->phrases.size(), 3U);
  }
}

TEST(OperatorFile, SeveralFilesAreOneList) {
  const TemporaryFolder folder;
  folder.write("a.data", "alpha\n");
  const auto b = folder.write("b.data", "beta\n");
  const auto op = make("pmFromFile", "a.data  " + b.string(), {.rule_folder = folder.path()});
  EXPECT_TRUE(ask(*op, "alpha").is_match());
  EXPECT_TRUE(ask(*op, "beta").is_match());
}

TEST(OperatorFile, AFileWithoutAPhraseIsRefused) {
  const TemporaryFolder folder;
  folder.write("empty.data", "# nothing\n");
  const auto made = make_operator("pmFromFile", "empty.data", {.rule_folder = folder.path()});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("holds no phrase"));
}

TEST(OperatorFile, AddressesComeFromAFileAndABadLineIsNamed) {
  const TemporaryFolder folder;
  folder.write("ips.data", "# ours\n192.0.2.0/24\n2001:db8::/32 # documentation\n198.51.100.7\n");
  folder.write("bad.data", "192.0.2.1\n\nnonsense\n");
  const OperatorEnvironment environment{.rule_folder = folder.path()};
  for (const std::string_view name : {"ipMatchFromFile", "ipMatchF"}) {
    const auto op = make(name, "ips.data", environment);
    EXPECT_TRUE(ask(*op, "192.0.2.77").is_match());
    EXPECT_TRUE(ask(*op, "::ffff:192.0.2.77").is_match());
    EXPECT_TRUE(ask(*op, "2001:db8::1").is_match());
    EXPECT_FALSE(ask(*op, "198.51.100.8").is_match());
  }
  const auto bad = make_operator("ipMatchFromFile", "bad.data", environment);
  ASSERT_FALSE(bad.has_value());
  EXPECT_THAT(bad.error().message, HasSubstr("bad.data:3: 'nonsense'"));
}

}  // namespace
}  // namespace yagura::waf
