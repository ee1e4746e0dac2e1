#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/utf8.hpp"
#include "sensor/capture/testing.hpp"
#include "sensor/process/pipeline.hpp"
#include "sensor/process/testing/record_maker.hpp"
#include "sensor/trace/trace_writer.hpp"

namespace yagura::sensor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RecordMaker;
using ::testing::SizeIs;

class Trace : public ::testing::Test {
 protected:
  testing::ScriptedResolver resolver;
  Pipeline pipeline{resolver, {.boot_offset_ns = testing::kBootOffset}};
  std::vector<std::string> lines;
  Diagnostics diagnostics;
  std::unique_ptr<TraceWriter> writer;

  void start(const TraceOptions& options) {
    auto made = TraceWriter::make(
        options, {.processes = &pipeline.processes()},
        [this](std::string_view line) { lines.emplace_back(line); }, diagnostics);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    writer = std::move(*made);
    pipeline.add_consumer(*writer);
  }
  void feed(RecordMaker record) { pipeline.feed(record.view()); }
  // A shell in a pod that runs curl, and something on the host.
  void act() {
    resolver.set(7, testing::make_container(7, "c0ffee"));
    feed(RecordMaker(YGR_EXEC, "execve", 20)
             .cgroup(7)
             .time(100)
             .task(1, 90)
             .program("/bin/sh", {"sh", "-c", "x\x1b[2J"}));
    feed(RecordMaker(YGR_FORK, "clone", 21).cgroup(7).time(200).task(20, 200));
    feed(RecordMaker(YGR_CALL, "openat", 21)
             .cgroup(7)
             .time(300)
             .result(3)
             .args({static_cast<std::uint64_t>(-100), 0, 0, 0})
             .text(YGR_S_PATH0, "/etc/passwd")
             .file(3, "/etc/passwd"));
    feed(RecordMaker(YGR_CALL, "connect", 21)
             .cgroup(7)
             .time(400)
             .result(-111)
             .socket(4, "10.0.0.1", 4000, "203.0.113.9", 443));
    feed(RecordMaker(YGR_EXIT, "procexit", 21).cgroup(7).time(500).result(256));
    feed(RecordMaker(YGR_CALL, "openat", 5)
             .time(600)
             .result(3)
             .file(3, "/root/x")
             .text(YGR_S_PATH0, "/root/x"));
    feed(RecordMaker(YGR_CGROUP_MADE, "", 5).cgroup(9).time(700).text(YGR_S_PATH0, "/x"));
  }
};

TEST_F(Trace, ShowsALineAnEvent) {
  start({});
  act();
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_THAT(lines[0], HasSubstr("shop/web-1 sh[20] exec /bin/sh: sh -c x\\x1b[2J"));
  EXPECT_THAT(lines[1], HasSubstr("sh[21] clone by 20"));
  EXPECT_THAT(lines[2], HasSubstr("openat("));
  EXPECT_THAT(lines[2], HasSubstr("/etc/passwd"));
  EXPECT_THAT(lines[2], HasSubstr(") = 3"));
  EXPECT_THAT(lines[3], HasSubstr("203.0.113.9:443"));
  EXPECT_THAT(lines[3], HasSubstr(") = ECONNREFUSED"));
  EXPECT_THAT(lines[4], HasSubstr("exit 1"));
  EXPECT_THAT(lines[5], HasSubstr(" host "));
  for (const std::string& line : lines) EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

TEST_F(Trace, ColoursOnlyWhereAskedFor) {
  start({.has_colours = true});
  act();
  EXPECT_THAT(lines[0], HasSubstr("\x1b[36mshop/web-1\x1b[0m"));
  EXPECT_EQ(lines[0].find("\x1b[2J"), std::string::npos);
}

TEST_F(Trace, FiltersByCondition) {
  start({.filter = {.condition = "evt.type = openat and fd.name startswith /etc"}});
  act();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(writer->filter().event_types(), ElementsAre(*rules::find_event_type("openat")));
  EXPECT_EQ(writer->counts().seen, 6U);
}

TEST_F(Trace, FiltersByTypesAndConditionTogether) {
  start({.filter = {.condition = "proc.name = sh", .types = {"connect", "procexit"}}});
  act();
  EXPECT_THAT(lines, SizeIs(2));
}

TEST_F(Trace, FiltersByPodContainerAndProcess) {
  const auto count = [this](EventFilterOptions filter) {
    lines.clear();
    Pipeline again{resolver, {}};
    auto made = TraceWriter::make(
        {.filter = std::move(filter)}, {.processes = &again.processes()},
        [this](std::string_view line) { lines.emplace_back(line); }, diagnostics);
    again.add_consumer(**made);
    resolver.set(7, testing::make_container(7, "c0ffee"));
    again.feed(RecordMaker(YGR_EXEC, "execve", 20)
                   .cgroup(7)
                   .time(1)
                   .task(1, 1)
                   .program("/a", {"a"})
                   .view());
    again.feed(RecordMaker(YGR_FORK, "clone", 21).cgroup(7).time(2).task(20, 2).view());
    again.feed(RecordMaker(YGR_CALL, "close", 30).time(3).view());
    return lines.size();
  };
  EXPECT_EQ(count({.pod = "shop/web-1"}), 2U);
  EXPECT_EQ(count({.pod = "web-1"}), 2U);
  EXPECT_EQ(count({.pod = "shop/"}), 2U);
  EXPECT_EQ(count({.pod = "web*"}), 2U);
  EXPECT_EQ(count({.pod = "web"}), 0U);
  EXPECT_EQ(count({.pod = "other/web-1"}), 0U);
  EXPECT_EQ(count({.container = "c0ff"}), 2U);
  EXPECT_EQ(count({.container = "nginx"}), 2U);
  EXPECT_EQ(count({.container = "host"}), 1U);
  EXPECT_EQ(count({.pid = 20}), 2U);
  EXPECT_EQ(count({.pid = 21}), 1U);
}

TEST_F(Trace, WritesWhatTheOutputAsksFor) {
  start({.filter = {.types = {"openat"}}, .output = "%evt.type|%proc.pid|%fd.name"});
  act();
  EXPECT_THAT(lines, ElementsAre("openat|21|/etc/passwd", "openat|5|/root/x"));
}

TEST_F(Trace, WritesJson) {
  start({.filter = {.types = {"connect"}}, .format = TraceFormat::kJson});
  act();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr(R"("evt.type":"connect")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("k8s.pod.name":"web-1")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("time_ns":1700000000000000400)"));
}

TEST_F(Trace, RefusesWhatIsNoFilter) {
  const auto refused = [this](TraceOptions options) {
    return !TraceWriter::make(options, {}, [](std::string_view) {}, diagnostics).has_value();
  };
  EXPECT_TRUE(refused({.filter = {.condition = "evt.type ="}}));
  EXPECT_TRUE(refused({.filter = {.condition = "no.such = 1"}}));
  // Nothing that is written behind a condition becomes another rule.
  EXPECT_TRUE(refused({.filter = {.condition = "evt.type = open\n- rule: x"}}));
  EXPECT_TRUE(refused({.filter = {.types = {"opnat"}}}));
  EXPECT_TRUE(refused({.output = "%no.such"}));
}

TEST_F(Trace, CutsLongArguments) {
  start({.max_arguments = 50});
  feed(RecordMaker(YGR_EXEC, "execve", 20)
           .time(100)
           .task(1, 90)
           .program("/bin/sh", {"sh", std::string(10'000, 'x')}));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_LT(lines[0].size(), 200U);
  EXPECT_THAT(lines[0], HasSubstr("…"));
}

}  // namespace
}  // namespace yagura::sensor
