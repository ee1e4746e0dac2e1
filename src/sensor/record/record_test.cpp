#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "sensor/record/record_view.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor {
namespace {

std::vector<std::byte> sample() {
  RecordWriter writer;
  writer.begin({.kind = YGR_CALL, .type = 7, .time_ns = 5, .tid = 11, .pid = 10, .result = -2});
  writer.add(YGR_S_PATH0, "/etc/shadow");
  writer.add_struct(YGR_S_ARGS, ygr_args{{1, 2, 3, 4, 5, 6}});
  writer.add(YGR_S_DATA, "");
  const auto bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}

TEST(Record, ReadsWhatWasWritten) {
  const auto bytes = sample();
  const auto view = RecordView::read(bytes);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->header().type, 7);
  EXPECT_EQ(view->header().result, -2);
  EXPECT_EQ(view->text(YGR_S_PATH0), "/etc/shadow");
  EXPECT_EQ(view->get<ygr_args>(YGR_S_ARGS)->value[5], 6U);
  EXPECT_TRUE(view->has(YGR_S_DATA)) << "an empty section is there";
  EXPECT_FALSE(view->has(YGR_S_ENV));
  EXPECT_FALSE(view->get<ygr_file>(YGR_S_ARGS)) << "too short for that structure";
}

TEST(Record, NoPrefixOfARecordIsOne) {
  const auto bytes = sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(RecordView::read(std::span(bytes).first(size))) << size;
  }
}

TEST(Record, RefusesSectionsThatReachPastTheEnd) {
  auto bytes = sample();
  ygr_section section;
  std::memcpy(&section, bytes.data() + sizeof(ygr_header), sizeof(section));
  section.size = 60000;
  std::memcpy(bytes.data() + sizeof(ygr_header), &section, sizeof(section));
  EXPECT_FALSE(RecordView::read(bytes));
}

TEST(Record, RefusesASectionTwice) {
  RecordWriter writer;
  writer.begin({});
  writer.add(YGR_S_COMM, "a");
  writer.add(YGR_S_COMM, "b");
  EXPECT_FALSE(RecordView::read(writer.finish()));
}

TEST(Record, CutsWhatDoesNotFitAndSaysSo) {
  RecordWriter writer;
  writer.begin({});
  writer.add(YGR_S_ARGV, std::string(40000, 'a'));
  writer.add(YGR_S_ENV, "b");
  const auto view = RecordView::read(writer.finish());
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_TRUE(view->is_truncated(YGR_S_ARGV));
  EXPECT_FALSE(view->has(YGR_S_ENV));
  EXPECT_NE(view->header().flags & YGR_SECTION_LOST, 0);
}

TEST(Record, ArgumentsAreSplitAtZeros) {
  std::vector<std::string> arguments;
  for_each_string(std::string_view("a\0\0bc", 5),
                  [&](std::string_view text) { arguments.emplace_back(text); });
  EXPECT_EQ(arguments, (std::vector<std::string>{"a", "", "bc"}));
}

}  // namespace
}  // namespace yagura::sensor
