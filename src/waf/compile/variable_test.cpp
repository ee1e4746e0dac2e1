#include "waf/compile/variable.hpp"

#include <gtest/gtest.h>

namespace yagura::waf {
namespace {

TEST(Variables, AreFoundByTheirNamesInAnyCase) {
  for (std::size_t i = 0; i < kVariableCount; ++i) {
    const auto variable = static_cast<Variable>(i);
    EXPECT_EQ(find_variable(name_of(variable)), variable) << name_of(variable);
  }
  EXPECT_EQ(find_variable("request_headers"), Variable::kRequestHeaders);
  EXPECT_EQ(find_variable("webAppId"), Variable::kWebAppId);
  EXPECT_EQ(find_variable("ARGS_COMBINED_SIZE"), Variable::kArgsCombinedSize);
  EXPECT_EQ(find_variable("TIME_EPOCH"), Variable::kTimeEpoch);
  EXPECT_EQ(find_variable("XML"), Variable::kXml);
  EXPECT_EQ(find_variable("USER"), Variable::kUser);
  EXPECT_EQ(find_variable("ARG"), std::nullopt);
  EXPECT_EQ(find_variable(""), std::nullopt);
}

TEST(Variables, ThatModSecurityHasAndWeHaveNotSayWhy) {
  EXPECT_NE(why_no_variable("STREAM_INPUT_BODY"), "");
  EXPECT_EQ(why_no_variable("ARG"), "");
}

TEST(Variables, OfTheRequestAreScannableAndThoseOfRulesAreNot) {
  EXPECT_TRUE(is_scannable(Variable::kArgs));
  EXPECT_TRUE(is_scannable(Variable::kResponseBody));
  EXPECT_FALSE(is_scannable(Variable::kTx));
  EXPECT_FALSE(is_scannable(Variable::kMatchedVars));
  EXPECT_FALSE(is_scannable(Variable::kRemoteAddr));
}

}  // namespace
}  // namespace yagura::waf
