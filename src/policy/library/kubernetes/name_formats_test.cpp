#include "policy/library/kubernetes/name_formats.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::policy {
namespace {

struct Case {
  std::string_view format;
  std::string_view text;
  bool fits;
};

class NameFormats : public testing::TestWithParam<Case> {};

TEST_P(NameFormats, Table) {
  const NameFormat* format = find_name_format(GetParam().format);
  ASSERT_NE(format, nullptr);
  EXPECT_EQ(format->check(GetParam().text).empty(), GetParam().fits)
      << GetParam().format << " " << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, NameFormats,
    testing::Values(
        Case{"dns1123Label", "my-label-1", true}, Case{"dns1123Label", "1abc", true},
        Case{"dns1123Label", "", false}, Case{"dns1123Label", "My", false},
        Case{"dns1123Label", "a.b", false}, Case{"dns1123Label", "-a", false},
        Case{"dns1123Label", "a-", false}, Case{"dns1123Subdomain", "a.b-c.d", true},
        Case{"dns1123Subdomain", "a..b", false}, Case{"dns1123Subdomain", "a.", false},
        Case{"dns1123Subdomain", ".a", false}, Case{"dns1035Label", "abc-1", true},
        Case{"dns1035Label", "1abc", false}, Case{"qualifiedName", "example.com/Name_1.x", true},
        Case{"qualifiedName", "name", true}, Case{"qualifiedName", "/name", false},
        Case{"qualifiedName", "a/b/c", false}, Case{"qualifiedName", "A/b", false},
        Case{"qualifiedName", "", false}, Case{"qualifiedName", "example.com/", false},
        Case{"qualifiedName", "-x", false}, Case{"dns1123LabelPrefix", "my-", true},
        Case{"dns1123LabelPrefix", "my--", true}, Case{"dns1123LabelPrefix", "-", false},
        Case{"dns1123SubdomainPrefix", "a.b-", true}, Case{"dns1035LabelPrefix", "a-", true},
        Case{"dns1035LabelPrefix", "1-", true}, Case{"labelValue", "", true},
        Case{"labelValue", "A_b.c-1", true}, Case{"labelValue", "-a", false},
        Case{"labelValue", "a b", false}, Case{"uri", "https://example.com/x", true},
        Case{"uri", "example.com", false},
        Case{"uuid", "123e4567-e89b-12d3-A456-426614174000", true},
        Case{"uuid", "123e4567e89b12d3a456426614174000", true},
        Case{"uuid", "123e4567-e89b-12d3-a456-42661417400", false},
        Case{"uuid", "123e4567-e89b-12d3-a456-4266141740000", false},
        Case{"uuid", "g23e4567-e89b-12d3-a456-426614174000", false}, Case{"byte", "aGVsbG8=", true},
        Case{"byte", "aGVsbG8", false}, Case{"byte", "", false}, Case{"byte", "a===", false},
        Case{"byte", "ab==", true}, Case{"byte", "a b=", false}, Case{"date", "2024-02-29", true},
        Case{"date", "2023-02-29", false}, Case{"date", "2023-13-01", false},
        Case{"date", "1900-02-29", false}, Case{"date", "2000-02-29", true},
        Case{"date", "2023-1-1", false}, Case{"datetime", "2021-01-01T00:00:00Z", true},
        Case{"datetime", "2021-01-01t23:59:59.123+09:00", true},
        Case{"datetime", "2021-01-01T24:00:00Z", false},
        Case{"datetime", "2021-01-01T00:00:00", false},
        Case{"datetime", "2021-01-01 00:00:00Z", false},
        Case{"datetime", "2021-01-01T00:00:00.Z", false}));

TEST(NameFormatLimits, LengthIsBounded) {
  EXPECT_TRUE(check_dns1123_label(std::string(63, 'a')).empty());
  EXPECT_EQ(check_dns1123_label(std::string(64, 'a')).size(), 1U);
  EXPECT_TRUE(check_label_value(std::string(63, 'a')).empty());
  EXPECT_FALSE(check_label_value(std::string(64, 'a')).empty());
  std::string subdomain;
  while (subdomain.size() < 260) subdomain += "abcdefg.";
  EXPECT_FALSE(check_dns1123_subdomain(subdomain + "a").empty());
}

TEST(NameFormatTable, UnknownNamesAreNone) { EXPECT_EQ(find_name_format("email"), nullptr); }

}  // namespace
}  // namespace yagura::policy
