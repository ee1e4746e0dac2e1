#include "kube/json/json_reader.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "kube/node_json.hpp"
#include "kube/reader.hpp"

namespace yagura::kube {
namespace {

struct Outcome {
  std::vector<Document> documents;
  Diagnostics diagnostics;
  [[nodiscard]] std::string first_problem() const {
    return diagnostics.list().empty() ? "" : to_string(diagnostics.list().front());
  }
};

Outcome read_json(std::string text, const ReadLimits& limits = {}) {
  Outcome outcome;
  const auto source =
      std::make_shared<const Source>("a.json", std::move(text), SourceFormat::kJson);
  outcome.documents = read_documents(source, outcome.diagnostics, limits);
  return outcome;
}

TEST(JsonReader, RoundTripsEveryKind) {
  for (const char* text :
       {"null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808",
        "18446744073709551615", "0.1", "-1.5e-07", "1e+300", "\"\"", "\"a\"", "[]", "{}",
        R"([1,[2,[]],{"a":{"b":null}}])", R"({"":"","é":"日本 🏯"})"}) {
    const Outcome outcome = read_json(text);
    ASSERT_EQ(outcome.documents.size(), 1U) << outcome.first_problem();
    EXPECT_EQ(to_json(outcome.documents[0].root()), text);
  }
}

TEST(JsonReader, DecodesEscapes) {
  const Outcome outcome = read_json(R"("\"\\\/\b\f\n\r\t\u00e9\uD83C\uDFEFx")");
  ASSERT_EQ(outcome.documents.size(), 1U) << outcome.first_problem();
  EXPECT_EQ(outcome.documents[0].root().as_string(), "\"\\/\b\f\n\r\té🏯x");
  EXPECT_FALSE(outcome.documents[0].root().is_ascii());
}

TEST(JsonReader, StringsWithoutEscapesPointIntoTheSource) {
  const Outcome outcome = read_json(R"({"key":"a value that is longer than sixteen bytes é"})");
  const Document& document = outcome.documents.at(0);
  const std::string_view text = document.source().text();
  const std::string_view value = document.root().find("key")->as_string();
  EXPECT_EQ(value.data(), text.data() + 8);
  EXPECT_FALSE(document.root().find("key")->is_ascii());
}

TEST(JsonReader, KeepsOffsetsOfKeysAndValues) {
  const std::string text = R"( {"a" : [ 12, "x\n" ] , "b":{} } )";
  const Outcome outcome = read_json(text);
  const Node& root = outcome.documents.at(0).root();
  const auto slice = [&](std::uint32_t begin, std::uint32_t end) {
    return text.substr(begin, end - begin);
  };
  EXPECT_EQ(slice(root.begin(), root.end()), R"({"a" : [ 12, "x\n" ] , "b":{} })");
  const Member& a = root.members()[0];
  EXPECT_EQ(slice(a.key_begin, a.key_end), "\"a\"");
  EXPECT_EQ(slice(a.value.begin(), a.value.end()), "[ 12, \"x\\n\" ]");
  EXPECT_EQ(slice(a.value.items()[1].begin(), a.value.items()[1].end()), "\"x\\n\"");
  EXPECT_TRUE(root.is_flow());
}

TEST(JsonReader, NumbersAreExact) {
  const Outcome outcome = read_json(
      "[18446744073709551616, 123456789012345678, 1234567890123456789, 4.9e-324, 1e-400, 1.0]");
  ASSERT_EQ(outcome.documents.size(), 1U) << outcome.first_problem();
  const auto items = outcome.documents[0].root().items();
  EXPECT_EQ(items[0].as_double(), 18446744073709551616.0);
  EXPECT_EQ(items[1].as_int(), 123456789012345678);
  EXPECT_EQ(items[2].as_int(), 1234567890123456789);
  EXPECT_EQ(items[3].as_double(), 4.9e-324);
  EXPECT_EQ(items[4].as_int(), 0);
  EXPECT_EQ(items[5].as_int(), 1);
}

TEST(JsonReader, RefusesWhatIsNoJsonAndSaysWhere) {
  struct Case {
    const char* text;
    const char* message;
  };
  for (const auto& [text, message] : std::vector<Case>{
           {"{", "a.json:1:2: error: expected a key"},
           {"{\"a\":1,}", "a.json:1:8: error: expected a key"},
           {"[1,]", "a.json:1:4: error: expected a value"},
           {"[1 2]", "a.json:1:4: error: expected ','"},
           {"{\"a\" 1}", "a.json:1:6: error: expected ':'"},
           {"{'a':1}", "a.json:1:2: error: expected a key"},
           {"01", "a.json:1:1: error: a number must not begin with 0"},
           {"-", "a.json:1:2: error: expected a digit"},
           {"1.", "a.json:1:3: error: expected a digit"},
           {"1e+", "a.json:1:4: error: expected a digit"},
           {"+1", "a.json:1:1: error: expected a value"},
           {"1x", "a.json:1:2: error: expected ','"},
           {"truee", "a.json:1:5: error: expected ','"},
           {"tru", "a.json:1:1: error: expected true"},
           {"1e999", "a.json:1:1: error: this number is too large"},
           {"\"a", "a.json:1:1: error: this string does not end"},
           {"\"a\nb\"", "a.json:1:3: error: a control character"},
           {"\"\\x\"", "a.json:1:2: error: JSON has no such escape"},
           {"\"\\u12G4\"", "a.json:1:2: error: \\u needs four"},
           {"\"\\ud800\"", "a.json:1:2: error: half of a surrogate pair"},
           {"\"\\udc00\"", "a.json:1:2: error: half of a surrogate pair"},
           {"\"\xff\"", "a.json:1:2: error: this byte is not valid UTF-8"},
           {"[\n \"0123456789abcdef\xc0\xaf\"]",
            "a.json:2:19: error: this byte is not valid UTF-8"},
           {"// c\n1", "a.json:1:1: error: expected a value"},
       }) {
    const Outcome outcome = read_json(text);
    EXPECT_TRUE(outcome.documents.empty()) << text;
    EXPECT_EQ(outcome.first_problem().substr(0, std::string_view(message).size()), message);
  }
  EXPECT_TRUE(read_json(std::string("[1,\0 2]", 7)).diagnostics.has_errors());
}

TEST(JsonReader, TheLastOfTwoEqualKeysCountsAndBothPlacesAreNamed) {
  const Outcome outcome = read_json("{\"a\":1,\n\"b\":2,\n\"a\":3}");
  EXPECT_EQ(to_json(outcome.documents.at(0).root()), R"({"b":2,"a":3})");
  EXPECT_EQ(
      outcome.first_problem().substr(0, 84),
      "a.json:3:1: error: key \"a\" is given twice: it stands at 1:2 already, and the value a");
}

TEST(JsonReader, DuplicatesInALargeMapAreFoundToo) {
  std::string text = "{\"k5\":0";
  for (int i = 0; i < 50'000; ++i) text += ",\"k" + std::to_string(i) + "\":1";
  const Outcome outcome = read_json(text + "}");
  EXPECT_EQ(outcome.documents.at(0).root().members().size(), 50'000U);
  EXPECT_EQ(outcome.documents.at(0).root().find("k5")->as_int(), 1);
  EXPECT_EQ(outcome.diagnostics.error_count(), 1U);
}

TEST(JsonReader, ReadsValuesOneBehindAnother) {
  const Outcome outcome = read_json("\xEF\xBB\xBF{\"a\":1}\n{\"a\":2} []\n");
  ASSERT_EQ(outcome.documents.size(), 3U);
  EXPECT_EQ(outcome.documents[1].index(), 1U);
  EXPECT_EQ(to_json(outcome.documents[1].root()), "{\"a\":2}");
  EXPECT_TRUE(read_json(" \n").documents.empty());
  EXPECT_FALSE(read_json(" \n").diagnostics.has_errors());
}

TEST(JsonReader, DepthIsLimitedWithoutRecursion) {
  for (const char bracket : {'[', '{'}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += bracket == '[' ? "[" : "{\"a\":";
    const Outcome outcome = read_json(deep + "\n");
    EXPECT_TRUE(outcome.documents.empty());
    EXPECT_NE(outcome.first_problem().find("more nested collections than 200"), std::string::npos);
  }
  const std::string exactly = std::string(200, '[') + std::string(200, ']');
  EXPECT_EQ(read_json(exactly).documents.size(), 1U);
  EXPECT_EQ(read_json("[" + exactly + "] 7").documents.size(), 1U) << "what follows is still read";
}

TEST(JsonReader, SkippingADocumentEndsWithTheText) {
  for (const char* tail : {"\"", "\"\\", "\"\\\"", "]", "}", "\"a\n\"]", "x"}) {
    const Outcome outcome = read_json(std::string(300, '[') + tail);
    EXPECT_TRUE(outcome.documents.empty());
    EXPECT_GE(outcome.diagnostics.error_count(), 1U);
  }
}

TEST(JsonReader, ADocumentAboveALimitIsSkippedAndTheOthersRead) {
  const std::string large = "{\"x\":\"" + std::string(5000, 'x') + "\\\"}\",\"y\":[1,2,3,4,5,6]}";
  const ReadLimits small_size{.max_document_size = 1000};
  const Outcome by_size = read_json("{\"a\":1}" + large + "{\"b\":2}", small_size);
  ASSERT_EQ(by_size.documents.size(), 2U);
  EXPECT_EQ(to_json(by_size.documents[1].root()), "{\"b\":2}");
  EXPECT_NE(
      by_size.first_problem().find("a.json:1:8: error: this document has more bytes than 1000"),
      std::string::npos);
  const ReadLimits few_nodes{.max_nodes = 5};
  const Outcome by_nodes = read_json("[1,2,3,4]" + large + "[]", few_nodes);
  EXPECT_EQ(by_nodes.documents.size(), 2U);
  EXPECT_NE(by_nodes.first_problem().find("more values than 5"), std::string::npos);
}

TEST(Reader, ListsAreReadAsTheirItems) {
  const Outcome outcome = read_json(
      R"({"kind":"PodList","items":[{"kind":"Pod","n":1},{"kind":"Pod","n":2}]} {"kind":"List"} {"kind":"List","items":[]})");
  ASSERT_EQ(outcome.documents.size(), 3U);
  EXPECT_EQ(outcome.documents[1].root().find("n")->as_int(), 2);
  EXPECT_EQ(outcome.documents[1].index(), 1U);
  EXPECT_EQ(outcome.documents[2].root().find("kind")->as_string(), "List");
}

TEST(Source, PositionsCountEveryKindOfLineEnd) {
  const Source source("x", "a\nbc\r\nd\re", SourceFormat::kYaml);
  EXPECT_EQ(source.position(0), (Position{1, 1}));
  EXPECT_EQ(source.position(3), (Position{2, 2}));
  EXPECT_EQ(source.position(6), (Position{3, 1}));
  EXPECT_EQ(source.position(8), (Position{4, 1}));
  EXPECT_EQ(source.position(9), (Position{4, 2}));
  EXPECT_EQ(source.position(1000), (Position{4, 2})) << "behind the text";
}

TEST(Source, PositionsAgreeWithCountingFromTheBegin) {
  for (const std::string_view ends : {"\n", "\r\n", "\r", "\n\r"}) {
    std::string text;
    for (std::size_t i = 0; text.size() < 5000; ++i)
      text += std::string(i * i % 97, 'x') + std::string(ends);
    const Source source("x", text, SourceFormat::kYaml);
    Position expected{1, 1};
    for (std::uint32_t offset = 0; offset <= text.size(); ++offset) {
      ASSERT_EQ(source.position(offset), expected) << offset;
      ++expected.column;
      const bool lone_cr = text[offset] == '\r' && text[offset + 1] != '\n';
      if (text[offset] == '\n' || lone_cr) expected = {expected.line + 1, 1};
    }
  }
}

TEST(JsonReader, KeepsListsWhereTheyMatterAsSuch) {
  const Source source("x",
                      R"({"kind": "PodList", "metadata": {"resourceVersion": "7"}, "items": []} 5)",
                      SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto values = read_json(source, diagnostics);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0]->get({"metadata", "resourceVersion"})->string_or(), "7");
  EXPECT_EQ(values[1]->as_int(), 5);
}

}  // namespace
}  // namespace yagura::kube
