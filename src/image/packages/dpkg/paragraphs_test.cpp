#include "image/packages/dpkg/paragraphs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "image/packages/dpkg/relations.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;

TEST(Paragraphs, FieldsAreFoundWithoutRegardToCase) {
  ParagraphReader reader("Package: a\nVERSION:  1 \n\n\n\nPackage: b\n");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.find("package"), "a");
  EXPECT_EQ(reader.find("Version"), "1");
  EXPECT_EQ(reader.find("Architecture"), "");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.find("Package"), "b");
  EXPECT_EQ(reader.number(), 2U);
  EXPECT_FALSE(reader.next());
}

TEST(Paragraphs, ContinuationLinesBelongToTheField) {
  ParagraphReader reader("Description: short\n long\n .\n\tmore\nSize: 1");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.find("Description"), "short\n long\n .\n\tmore");
  EXPECT_EQ(reader.fields()[0].first_line(), "short");
  EXPECT_EQ(reader.find("Size"), "1");
}

TEST(Paragraphs, CarriageReturnsAreNoPartOfValues) {
  ParagraphReader reader("A: 1\r\nB: 2\r\n\r\nA: 3\r\n");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.find("A"), "1");
  EXPECT_EQ(reader.find("B"), "2");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.find("A"), "3");
}

TEST(Paragraphs, StrayLinesAreCountedAndReadOver) {
  ParagraphReader reader("no field\n: no name\nA: 1\n");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.stray_lines(), 2U);
  EXPECT_EQ(reader.find("A"), "1");
}

TEST(Paragraphs, FieldsBeyondTheLimitAreStray) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "F" + std::to_string(i) + ": x\n";
  ParagraphReader reader(text);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.fields().size(), ParagraphReader::kMaxFields);
  EXPECT_EQ(reader.stray_lines(), 1000 - ParagraphReader::kMaxFields);
}

TEST(Relations, NamesOfAlternativesWithoutVersionsAndArchitectures) {
  std::vector<std::string> names;
  std::size_t budget = 100;
  append_relation_names(
      "libc6 (>= 2.34), perl:any, a | b (<< 2) , c [amd64], d <!nocheck>,, libc6(=1)", budget,
      names);
  EXPECT_THAT(names, ElementsAre("libc6", "perl", "a", "b", "c", "d", "libc6"));
  EXPECT_EQ(budget, 93U);
}

TEST(Relations, StopWhenTheBudgetIsSpent) {
  std::vector<std::string> names;
  std::size_t budget = 2;
  append_relation_names("a, b, c", budget, names);
  EXPECT_THAT(names, ElementsAre("a", "b"));
}

TEST(Relations, SourceFieldMayHaveAVersion) {
  EXPECT_EQ(parse_source_field("gcc-12 (12.2.0-14)").name, "gcc-12");
  EXPECT_EQ(parse_source_field("gcc-12 (12.2.0-14)").version, "12.2.0-14");
  EXPECT_EQ(parse_source_field("openssl").name, "openssl");
  EXPECT_EQ(parse_source_field("openssl").version, "");
  EXPECT_EQ(parse_source_field("openssl (1").version, "");
}

}  // namespace
}  // namespace yagura::image
