#include "policy/library/kubernetes/quantity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace yagura::policy {
namespace {

Quantity q(std::string_view text) {
  const auto quantity = Quantity::parse(text);
  EXPECT_TRUE(quantity.has_value()) << text;
  return quantity.value_or(Quantity());
}

struct Canonical {
  std::string_view written;
  std::string_view canonical;
};

class QuantityCanonical : public testing::TestWithParam<Canonical> {};

TEST_P(QuantityCanonical, Text) {
  EXPECT_EQ(q(GetParam().written).to_string(), GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    Table, QuantityCanonical,
    testing::Values(
        Canonical{"0", "0"}, Canonical{"0Ki", "0"}, Canonical{"-0.0", "0"}, Canonical{"1", "1"},
        Canonical{"+1", "1"}, Canonical{"-5", "-5"}, Canonical{"007", "7"}, Canonical{"1.", "1"},
        Canonical{".5", "500m"}, Canonical{"1.5", "1500m"}, Canonical{"1.5Gi", "1536Mi"},
        Canonical{"1024Ki", "1Mi"}, Canonical{"1000", "1k"}, Canonical{"1500", "1500"},
        Canonical{"200m", "200m"}, Canonical{"1000m", "1"}, Canonical{"12e6", "12e6"},
        Canonical{"1.2E4", "12e3"}, Canonical{"1E", "1E"}, Canonical{"1E3", "1e3"},
        Canonical{"100n", "100n"}, Canonical{"0.1n", "1n"}, Canonical{"-0.1n", "-1n"},
        Canonical{"0.0000000001", "1n"}, Canonical{"1.0000000001", "1000000001n"},
        Canonical{"100Ki", "100Ki"}, Canonical{"1023", "1023"}, Canonical{"0.5Ki", "512"},
        Canonical{"0.5Mi", "512Ki"}, Canonical{"0.1Ki", "102400m"},
        Canonical{"9223372036854775807", "9223372036854775807"},
        Canonical{"100Ei", "9223372036854775807"},  // binary numbers are capped at 2^63-1
        Canonical{"9999999999999999999999999", "9999999999999999999999999"},
        Canonical{"1e40", "10e39"}, Canonical{"5e-3", "5e-3"}));

TEST(Quantity, RefusesWhatIsNoQuantity) {
  for (const std::string_view text :
       {"-",    "+",   ".",     "-.",   ".Ki",   "",     " ",   "1 ",   "K",
        "200K", "Mi",  "Three", "1,3G", "1.3.5", "--1",  "1e",  "1ee5", "1e5.5",
        "1Kii", "1mi", "0x10",  "1k5",  "1i",    "e5e5", "1Zi", "\xff"}) {
    EXPECT_FALSE(Quantity::parse(text).has_value()) << text;
  }
}

TEST(Quantity, SaysWhyThereIsNone) {
  QuantityProblem problem = QuantityProblem::kNone;
  EXPECT_FALSE(Quantity::parse("1x", &problem));
  EXPECT_EQ(problem, QuantityProblem::kFormat);
  EXPECT_FALSE(Quantity::parse("1mK", &problem));
  EXPECT_EQ(problem, QuantityProblem::kSuffix);
  EXPECT_FALSE(Quantity::parse("1" + std::string(400, '0'), &problem));
  EXPECT_EQ(problem, QuantityProblem::kOutOfRange);
}

TEST(Quantity, ComparesByValueAcrossFormats) {
  EXPECT_EQ(q("200M"), q("0.2G"));
  EXPECT_LT(q("50M"), q("50Mi"));
  EXPECT_EQ(q("1Ki"), q("1024"));
  EXPECT_GT(q("-1"), q("-2"));
  EXPECT_LT(q("-1"), q("1n"));
  EXPECT_EQ(q("1e1000"), q("10e999"));
  EXPECT_GT(q("1e1000"), q("9999999999999999999999999999"));
  EXPECT_LT(q("-1e1000"), q("-1"));
  EXPECT_LT(q("123456789012345678901234567890"), q("123456789012345678901234567891"));
  EXPECT_LT(q("0.5"), q("123456789012345678901234567890"));
}

TEST(Quantity, AddsAndSubtractsExactly) {
  EXPECT_EQ(q("50k").plus(q("20k")), q("70k"));
  EXPECT_EQ(q("50k").plus(Quantity::from_integer(20)), q("50020"));
  EXPECT_EQ(q("50k").minus(Quantity::from_integer(20000)), q("30k"));
  EXPECT_EQ(q("0.1").plus(q("0.2")), q("0.3"));
  EXPECT_EQ(q("1Gi").minus(q("1Gi"))->sign(), 0);
  EXPECT_EQ(q("1").minus(q("1Gi")), q("-1073741823"));
  EXPECT_EQ(q("9223372036854775807").plus(q("1")), q("9223372036854775808"));
  EXPECT_EQ(q("1").minus(Quantity::from_integer(std::numeric_limits<std::int64_t>::min())),
            q("9223372036854775809"));
  EXPECT_EQ(q("1n").plus(q("1e30"))->to_string(), "1000000000000000000000000000000000000001n");
  EXPECT_FALSE(q("1e1000").plus(q("1")).has_value());
}

TEST(Quantity, ZeroTakesTheFormatOfTheOther) {
  EXPECT_EQ(q("0").plus(q("2Ki"))->to_string(), "2Ki");
  EXPECT_EQ(q("2Ki").plus(q("0"))->to_string(), "2Ki");
}

// Upstream keeps two representations, and only the 64-bit one with no negative power of ten is "an
// integer".
TEST(Quantity, IntegerIsAboutTheRepresentation) {
  EXPECT_EQ(q("50k").as_integer(), 50'000);
  EXPECT_EQ(q("50000000G").as_integer(), 50'000'000'000'000'000);
  EXPECT_EQ(q("-5").as_integer(), -5);
  EXPECT_EQ(q("128Mi").as_integer(), 134'217'728);
  EXPECT_FALSE(q("1000m").is_integer());
  EXPECT_FALSE(q("1.5Gi").is_integer());
  EXPECT_FALSE(q("1.5").is_integer());
  EXPECT_FALSE(q("9999999999999999999999999999999999999G").is_integer());
  EXPECT_FALSE(q("10E").plus(q("0"))->as_integer().has_value());
}

TEST(Quantity, ApproximateDouble) {
  EXPECT_EQ(q("50k").minus(Quantity::from_integer(20000))->as_approximate_double(), 30000.0);
  EXPECT_EQ(q("0.1").as_approximate_double(), 0.1);
  EXPECT_NEAR(q("1.5Gi").as_approximate_double(), 1610612736.0, 1.0);
  EXPECT_TRUE(std::isinf(q("1e1000").as_approximate_double()));
  EXPECT_NEAR(q("123456789012345678901234567890").as_approximate_double(), 1.2345678901234568e29,
              1e15);
}

TEST(Quantity, LongTextsCostNoMoreThanReadingThem) {
  EXPECT_EQ(q("0." + std::string(1'000'000, '0') + "1"), q("1n"));
  EXPECT_EQ(q("0." + std::string(1'000'000, '0')).sign(), 0);
  EXPECT_EQ(q("1." + std::string(1'000'000, '0')), q("1"));
  EXPECT_FALSE(Quantity::parse(std::string(1'000'000, '9')).has_value());
  EXPECT_EQ(q("1e-1000000000"), q("1n"));
  EXPECT_FALSE(Quantity::parse("1e99999999999").has_value());
}

}  // namespace
}  // namespace yagura::policy
