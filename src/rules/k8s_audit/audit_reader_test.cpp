#include "rules/k8s_audit/audit_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/k8s_audit/audit_log_splitter.hpp"

namespace yagura::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Read {
  std::vector<std::string> ids;
  std::vector<AuditRefusal> refused;
  std::vector<std::string> messages;
};

Read read(std::string_view text, const AuditLimits& limits = {}) {
  Read out;
  AuditReader reader(
      [&](const kube::Node& event) { out.ids.emplace_back(event.find("auditID")->as_string()); },
      [&](AuditRefusal reason, std::string_view message) {
        out.refused.push_back(reason);
        out.messages.emplace_back(message);
      },
      limits);
  const bool clean = reader.read(text, "test");
  EXPECT_EQ(clean, out.refused.empty());
  EXPECT_EQ(reader.counts().events, out.ids.size());
  EXPECT_EQ(reader.counts().refused_in_all(), out.refused.size());
  return out;
}

TEST(AuditReader, ReadsEventsListsAndArrays) {
  EXPECT_THAT(read(R"({"kind":"Event","auditID":"a"})").ids, ElementsAre("a"));
  EXPECT_THAT(read(R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},)"
                   R"("items":[{"auditID":"a"},{"auditID":"b"}]})")
                  .ids,
              ElementsAre("a", "b"));
  EXPECT_THAT(read(R"([{"auditID":"a"},{"items":[{"auditID":"b"}]}])").ids, ElementsAre("a", "b"));
  EXPECT_THAT(read("{\"auditID\":\"a\"}\n{\"auditID\":\"b\"}\n").ids, ElementsAre("a", "b"));
  EXPECT_THAT(read(R"({"kind":"EventList","items":[]})").refused, IsEmpty());
}

TEST(AuditReader, TellsWhatItRefuses) {
  EXPECT_THAT(read(R"({"kind":"Pod"})").refused, ElementsAre(AuditRefusal::kNotAnEvent));
  EXPECT_THAT(read("42").refused, ElementsAre(AuditRefusal::kNotAnEvent));
  EXPECT_THAT(read(R"({"auditID":7})").refused, ElementsAre(AuditRefusal::kNotAnEvent));
  EXPECT_THAT(read("{").refused, ElementsAre(AuditRefusal::kBadJson));
  EXPECT_THAT(read("\xff").refused, ElementsAre(AuditRefusal::kBadJson));
  const Read half = read("{\"auditID\":\"a\"}\n{\"auditID\":");
  EXPECT_THAT(half.ids, ElementsAre("a"));
  EXPECT_THAT(half.refused, ElementsAre(AuditRefusal::kBadJson));
}

TEST(AuditReader, TakesTheLastOfAKeyThatIsGivenTwice) {
  const Read twice = read(R"({"auditID":"a","auditID":"b"})");
  EXPECT_THAT(twice.ids, ElementsAre("b"));
  EXPECT_THAT(twice.refused, IsEmpty());
  // More of them than are kept, and cut off behind: the cut must not hide behind them.
  std::string many = "{\"auditID\":\"a\"";
  for (std::size_t i = 0; i <= Diagnostics::kMaxKept; ++i) many += ",\"x\":1";
  const Read cut = read(many + "}\n{\"auditID\":");
  EXPECT_THAT(cut.ids, ElementsAre("a"));
  EXPECT_THAT(cut.refused, ElementsAre(AuditRefusal::kBadJson));
}

TEST(AuditReader, StopsAtEachLimit) {
  EXPECT_THAT(read(R"({"auditID":"a"})", {.max_text = 10}).refused,
              ElementsAre(AuditRefusal::kTooLarge));
  EXPECT_THAT(read(R"({"auditID":"a","x":[[[[1]]]]})", {.max_depth = 4}).refused,
              ElementsAre(AuditRefusal::kBadJson));
  EXPECT_THAT(read(R"({"auditID":"a","x":[1,2,3,4,5,6,7,8,9]})", {.max_nodes = 5}).refused,
              ElementsAre(AuditRefusal::kBadJson));
  const Read many = read(R"([{"auditID":"a"},{"auditID":"b"},{"auditID":"c"}])", {.max_events = 1});
  EXPECT_THAT(many.ids, ElementsAre("a"));
  EXPECT_THAT(many.refused,
              ElementsAre(AuditRefusal::kTooManyEvents, AuditRefusal::kTooManyEvents));
  EXPECT_THAT(read(std::string(100'000, '[')).refused, ElementsAre(AuditRefusal::kBadJson));
}

struct Split {
  std::vector<std::string> texts;
  std::vector<std::uint64_t> lines;
  std::vector<std::uint64_t> too_large;
};

Split split(std::string_view log, std::size_t chunk, std::uint32_t max_text = 1000) {
  Split out;
  AuditLogSplitter splitter(
      max_text,
      [&](std::string_view text, std::uint64_t line) {
        while (text.ends_with('\n')) text.remove_suffix(1);
        out.texts.emplace_back(text);
        out.lines.push_back(line);
      },
      [&](std::uint64_t line) { out.too_large.push_back(line); });
  for (std::size_t at = 0; at < log.size(); at += chunk) splitter.feed(log.substr(at, chunk));
  splitter.finish();
  return out;
}

TEST(AuditLogSplitter, CutsALogByLinesHoweverItsBytesArrive) {
  for (const std::size_t chunk : {1U, 2U, 7U, 1000U}) {
    const Split out = split("{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":\"}\"}", chunk);
    EXPECT_THAT(out.texts, ElementsAre("{\"a\":1}", "{\"b\":2}", "{\"c\":\"}\"}"));
    EXPECT_THAT(out.lines, ElementsAre(1, 3, 4));
  }
}

TEST(AuditLogSplitter, JoinsAValueOverManyLines) {
  const Split out = split("{\n  \"a\": [\n    1\n  ]\n}\n{\"b\":2}\n", 3);
  EXPECT_THAT(out.texts, ElementsAre("{\n  \"a\": [\n    1\n  ]\n}", "{\"b\":2}"));
  EXPECT_THAT(split("[\n{\"a\":1},\n{\"b\":2}\n]\n", 4).texts.size(), 1U);
}

TEST(AuditLogSplitter, LosesOneLineWhereOneWasCutOff) {
  const Split out = split("{\"a\":\"xy\n{\"b\":2}\n{\"c\":3}\n", 5);
  EXPECT_THAT(out.texts, ElementsAre("{\"a\":\"xy", "{\"b\":2}", "{\"c\":3}"));
}

TEST(AuditLogSplitter, LeavesOutWhatIsTooLargeAndGoesOn) {
  const Split line = split("{\"a\":\"" + std::string(200, 'x') + "\"}\n{\"b\":2}\n", 16, 100);
  EXPECT_THAT(line.texts, ElementsAre("{\"b\":2}"));
  EXPECT_THAT(line.too_large, ElementsAre(1));
  std::string value = "{\n";
  for (int i = 0; i < 30; ++i) value += " [1],\n";
  const Split many = split(value + "{\"b\":2}\n", 16, 100);
  EXPECT_THAT(many.too_large, testing::SizeIs(testing::Ge(1U)));
  EXPECT_EQ(many.texts.back(), "{\"b\":2}");
}

}  // namespace
}  // namespace yagura::rules
