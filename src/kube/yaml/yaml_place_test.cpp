// Where nodes stand, and what comments apply to.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kube/node_path.hpp"
#include "kube/yaml/testing/read_text.hpp"

namespace yagura::kube::yaml {
namespace {

// Every node in document order as "path«text»", keys as "path:«text»".
std::string places(const Reading& reading) {
  std::string out;
  const std::string_view text = reading.source->text();
  const auto add = [&](const std::string& path, const char* mark, std::uint32_t begin,
                       std::uint32_t end) {
    out += path + mark + "«" + std::string(text.substr(begin, end - begin)) + "»\n";
  };
  const auto walk = [&](const auto& self, const Node& node, const std::string& path) -> void {
    add(path, "", node.begin(), node.end());
    std::uint32_t index = 0;
    if (node.is_list()) {
      for (const Node& item : node.items())
        self(self, item, path + "[" + std::to_string(index++) + "]");
    }
    if (node.is_map()) {
      for (const Member& member : node.members()) {
        const std::string below = path + "." + std::string(member.key);
        add(below, ":", member.key_begin, member.key_end);
        self(self, member.value, below);
      }
    }
  };
  for (const Document& document : reading.documents) walk(walk, document.root(), "$");
  return out;
}

TEST(YamlPlace, ScalarsBlockAndFlow) {
  EXPECT_EQ(places(read_text("a:   b c   # d\n\"e\": 'f'\ng: [1, {h: \"i\"}]\n")),
            "$«a:   b c   # d\n\"e\": 'f'\ng: [1, {h: \"i\"}]»\n"
            "$.a:«a»\n$.a«b c»\n$.e:«\"e\"»\n$.e«'f'»\n$.g:«g»\n$.g«[1, {h: "
            "\"i\"}]»\n$.g[0]«1»\n$.g[1]«{h: \"i\"}»\n"
            "$.g[1].h:«h»\n$.g[1].h«\"i\"»\n");
}

TEST(YamlPlace, BlockCollectionsEndWithTheirLastChild) {
  EXPECT_EQ(
      places(read_text("x:\n  - a: 1\n    b: 2\n  # c\n  - c\n\nw: z\n")),
      "$«x:\n  - a: 1\n    b: 2\n  # c\n  - c\n\nw: z»\n$.x:«x»\n$.x«- a: 1\n    b: 2\n  # c\n  - "
      "c»\n"
      "$.x[0]«a: 1\n    b: "
      "2»\n$.x[0].a:«a»\n$.x[0].a«1»\n$.x[0].b:«b»\n$.x[0].b«2»\n$.x[1]«c»\n$.w:«w»\n$.w«z»\n");
}

TEST(YamlPlace, EmptyValuesStandBehindTheirIndicator) {
  const Reading reading = read_text("a:\nb: # c\n- \nc: &x\nd: {e, f: }\n");
  const Node& root = reading.documents.at(0).root();
  EXPECT_EQ(root.find("a")->begin(), 2U);
  EXPECT_EQ(root.find("a")->end(), 2U);
  const Node& item = root.find("b")->items()[0];
  EXPECT_EQ(reading.source->text().substr(item.begin() - 1, 2), "- ");
  EXPECT_EQ(item.begin(), item.end());
  const Node* anchored = root.find("c");
  EXPECT_EQ(reading.source->text().substr(anchored->begin() - 2, 2), "&x");
  const Node* flow = root.find("d");
  EXPECT_EQ(reading.source->text().substr(flow->find("e")->begin() - 1, 2), "e,");
  EXPECT_EQ(reading.source->text().substr(flow->find("f")->begin() - 2, 2), "f:");
}

TEST(YamlPlace, BlockScalarsEndBehindTheirText) {
  EXPECT_EQ(places(read_text("a: |\n  x\n  y\n\n\nb: >-  # c\n  z\nc: |\n")),
            "$«a: |\n  x\n  y\n\n\nb: >-  # c\n  z\nc: |»\n$.a:«a»\n$.a«|\n  x\n  "
            "y»\n$.b:«b»\n$.b«>-  # c\n  z»\n$.c:«c»\n$.c«|»\n");
}

TEST(YamlPlace, PropertiesStandBeforeTheNode) {
  EXPECT_EQ(
      places(read_text("a: &x !!str b\nc: *x\n? d\n: e\n")),
      "$«a: &x !!str b\nc: *x\n? d\n: e»\n$.a:«a»\n$.a«b»\n$.c:«c»\n$.c«b»\n$.d:«d»\n$.d«e»\n");
}

TEST(YamlPlace, AliasesAndMergedMembersHaveTheOriginalsPlaceAndAreMarked) {
  const Reading reading = read_text("a: &x {k: [1]}\nb: *x\nc:\n  <<: *x\n  l: 2\n");
  const Node& root = reading.documents.at(0).root();
  EXPECT_FALSE(root.find("a")->is_aliased());
  EXPECT_TRUE(root.find("b")->is_aliased());
  EXPECT_EQ(root.find("b")->begin(), root.find("a")->begin());
  const Member* merged = root.find("c")->find_member("k");
  EXPECT_TRUE(merged->value.is_aliased());
  EXPECT_EQ(merged->key_begin, root.find("a")->find_member("k")->key_begin);
  EXPECT_FALSE(root.find("c")->find("l")->is_aliased());
  EXPECT_EQ(reading.source->position(root.find("c")->end()), (Position{5, 7}))
      << "not the merged member's end";
}

TEST(YamlPlace, MultiLinePlainAndQuoted) {
  EXPECT_EQ(places(read_text("a: b\n   c   \n\nd: 'e\n\n  f' # g\n")),
            "$«a: b\n   c   \n\nd: 'e\n\n  f'»\n$.a:«a»\n$.a«b\n   c»\n$.d:«d»\n$.d«'e\n\n  f'»\n");
}

TEST(YamlPlace, LaterDocumentsCountFromTheBeginOfTheSource) {
  const Reading reading = read_text("a: 1\n---\r\nb: 2\r\n--- 'c'\n");
  EXPECT_EQ(reading.source->position(reading.documents.at(1).root().begin()), (Position{3, 1}));
  EXPECT_EQ(reading.source->position(reading.documents.at(2).root().begin()), (Position{4, 5}));
}

TEST(YamlPlace, StringsPointIntoTheSourceWhereTheyCan) {
  const Reading reading =
      read_text("a: plain\nb: \"quoted\"\nc: |\n  one line\nd: 'it''s'\ne: é\n");
  const Node& root = reading.documents.at(0).root();
  const std::string_view text = reading.source->text();
  for (const char* key : {"a", "b", "c", "e"}) {
    const std::string_view value = root.find(key)->as_string();
    EXPECT_TRUE(value.data() >= text.data() &&
                value.data() + value.size() <= text.data() + text.size())
        << key;
  }
  EXPECT_EQ(root.find("d")->as_string(), "it's");
  EXPECT_TRUE(root.find("a")->is_ascii());
  EXPECT_FALSE(root.find("e")->is_ascii());
  EXPECT_FALSE(read_text("a: \"\\u00e9\"").documents.at(0).root().find("a")->is_ascii());
}

// "line ids reason" of each ignore of each document.
std::string ignores(const std::string& yaml) {
  std::string out;
  for (const Document& document : read_text(yaml).documents) {
    for (const IgnoreComment& ignore : document.ignores()) {
      out += std::to_string(ignore.applies_to_line);
      for (const std::string& id : ignore.ids) out += " " + id;
      out += " (" + ignore.reason + ")\n";
    }
    out += ".\n";
  }
  return out;
}

TEST(YamlIgnore, AppliesToItsLineOrTheNextThatHoldsANode) {
  EXPECT_EQ(ignores("a: 1 # yagura:ignore A on this line\n# yagura:ignore B,C  above \n# "
                    "more\n\nb:\n  # yagura:ignore * all\n  - c\n"),
            "1 A (on this line)\n5 B C (above)\n7 * (all)\n.\n");
}

TEST(YamlIgnore, AtTheTopItIsForTheWholeDocument) {
  EXPECT_EQ(ignores("# yagura:ignore A why\n\na: 1\n"), "0 A (why)\n.\n");
  EXPECT_EQ(ignores("# yagura:ignore A one\n---\n# yagura:ignore B two\na: 1\n--- # yagura:ignore "
                    "C three\nb: 2\n"),
            "0 A (one)\n0 B (two)\n.\n0 C (three)\n.\n");
}

TEST(YamlIgnore, OnlyCommentsCount) {
  EXPECT_EQ(ignores("a: '# yagura:ignore A'\nb: |\n  # yagura:ignore B\nc: d#yagura:ignore C\n"),
            ".\n");
  EXPECT_EQ(ignores("a: 1 # see yagura:ignore A\nb: 2 # yagura:ignored B\n"), ".\n");
}

TEST(YamlIgnore, SpellingsOfTheIds) {
  EXPECT_EQ(
      ignores(
          "a: 1 #yagura:ignore A\nb: 1 ## yagura:ignore  A , B,C D e\nc: 1 # yagura:ignore: A\n"),
      "1 A ()\n2 A B C (D e)\n3 A ()\n.\n");
}

TEST(YamlIgnore, FlowAndBlockScalars) {
  EXPECT_EQ(ignores("a: [ # yagura:ignore A x\n  1,\n  # yagura:ignore B y\n  2 ]\nb: | # "
                    "yagura:ignore C z\n  t\n"),
            "1 A (x)\n4 B (y)\n5 C (z)\n.\n");
}

TEST(YamlIgnore, OneThatAppliesToNothingIsSaid) {
  EXPECT_EQ(read_text("a: 1\n# yagura:ignore A\n").text(),
            "{\"a\":1}\na.yaml:2:1: warning: yagura:ignore stands behind everything that it could "
            "apply to (hint: put it on the line of "
            "the field, or above it)");
  EXPECT_EQ(read_text("# yagura:ignore\na: 1\n").text(),
            "{\"a\":1}\na.yaml:1:1: warning: yagura:ignore names no control (hint: write `# "
            "yagura:ignore ID reason`)");
}

TEST(YamlIgnore, ListsDealThemToTheirItems) {
  EXPECT_EQ(
      ignores("# yagura:ignore T all\nkind: List\n# yagura:ignore I items\nitems:\n- kind: A # "
              "yagura:ignore X one\n  n: 1\n"
              "# yagura:ignore Y two\n- kind: B\n  n: 2 # yagura:ignore Z three\n"),
      "0 T (all)\n0 I (items)\n0 X (one)\n.\n0 T (all)\n0 I (items)\n0 Y (two)\n9 Z (three)\n.\n");
}

}  // namespace
}  // namespace yagura::kube::yaml
