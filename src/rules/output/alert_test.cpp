#include "rules/output/alert.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "core/utf8.hpp"
#include "rules/output/testing.hpp"

namespace yagura::rules {
namespace {

constexpr std::int64_t kTime = 1'767'323'045'000'000'006;

class Alerts : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  static std::string json(const EventView& event, std::string_view text,
                          AlertTime style = AlertTime::kLocal) {
    const auto output = OutputTemplate::parse(event.source(), text);
    const std::string tags[] = {"shell", "mitre \"x\""};
    const Alert alert{.rule = "A shell",
                      .priority = "Warning",
                      .tags = tags,
                      .output = &*output,
                      .event = &event,
                      .hostname = "node-1",
                      .time_style = style};
    std::string out;
    append_json_line(out, alert);
    return out;
  }
};

TEST_F(Alerts, AreFalcosJson) {
  const FixedEvent event(Source::kSyscall, {{"evt.rawtime", Value::integer(kTime)},
                                            {"proc.name", Value::string("sh")},
                                            {"proc.pid", Value::integer(7)},
                                            {"evt.failed", Value::boolean(true)}});
  static constexpr std::string_view kExpected =
      R"js({"hostname":"node-1",)js"
      R"js("output":"03:04:05.000000006: Warning Shell (name=sh pid=7 user=<NA> failed=true)",)js"
      R"js("output_fields":{"evt.failed":true,"evt.time":1767323045000000006,)js"
      R"js("proc.name":"sh","proc.pid":7,"user.name":null},)js"
      R"js("priority":"Warning","rule":"A shell","source":"syscall",)js"
      R"js("tags":["mitre \"x\"","shell"],"time":"2026-01-02T03:04:05.000000006Z"})js";
  EXPECT_EQ(json(event, "Shell (name=%proc.name pid=%proc.pid user=%user.name failed=%evt.failed)"),
            kExpected);
}

TEST_F(Alerts, SayTheTimeOnceInTheFieldsWhateverItsForm) {
  const FixedEvent event(Source::kSyscall, {{"evt.rawtime", Value::integer(kTime)}});
  const std::string local = json(event, "%evt.time");
  EXPECT_NE(local.find(R"("output_fields":{"evt.time":1767323045000000006})"), std::string::npos)
      << local;
  const std::string iso = json(event, "%evt.num", AlertTime::kIso8601);
  EXPECT_NE(iso.find(R"("output":"2026-01-02T03:04:05.000000006+0000: Warning <NA>")"),
            std::string::npos)
      << iso;
  EXPECT_NE(iso.find(R"({"evt.num":null,"evt.time.iso8601":1767323045000000006})"),
            std::string::npos)
      << iso;
}

TEST_F(Alerts, TellWhatTransformersAreMadeOf) {
  const FixedEvent event(Source::kSyscall, {{"evt.rawtime", Value::integer(kTime)},
                                            {"proc.name", Value::string("sh")},
                                            {"proc.pid", Value::integer(7)}});
  const std::string out = json(event, "%concat(toupper(proc.name), ':', proc.pid)");
  static constexpr std::string_view kExpected =
      R"js("output_fields":{"concat(toupper(proc.name),:,proc.pid)":"SH:7",)js"
      R"js("evt.time":1767323045000000006,"proc.name":"sh","proc.pid":7})js";
  EXPECT_NE(out.find(kExpected), std::string::npos) << out;
}

TEST_F(Alerts, LeaveOutTheMembersThatAreNotWanted) {
  const FixedEvent event(Source::kSyscall, {{"evt.rawtime", Value::integer(kTime)}});
  const auto output = OutputTemplate::parse(Source::kSyscall, "%evt.num");
  const std::string tags[] = {"t"};
  Alert alert{.rule = "r", .priority = "Notice", .tags = tags, .output = &*output, .event = &event};
  alert.members = {.output = false, .message = true, .output_fields = false, .tags = false};
  std::string out;
  append_json_line(out, alert);
  EXPECT_EQ(out,
            R"({"hostname":"","message":"<NA>","priority":"Notice","rule":"r","source":"syscall",)"
            R"("time":"2026-01-02T03:04:05.000000006Z"})");
}

TEST_F(Alerts, StayValidJsonWithHostileBytes) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const FixedEvent event(Source::kSyscall, {{"proc.cmdline", Value::string(bytes)}});
  const std::string out = json(event, "%proc.cmdline");
  EXPECT_EQ(core::find_invalid_utf8(out), std::string_view::npos);
  EXPECT_EQ(out.find('\n'), std::string::npos);
  for (const char c : out) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST_F(Alerts, AreTextAsFalcoPrintsIt) {
  const FixedEvent event(Source::kK8sAudit, {{"evt.rawtime", Value::integer(kTime)},
                                             {"ka.user.name", Value::string("eve\nroot")}});
  const auto output = OutputTemplate::parse(Source::kK8sAudit, "By %ka.user.name");
  std::string out;
  append_text_line(out, {.rule = "r", .priority = "Notice", .output = &*output, .event = &event});
  EXPECT_EQ(out, "03:04:05.000000006: Notice By eve\\nroot");
}

TEST_F(Alerts, BecomeEventsOfTheProduct) {
  const FixedEvent event(Source::kK8sAudit, {{"evt.rawtime", Value::integer(kTime)},
                                             {"ka.user.name", Value::string("eve")},
                                             {"ka.verb", Value::string("create")},
                                             {"ka.response.code", Value::string("403")}});
  const auto output =
      OutputTemplate::parse(Source::kK8sAudit, "By %ka.user.name on %ka.target.name");
  const model::Event made = to_event(
      {.rule = "r", .priority = "Error", .output = &*output, .event = &event, .hostname = "n"});
  EXPECT_EQ(made.kind, model::EventKind::kAudit);
  EXPECT_EQ(made.severity, model::Severity::kHigh);
  EXPECT_EQ(made.outcome, model::Outcome::kDenied);
  EXPECT_EQ(made.action, "create");
  EXPECT_EQ(made.actor.user, "eve");
  EXPECT_EQ(made.message, "By eve on <NA>");
  ASSERT_EQ(made.attributes.size(), 1U);
  EXPECT_EQ(made.attributes[0].first, "ka.user.name");
}

}  // namespace
}  // namespace yagura::rules
