// What make_operator refuses, and that it says how to mend it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/operator/internal/edit_distance.hpp"
#include "waf/operator/testing/ask.hpp"

namespace yagura::waf {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string_view name, argument, message;
};

TEST(OperatorError, SaysWhatIsWrongAndHowToMendIt) {
  const std::vector<Case> cases = {
      {"contians", "x", "did you mean @contains?"},
      {"detectSqil", "", "did you mean @detectSQLi?"},
      {"", "x", "did you mean @"},
      {"rx", "(", "@rx: "},
      {"pm", "  ", "names no phrase"},
      {"pmFromFile", "", "names no file"},
      {"pmFromFile", "https://example.org/list", "download it"},
      {"pmFromFile", "no-such-file.data", "no-such-file.data"},
      {"ipMatch", "10.0.0.0/33", "'10.0.0.0/33' is no IPv4 or IPv6"},
      {"ipMatch", "", "names no address"},
      {"validateByteRange", "1-256", "'1-256' is no byte"},
      {"validateByteRange", "9-1", "'9-1' is no byte"},
      {"validateByteRange", "", "is no byte"},
      {"rsub", "a/b/c", "write s/pattern/text/"},
      {"rsub", "s/a/b", "write s/pattern/text/"},
      {"rsub", "s/a/b/g", "only i is"},
      {"rbl", "not a zone", "is no name of a DNS zone"},
      {"inspectFile", "/bin/x", "scanner"},
      {"gsbLookup", "x", "switched off"},
      {"fuzzyHash", "x 1", "t:sha1"},
      {"validateHash", "x", "SecHashEngine"},
  };
  for (const Case& c : cases) {
    const auto made = make_operator(c.name, c.argument, {});
    ASSERT_FALSE(made.has_value()) << c.name << ' ' << c.argument;
    EXPECT_THAT(made.error().message, HasSubstr(c.message));
  }
}

TEST(OperatorError, MacrosAreRefusedWhereTheArgumentIsNeededAtLoad) {
  for (const std::string_view name : {"pmFromFile", "ipMatchFromFile", "validateByteRange", "rsub",
                                      "rbl", "validateDTD", "validateSchema"}) {
    const auto made = make_operator(name, "%{tx.x}", {.argument_has_macro = true});
    ASSERT_FALSE(made.has_value()) << name;
    EXPECT_THAT(made.error().message, HasSubstr("macro")) << name;
  }
}

TEST(OperatorNames, AreSortedAndFoundInAnyCase) {
  const auto lower = [](std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
  };
  EXPECT_TRUE(std::ranges::is_sorted(operator_names(), {}, lower));
  EXPECT_EQ(operator_names().size(), 40U);
  EXPECT_TRUE(testing::matches("STREQ", "a", "a"));
}

TEST(EditDistance, CountsChanges) {
  EXPECT_EQ(internal::edit_distance("kitten", "SITTING"), 3U);
  EXPECT_EQ(internal::edit_distance("", "abc"), 3U);
  EXPECT_EQ(internal::edit_distance("abc", "abc"), 0U);
}

}  // namespace
}  // namespace yagura::waf
