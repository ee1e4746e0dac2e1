// Hostile and broken text: every limit is reached, every refusal names its place, and the other
// documents are read.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "kube/yaml/testing/read_text.hpp"

namespace yagura::kube::yaml {
namespace {

// The text stands between two good documents, which must be read whatever is in it.
std::string problem_between_others(const std::string& text, const ReadLimits& limits = {}) {
  const Reading reading = read_text("first: 1\n---\n" + text + "\n---\nlast: 2\n", limits);
  EXPECT_EQ(reading.documents.size(), 2U) << text.substr(0, 80);
  if (reading.documents.size() == 2) {
    EXPECT_EQ(to_json(reading.documents[0].root()), R"({"first":1})");
    EXPECT_EQ(to_json(reading.documents[1].root()), R"({"last":2})");
  }
  EXPECT_EQ(reading.diagnostics.error_count(), 1U);
  return reading.diagnostics.list().empty() ? "" : to_string(reading.diagnostics.list()[0]);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string repeat(std::string_view part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

TEST(YamlLimits, ALaughingBombIsRefusedWhereItGoesOff) {
  std::string bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias +
            repeat(", " + alias, 9) + "]\n";
  }
  const std::string problem = problem_between_others(bomb);
  EXPECT_TRUE(problem.starts_with("a.yaml:7:")) << problem;
  EXPECT_TRUE(contains(problem, "more values through aliases than 100000")) << problem;
}

TEST(YamlLimits, AMergeBombIsRefusedToo) {
  std::string bomb = "a0: &a0 {k: {l: 1, m: 2, n: 3}}\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {x: {<<: " + below +
            "}, z: {<<: " + below + "}}\n";
  }
  EXPECT_TRUE(contains(problem_between_others(bomb), "more values through aliases than 100000"));
}

TEST(YamlLimits, CyclicAnchorsAreRefused) {
  for (const char* text :
       {"a: &a [*a]", "&a {x: *a}", "&a\n- b\n- c: *a", "a: &a\n  <<: *a", "&a [&b {x: *a}]"}) {
    EXPECT_TRUE(contains(problem_between_others(text), "would contain itself")) << text;
  }
  EXPECT_TRUE(contains(problem_between_others("a: *b\nb: &b 1"),
                       "a.yaml:3:4: error: no anchor \"b\" stands before"));
}

TEST(YamlLimits, AnchorsEndWithTheirDocument) {
  EXPECT_EQ(read_text("a: &a 1\n---\nb: *a\n").text(),
            "{\"a\":1}\na.yaml:3:4: error: no anchor \"a\" stands before this alias (hint: put the "
            "value in quotes if it is text)");
}

TEST(YamlLimits, NestingIsBoundedInEveryStyle) {
  for (const char* opening : {"[", "{a: ", "[a: ", "- ", "? ", "- ? ", "[{? ", "&a [", "!!x ["}) {
    const std::string problem = problem_between_others(repeat(opening, 100'000));
    EXPECT_TRUE(contains(problem, "nested collections than 200") || contains(problem, "one anchor"))
        << problem;
  }
  std::string indented;
  for (int i = 0; i < 1000; ++i) indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_TRUE(problem_between_others(indented).starts_with(
      "a.yaml:203:202: error: this document has more nested collections"));
}

TEST(YamlLimits, NestingUpToTheLimitIsRead) {
  const Reading lists = read_text(repeat("[", 200) + repeat("]", 200));
  EXPECT_EQ(lists.documents.size(), 1U) << lists.text();
  EXPECT_TRUE(read_text(repeat("[", 201) + repeat("]", 201)).documents.empty());
  EXPECT_EQ(read_text(repeat("- ", 200) + "x\n").documents.size(), 1U);
  EXPECT_TRUE(read_text(repeat("- ", 201) + "x\n").documents.empty());
}

TEST(YamlLimits, AliasesCannotNestDeeperThanText) {
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 250; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  }
  EXPECT_TRUE(contains(problem_between_others(chain),
                       "more nested collections (through this alias) than 200"));
}

TEST(YamlLimits, ADocumentAboveTheSizeIsSkipped) {
  const ReadLimits limits{.max_document_size = 1000};
  EXPECT_TRUE(contains(problem_between_others("a: " + std::string(2000, 'x'), limits),
                       "more bytes than 1000"));
  EXPECT_TRUE(contains(problem_between_others("a: [" + std::string(2000, '{'), limits),
                       "more bytes than 1000"));
}

TEST(YamlLimits, NodesAreCounted) {
  const ReadLimits limits{.max_nodes = 100};
  EXPECT_TRUE(contains(problem_between_others("[" + repeat("a, ", 200) + "]", limits),
                       "more values than 100"));
  EXPECT_TRUE(
      contains(problem_between_others(repeat("- a\n", 200), limits), "more values than 100"));
  std::string map;
  for (int i = 0; i < 200; ++i) map += "k" + std::to_string(i) + ":\n";
  EXPECT_TRUE(contains(problem_between_others(map, limits), "more values than 100"));
  EXPECT_TRUE(
      contains(problem_between_others("a: &a [" + repeat("x, ", 50) + "]\nb: *a\nc: *a", limits),
               "more values than 100"));
  EXPECT_EQ(read_text("[" + repeat("a, ", 98) + "]", limits).documents.size(), 1U);
}

TEST(YamlLimits, BytesThatDoNotBelongAreNamedWithTheirPlace) {
  EXPECT_TRUE(problem_between_others(std::string("a: b\nc: \0d", 10))
                  .starts_with("a.yaml:4:4: error: a NUL byte"));
  EXPECT_TRUE(problem_between_others("a: b\nc: \x01")
                  .starts_with("a.yaml:4:4: error: a control character"));
  EXPECT_TRUE(
      problem_between_others("a: \"\x7f\"").starts_with("a.yaml:3:5: error: a control character"));
  EXPECT_TRUE(
      problem_between_others("a: \xc2\x9b").starts_with("a.yaml:3:4: error: a control character"));
  EXPECT_TRUE(problem_between_others("a: \xff").starts_with(
      "a.yaml:3:4: error: this byte is not valid UTF-8"));
  EXPECT_TRUE(problem_between_others("# " + std::string(100, 'x') + "\xc0\xaf")
                  .starts_with("a.yaml:3:103: error: this byte"));
  EXPECT_TRUE(problem_between_others("a: \xed\xa0\x80")
                  .starts_with("a.yaml:3:4: error: this byte is not valid UTF-8"));
  EXPECT_TRUE(problem_between_others("a: x\xef\xbb\xbf")
                  .starts_with("a.yaml:3:5: error: a byte order mark"));
}

TEST(YamlLimits, WideTextIsNamed) {
  using namespace std::string_literals;
  for (const std::string& text : {"\xff\xfe"
                                  "a\0:\0"s,
                                  "\xfe\xff\0a\0:"s, "a\0:\0 \0b\0"s, "\0a\0:\0 \0b"s}) {
    const Reading reading = read_text(text);
    EXPECT_TRUE(reading.documents.empty());
    EXPECT_EQ(reading.text(),
              "a.yaml:1:1: error: this text is UTF-16 or UTF-32 (hint: save the file as UTF-8)");
  }
}

TEST(YamlLimits, ATemplateIsNamedAsOne) {
  for (const char* text : {"name: {{ .Values.name }}", "{{- if .Values.on }}\na: 1\n{{- end }}",
                           "a: 1\n{{ include \"x\" . | nindent 4 }}",
                           "image: \"{{ .Values.image }}\"\nreplicas: {{ .Values.n }}",
                           "a: {{ .b }}-c", "a: [{{ .b }}]"}) {
    EXPECT_TRUE(
        contains(problem_between_others(text), "this looks like a Helm template: render it first"))
        << text;
  }
  EXPECT_FALSE(contains(problem_between_others("a: b: c"), "Helm"));
}

// Each of these would take hours if something in it were quadratic.
TEST(YamlLimits, LargeInputsOfEveryShapeStayLinear) {
  const int many = 300'000;
  std::string anchors;
  for (int i = 0; i < many; ++i) anchors += "- &a" + std::to_string(i) + "\n";
  EXPECT_EQ(read_text(anchors).documents.size(), 1U);
  EXPECT_EQ(read_text("a: " + repeat("b\n  ", many)).documents.size(), 1U);
  EXPECT_EQ(read_text("[a" + repeat("\n", many) + "]").documents.size(), 1U);
  EXPECT_EQ(read_text(repeat("# c\n", many) + "a: 1\n").documents.size(), 1U);
  EXPECT_EQ(read_text("a: |\n" + repeat("  \n", many) + "  b\n").documents.size(), 1U);
  EXPECT_EQ(read_text("a: \"" + repeat("\\x41\n", many) + "\"").documents.size(), 1U);
  EXPECT_EQ(read_text("a: '" + repeat("''", many) + "'").documents.size(), 1U);
  EXPECT_EQ(read_text(repeat("...\n", many) + "a: 1\n").documents.size(), 1U);
  EXPECT_EQ(read_text(repeat("---\n{{\n", many)).diagnostics.error_count(),
            static_cast<std::size_t>(many));
  EXPECT_EQ(
      read_text("a: &a {x: 1}\nb:\n  <<: [" + repeat("*a, ", 10'000) + "]\n").documents.size(), 1U);
  EXPECT_EQ(read_text(repeat("k: 1\n", many)).documents.size(), 1U);
  EXPECT_EQ(read_text("[" + repeat("# yagura:ignore A b\n", many) + "{}]")
                .documents.at(0)
                .ignores()
                .size(),
            static_cast<std::size_t>(many));
  EXPECT_EQ(
      read_text(repeat(" \t", many) + "\n" + repeat("\r\n", many) + "a: 1\r\n").documents.size(),
      1U);
}

TEST(YamlLimits, DuplicateKeysAreNamedWithBothPlaces) {
  EXPECT_EQ(read_text("a: 1\nb: 2\na: 3\n").text(),
            "{\"b\":2,\"a\":3}\na.yaml:3:1: error: key \"a\" is given twice: it stands at 1:1 "
            "already, and the value at 3:1 is the one that "
            "counts (hint: remove one of them)");
  EXPECT_EQ(read_text("{a: 1, 'a': 2, \"a\": 3}").diagnostics.error_count(), 2U);
}

TEST(YamlLimits, NothingIsLeftOutSilently) {
  for (const char* text : {"\ta: 1", " \t- a", "\t\t[a]", "# c\n\ta: 1\n", "---\n\ta"}) {
    const Reading reading = read_text(text);
    EXPECT_TRUE(reading.documents.empty()) << text;
    EXPECT_TRUE(contains(reading.text(), "a tab is used to indent")) << text;
  }
}

}  // namespace
}  // namespace yagura::kube::yaml
