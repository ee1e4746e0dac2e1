// YAML text on the left, what it means as JSON on the right: one line a document. The chapters are
// those of YAML 1.2.2.

#include "kube/yaml/yaml_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kube/testing.hpp"
#include "kube/yaml/testing/read_text.hpp"

namespace yagura::kube::yaml {
namespace {

struct Case {
  std::string yaml;
  std::string json;
};

void expect_all(const std::vector<Case>& cases) {
  for (const auto& [yaml, json] : cases) EXPECT_EQ(read_text(yaml).text(), json) << "of:\n" << yaml;
}

TEST(YamlReader, Chapter2Collections) {
  expect_all({
      {"- red\n- green\n- blue\n", R"(["red","green","blue"])"},
      {"hr:  65    # Home runs\navg: 0.278 # Batting average\nrbi: 147   # Runs\n",
       R"({"hr":65,"avg":0.278,"rbi":147})"},
      {"east:\n- a\n- b\nwest:\n  - c\n  - d\n", R"({"east":["a","b"],"west":["c","d"]})"},
      {"-\n  name: A\n  hr: 1\n-\n  name: B\n  hr: 2\n",
       R"([{"name":"A","hr":1},{"name":"B","hr":2}])"},
      {"- [name, hr]\n- [A, 65]\n- [B, 63]\n", R"([["name","hr"],["A",65],["B",63]])"},
      {"A: {hr: 65, avg: 0.2}\nB: {\n    hr: 63,\n    avg: 0.3,\n  }\n",
       R"({"A":{"hr":65,"avg":0.2},"B":{"hr":63,"avg":0.3}})"},
      {"# c\n---\n- A\n- B\n\n# teams\n---\n- C\n- D\n", "[\"A\",\"B\"]\n[\"C\",\"D\"]"},
      {"---\ntime: 20:03:20\nplayer: A\n...\n---\ntime: 20:03:47\nplayer: B\n...\n",
       "{\"time\":\"20:03:20\",\"player\":\"A\"}\n{\"time\":\"20:03:47\",\"player\":\"B\"}"},
      {"hr:\n  - A\n  # by name\n  - &S B\nrbi:\n  - *S\n  - C\n",
       R"({"hr":["A","B"],"rbi":["B","C"]})"},
      {"---\n# Products\n- item    : Hoop\n  quantity: 1\n- item    : Ball\n  quantity: 4\n",
       R"([{"item":"Hoop","quantity":1},{"item":"Ball","quantity":4}])"},
      {"a:\n  b:\n    c:\n      d: 1\n  e: 2\nf: 3\n", R"({"a":{"b":{"c":{"d":1}},"e":2},"f":3})"},
      {"- - - a\n    - b\n  - c\n- d\n", R"([[["a","b"],"c"],"d"])"},
      {"a:\n  - b: 1\n    c: 2\n  - d: 3\n", R"({"a":[{"b":1,"c":2},{"d":3}]})"},
      {"a:\nb:\n- \n-\n- c\n", R"({"a":null,"b":[null,null,"c"]})"},
  });
}

TEST(YamlReader, Chapter2Scalars) {
  expect_all({
      {"--- |\n  \\//||\\/||\n  // ||  ||__\n", R"("\\//||\\/||\n// ||  ||__\n")"},
      {"--- >\n  Mark's\n  year was\n  crippled.\n", R"("Mark's year was crippled.\n")"},
      {">\n Sosa did\n fine.\n\n   63 Runs\n   0.288\n\n What a year!\n",
       R"("Sosa did fine.\n\n  63 Runs\n  0.288\n\nWhat a year!\n")"},
      {"name: X\nwin: >\n  A\n  B.\nstats: |\n  65 Runs\n  0.278\n",
       R"({"name":"X","win":"A B.\n","stats":"65 Runs\n0.278\n"})"},
      {"unicode: \"Sosa\\u263A\"\ncontrol: \"\\b1998\\t1999\\n\"\nsingle: '\"Howdy!\" he cried.'\n"
       "quoted: ' # Not a ''comment''.'\ntie: '|\\-*-/|'\n",
       R"({"unicode":"Sosa☺","control":"\u00081998\t1999\n","single":"\"Howdy!\" he cried.",)"
       R"("quoted":" # Not a 'comment'.","tie":"|\\-*-/|"})"},
      {"plain:\n  This unquoted\n  spans lines.\n\nquoted: \"So does this\n  quoted one.\\n\"\n",
       R"({"plain":"This unquoted spans lines.","quoted":"So does this quoted one.\n"})"},
  });
}

TEST(YamlReader, ScalarsAreResolvedAsKubernetesDoes) {
  expect_all({
      {"[yes, No, ON, off, true, FALSE, y, N, Y, n]",
       "[true,false,true,false,true,false,true,false,true,false]"},
      {"[yES, tRUE, oN, yess, 'yes', \"no\", !!str on]",
       R"(["yES","tRUE","oN","yess","yes","no","on"])"},
      {"[~, null, Null, NULL, nULL, '', \"~\"]", R"([null,null,null,null,"nULL","","~"])"},
      {"[0, -0, +1, 12_345, 0777, 0o17, 0x1F, 0b101, -0b11, -0x10, 0O17, 0X1f]",
       "[0,0,1,12345,511,15,31,5,-3,-16,15,31]"},
      {"[08, 0_8, 0b2, 0xG, 1__0, 1_, _1, +, -, 0x, 1:30, 1e3x]",
       R"([8,8,"0b2","0xG",10,1,"_1","+","-","0x","1:30","1e3x"])"},
      {"[1.5, .5, -.5, 1., 1.0, 1e3, 1E-2, 685_230.15, 1_0.5, 0.1e1]",
       "[1.5,0.5,-0.5,1,1,1000,0.01,685230.15,10.5,1]"},
      {"[9223372036854775807, 9223372036854775808, 18446744073709551615, 18446744073709551616, "
       "-9223372036854775808, -9223372036854775809]",
       "[9223372036854775807,9223372036854775808,18446744073709551615,18446744073709551616.0,"
       "-9223372036854775808,-9223372036854775808]"},
      {"[0xFFFFFFFFFFFFFFFF, 0x1FFFFFFFFFFFFFFFF, 1e400, 1e-400]",
       "[18446744073709551615,36893488147419103232.0,\"1e400\",0]"},
      {"[10Gi, 100m, 1.2.3.4, 2001-12-14, 2001-12-14t21:59:43.10-05:00, 1.2.3, '8080', 50%]",
       R"(["10Gi","100m","1.2.3.4","2001-12-14","2001-12-14t21:59:43.10-05:00","1.2.3","8080","50%"])"},
      {"port: 0.0\n", R"({"port":0})"},
      {"a: .inf\n",
       "{\"a\":\".inf\"}\na.yaml:1:4: error: \".inf\" is a number that JSON does not have, so "
       "Kubernetes "
       "refuses it (hint: put it in quotes if it is text)"},
      {"a: ..inf\nb: -.nan\nc: .\n", R"({"a":"..inf","b":"-.nan","c":"."})"},
  });
}

TEST(YamlReader, KeysBecomeText) {
  expect_all({
      {"1: a\ntrue: b\n1.5: c\n0x10: d\non: e\n1e30: f\n",
       R"({"1":"a","1.5":"c","16":"d","true":"e","1e+30":"f"})"
       "\na.yaml:5:1: error: key \"true\" is given twice: it stands at 2:1 already, and the value "
       "at 5:1 is the one that "
       "counts (hint: remove one of them)"},
      {"'1': a\n\"yes\": b\n? c\n: d\n? |\n  e\n: f\n", R"({"1":"a","yes":"b","c":"d","e\n":"f"})"},
      {"2001-01-01: x\n-1: why\n0.5e0: z\ny: 1\n",
       R"({"2001-01-01":"x","-1":"why","0.5":"z","true":1})"},
      {"{1: a, yes: b, \"c\":d, 'e':f, g}", R"({"1":"a","true":"b","c":"d","e":"f","g":null})"},
      {"~: a\n",
       "{\"null\":\"a\"}\na.yaml:1:1: error: this key is null, which Kubernetes refuses (hint: put "
       "it in quotes if it "
       "is text)"},
      {": a\n",
       "{\"null\":\"a\"}\na.yaml:1:1: error: this key is null, which Kubernetes refuses (hint: put "
       "it in quotes if it "
       "is text)"},
      {"a b c: 1\nd  : 2\n\"e\" : 3\n", R"({"a b c":1,"d":2,"e":3})"},
      {"a:b: c\n-x: 1\n?y: 2\n:z: 3\n", R"({"a:b":"c","-x":1,"?y":2,":z":3})"},
      {"&k key: &v value\n*v : *k\n", R"({"key":"value","value":"key"})"},
      {"? - a\n: b\n", "a.yaml:1:3: error: a key must be text, not a list or a map"},
      {"[a]: b\n", "a.yaml:1:1: error: a key must be text, not a list or a map"},
      {"? a\n? b\n: - c\n  - d\n? e\n:\n- f\n", R"({"a":null,"b":["c","d"],"e":["f"]})"},
  });
}

TEST(YamlReader, Chapter6GapsCommentsDirectives) {
  expect_all({
      {"  # Leading comment line spaces are\n  # neither content nor indentation.\n    \nNot "
       "indented:\n By one space: |\n"
       "    By four\n      spaces\n Flow style: [    # Leading spaces\n   By two,        # in flow "
       "style\n  Also by two,    "
       "# are neither\n  \tStill by two   # content nor\n    ]             # indentation.\n",
       R"({"Not indented":{"By one space":"By four\n  spaces\n","Flow style":["By two","Also by two","Still by two"]}})"},
      {"? a\n: -\tb\n  -  -\tc\n     - d\n", R"({"a":["b",["c","d"]]})"},
      {"plain: text\n  lines\nquoted: \"text\n  \tlines\"\nblock: |\n  text\n   \tlines\n",
       R"({"plain":"text lines","quoted":"text lines","block":"text\n \tlines\n"})"},
      {"Folding:\n  \"Empty line\n   \t\n  as a line feed\"\nClipped empty lines: |\n  a\n \n",
       R"({"Folding":"Empty line\nas a line feed","Clipped empty lines":"a\n"})"},
      {">-\n  trimmed\n  \n \n\n  as\n  space\n", R"("trimmed\n\n\nas space")"},
      {"key:    # Comment\n  value\n", R"({"key":"value"})"},
      {"key:    # Comment\n        # lines\n  value\n\n\n", R"({"key":"value"})"},
      {"a: b#c\nd: 'e' # f\ng: h # 'i\n", R"({"a":"b#c","d":"e","g":"h"})"},
      {"%YAML 1.2\n%FOO bar\n# c\n---\na: 1\n", R"({"a":1})"},
      {"%YAML 2.0\n---\na: 1\n", "a.yaml:1:1: error: only YAML 1.x is read here"},
      {"%TAG ! tag:example.com,2000:\n%TAG !y! tag:yaml.org,2002:\n---\n- !foo \"1\"\n- !y!int "
       "\"2\"\n",
       R"(["1",2])"},
      {"!<tag:yaml.org,2002:str> 12 : !<!bar> 3\n", R"({"12":"3"})"},
      {"- !n!x y\n",
       "a.yaml:1:3: error: the tag \"!n!x\" is malformed, or its handle was not declared by %TAG"},
      {"\xEF\xBB\xBF# c\na: 1\n", R"({"a":1})"},
      {"a: 1\r\nb:\r\n  - c\r\n  - |\r\n    d\r\n    e\r\n\"f\": \"g\r\n  h\"\r\n",
       R"({"a":1,"b":["c","d\ne\n"],"f":"g h"})"},
      {"a: 1\rb: 2\r---\rc: 3\r", "{\"a\":1,\"b\":2}\n{\"c\":3}"},
      {"", ""},
      {"# only\n\n# comments\n", ""},
      {"---\n---\n# c\n...\n---\n", ""},
      {"a:\t1\nb: \t2\t\n- c",
       "a.yaml:3:1: error: this does not belong to the value before it (hint: is the indentation "
       "right, or is a `---` missing?)"},
  });
}

TEST(YamlReader, Chapter6Tags) {
  expect_all({
      {"a: !!str 12\nb: !!int \"3\"\nc: !!float 4\nd: !!bool 'yes'\ne: !!null ''\nf: ! 5\ng: "
       "!local 6\nh: !!str\n",
       R"({"a":"12","b":3,"c":4,"d":true,"e":null,"f":"5","g":"6","h":""})"},
      {"a: !!binary aGVsbG8=\nb: !!binary |\n  aGVs\n  bG8=\n", R"({"a":"hello","b":"hello"})"},
      {"a: !!binary /w==\n", "{\"a\":\"\xEF\xBF\xBD\"}"},
      {"a: !!binary \"@@\"\n",
       "a.yaml:1:13: error: !!binary needs base64 text (hint: Secrets take base64 without a tag "
       "under "
       "`data`)"},
      {"!!set\n? a\n? b\n", R"({"a":null,"b":null})"},
      {"!!omap\n- a: 1\n- b: 2\n", R"([{"a":1},{"b":2}])"},
      {"!!map {a: !!seq [1]}", R"({"a":[1]})"},
      {"- !!str\n- &a\n- !!str &b c\n- &d !!int 7\n- [*a, *b, *d]\n",
       R"(["",null,"c",7,[null,"c",7]])"},
      {"&m\na: 1\n", R"({"a":1})"},
      {"&m !!map\n&k a: 1\nb: *k\n", R"({"a":1,"b":"a"})"},
      {"a: !!int x\n",
       "a.yaml:1:10: error: the tag in front of \"x\" names another type than it is of"},
      {"a: &x &y b\n", "a.yaml:1:7: error: a value can have one anchor and one tag"},
      {"k: &x\n- a\n- b\nl: *x\n", R"({"k":["a","b"],"l":["a","b"]})"},
      {"k: !!seq\n  - a\n", R"({"k":["a"]})"},
  });
}

TEST(YamlReader, Chapter7FlowStyles) {
  expect_all({
      {"First: &anchor Foo\nSecond: *anchor\nOverride: &anchor Bar\nReuse: *anchor\n",
       R"({"First":"Foo","Second":"Foo","Override":"Bar","Reuse":"Bar"})"},
      {"{ foo : !!str, !!str : bar, }", R"({"foo":"","":"bar"})"},
      {"{ ? foo :, bar }", R"({"foo":null,"bar":null})"},
      {"'implicit block key' : [ 'implicit flow key' : value, ]",
       R"({"implicit block key":[{"implicit flow key":"value"}]})"},
      {"\"folded \nto a space,\t\n \nto a line feed, or \t\\\n \\ \tnon-content\"",
       R"("folded to a space,\nto a line feed, or \t \tnon-content")"},
      {"\" 1st non-empty\n\n 2nd non-empty \n\t3rd non-empty \"",
       R"(" 1st non-empty\n2nd non-empty 3rd non-empty ")"},
      {"' 1st non-empty\n\n 2nd non-empty \n\t3rd non-empty '",
       R"(" 1st non-empty\n2nd non-empty 3rd non-empty ")"},
      {"1st non-empty\n\n 2nd non-empty \n 3rd non-empty\n",
       R"("1st non-empty\n2nd non-empty 3rd non-empty")"},
      {"- ::vector\n- \": - ()\"\n- Up, up, and away!\n- -123\n- https://example.com/foo#bar\n- [ "
       "::vector, \": - ()\", \"Up!\", -123, "
       "https://example.com/foo#bar ]\n",
       R"j(["::vector",": - ()","Up, up, and away!",-123,"https://example.com/foo#bar",)j"
       R"j(["::vector",": - ()","Up!",-123,"https://example.com/foo#bar"]])j"},
      {"[\n\"double\n quoted\", 'single\n           quoted',\nplain\n text, [ nested ],\nsingle: "
       "pair,\n]",
       R"(["double quoted","single quoted","plain text",["nested"],{"single":"pair"}])"},
      {"{\nunquoted : \"separate\",\nhttp://foo.com,\nomitted "
       "value:,\n\"adjacent\":value,\n\"readable\": value,\n\"empty\":\n}",
       R"({"unquoted":"separate","http://foo.com":null,"omitted value":null,"adjacent":"value","readable":"value","empty":null})"},
      {"[? foo\n bar : baz ]", R"([{"foo bar":"baz"}])"},
      {"[a: b, \"c\": d, 'e':f, g: , h]", R"([{"a":"b"},{"c":"d"},{"e":"f"},{"g":null},"h"])"},
      {"[[], {}, [[]], [{}], {a: []}]", R"([[],{},[[]],[{}],{"a":[]}])"},
      {"a: [\n  b,\n  c\n]\nd: {\n}\n", R"({"a":["b","c"],"d":{}})"},
      {"{a: b\n  c, d: 'x\n\n  y'}", R"({"a":"b c","d":"x\ny"})"},
      {"[a, # c, ]\n b]", R"(["a","b"])"},
      {"{a: &x [1], b: *x, <<: {c: 2}}", R"({"a":[1],"b":[1],"c":2})"},
      {"[\"\\uD83C\\uDFEF\", \"\\x41\\u00e9\\U0001F3EF\\0\\a\\e\\N\\_\\L\\P\\/\"]",
       "[\"🏯\",\"Aé🏯\\u0000\\u0007\\u001b\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9/\"]"},
      {"{\"a\":\"\\ud800\"}",
       "a.yaml:1:7: error: half of a surrogate pair stands alone (hint: write \\\\ for a "
       "backslash, or use "
       "single quotes)"},
  });
}

TEST(YamlReader, EndsACollectionBehindABlockScalarThatIsItsLast) {
  const Document document = parse_one("a:\n  t: |\n    one\n\n    two\n\nb:\n- >\n  x\n");
  const auto text_of = [&](std::string_view key) {
    const Node& node = *document.root().find(key);
    return document.source().text().substr(node.begin(), node.end() - node.begin());
  };
  EXPECT_EQ(text_of("a"), "t: |\n    one\n\n    two");
  EXPECT_EQ(text_of("b"), "- >\n  x");
}

TEST(YamlReader, Chapter8BlockScalars) {
  expect_all({
      {"- | # Empty header\n literal\n- >1 # Indentation indicator\n  folded\n- |+ # Chomping "
       "indicator\n keep\n\n- >1- # Both\n  "
       "strip\n",
       R"(["literal\n"," folded\n","keep\n\n"," strip"])"},
      {"- |\n detected\n- >\n \n  \n  # detected\n- |1\n  explicit\n- >\n \t\n detected\n",
       R"(["detected\n","\n\n# detected\n"," explicit\n","\t\ndetected\n"])"},
      {"strip: |-\n  text\nclip: |\n  text\nkeep: |+\n  text\n",
       R"({"strip":"text","clip":"text\n","keep":"text\n"})"},
      {" # Strip\n  # Comments:\nstrip: |-\n  # text\n  \n # Clip\n  # comments:\n\nclip: |\n  # "
       "text\n \n # Keep\n  # "
       "comments:\n\nkeep: |+\n  # text\n\n # Trail\n  # comments.\n",
       R"({"strip":"# text","clip":"# text\n","keep":"# text\n\n"})"},
      {"strip: >-\n\nclip: >\n\nkeep: |+\n\n", R"({"strip":"","clip":"","keep":"\n"})"},
      {"|\n \n  \n  literal\n   \n  \n  text\n\n # Comment\n", R"("\n\nliteral\n \n\ntext\n")"},
      {">\n\n folded\n line\n\n next\n line\n   * bullet\n\n   * list\n   * lines\n\n last\n "
       "line\n\n# Comment\n",
       R"("\nfolded line\nnext line\n  * bullet\n\n  * list\n  * lines\n\nlast line\n")"},
      {"a: |\n  x\n   y\n\n  z", R"({"a":"x\n y\n\nz"})"},
      {"a: |\n  one\nb: |-\n  two\n", R"({"a":"one\n","b":"two"})"},
      {"a: |\r\n  one\r\nb: 1\r\n", R"({"a":"one\n","b":1})"},
      {"- |\n  a\n- b: |\n    c\n  d: e\n", R"(["a\n",{"b":"c\n","d":"e"}])"},
      {"--- |\ncolumn 0\nis fine\n---\nb\n", "\"column 0\\nis fine\\n\"\n\"b\""},
      {"a: |\n    \n  x\n",
       "a.yaml:2:1: error: an empty line is indented more than the text that follows it (hint: "
       "remove its "
       "trailing spaces, or say the indentation in the header: |2)"},
      {"a: | x\n",
       "a.yaml:1:6: error: text stands on the line of | or > (hint: begin it on the next line, "
       "indented)"},
      {"a: &x !!str |\n  t\nb: *x\n", R"({"a":"t\n","b":"t\n"})"},
      {"a: |2\n    x\n   y\n", R"({"a":"  x\n y\n"})"},
      {"- |2\n    x\n", R"(["  x\n"])"},
      {"a: |-\n  {{ x }}\n\n", R"({"a":"{{ x }}"})"},
  });
}

TEST(YamlReader, Chapter8BlockCollections) {
  expect_all({
      {"block sequence:\n  - one\n  - two : three\n",
       R"({"block sequence":["one",{"two":"three"}]})"},
      {"- # Empty\n- |\n block node\n- - one # Compact\n  - two # sequence\n- one: two # Compact "
       "mapping\n",
       R"([null,"block node\n",["one","two"],{"one":"two"}])"},
      {"plain key: in-line value\n\"quoted key\":\n- entry\n",
       R"({"plain key":"in-line value","quoted key":["entry"]})"},
      {"-\n  \"flow in block\"\n- >\n Block scalar\n- !!map # Block collection\n  foo : bar\n",
       R"(["flow in block","Block scalar\n",{"foo":"bar"}])"},
      {"literal: |2\n  value\nfolded:\n   !foo\n  >1\n value\n",
       R"({"literal":"value\n","folded":"value\n"})"},
      {"a:\n    b: 1\n    c:\n      - d\n  # c\ne: 2\n", R"({"a":{"b":1,"c":["d"]},"e":2})"},
      {"- a: 1\n\n  b: 2\n\n\n- c: 3\n", R"([{"a":1,"b":2},{"c":3}])"},
      {"- - a: b\n    c: d\n  - e\n", R"([[{"a":"b","c":"d"},"e"]])"},
      {"a: - b\n",
       "a.yaml:1:4: error: a list or map must begin on a line of its own here (hint: or put the "
       "value in quotes)"},
      {"a: b: c\n",
       "a.yaml:1:5: error: `: ` begins a map, which cannot stand on this line (hint: put the "
       "value in quotes)"},
      {"a: 'b': c\n",
       "a.yaml:1:7: error: `: ` begins a map, which cannot stand on this line (hint: put the "
       "value in quotes)"},
      {"a: 'b' c\n",
       "a.yaml:1:8: error: this text behind the value does not belong to it (hint: put the whole "
       "value in quotes)"},
      {"a:\n  b: 1\n c: 2\n",
       "a.yaml:3:2: error: this does not belong to the value before it (hint: is the indentation "
       "right, or "
       "is a `---` missing?)"},
      {"a: 1\n  b: 2\n",
       "a.yaml:2:3: error: this key belongs to no map: the line continues the text above (hint: "
       "is it indented "
       "too far, or is the text above to be quoted?)"},
      {"a:\n\tb: 1\n",
       "a.yaml:2:1: error: a tab is used to indent (hint: YAML indents with spaces alone)"},
      {"a: 1\nb\n",
       "a.yaml:2:1: error: expected a key and a ':' with a blank behind it (hint: is the line "
       "before it whole?)"},
      {"a: @b\n", "a.yaml:1:4: error: a value cannot begin with @ (hint: put it in quotes)"},
      {"a: 'b\n",
       "a.yaml:1:4: error: this string does not end (hint: close it with a single quote)"},
      {"a: \"b\n---\nc: 1\n",
       "{\"c\":1}\na.yaml:1:4: error: this string does not end (hint: close it with a double "
       "quote)"},
      {"a: [b, c\nd: 1\n",
       "a.yaml:1:4: error: this [ is not closed (hint: close it with ], or put the value in "
       "quotes)"},
      {"a: [b 'c' \"d\", [e] f]\n",
       "a.yaml:1:20: error: expected ',' or ']' (hint: put the value in quotes if it is text)"},
      {"a: [b, c\n",
       "a.yaml:1:4: error: this [ is not closed (hint: close it with ], or put the value in "
       "quotes)"},
      {"a: \"\\q\"\n",
       "a.yaml:1:5: error: there is no such escape in a double-quoted string (hint: write \\\\ "
       "for a backslash, or use "
       "single quotes)"},
      {"--- a: b\n",
       "a.yaml:1:6: error: `: ` begins a map, which cannot stand on this line (hint: put the "
       "value in quotes)"},
  });
}

TEST(YamlReader, Chapter9Streams) {
  expect_all({
      {"Document\n---\n# Empty\n...\n%YAML 1.2\n---\nmatches %: 20\n",
       "\"Document\"\n{\"matches %\":20}"},
      {"Bare\ndocument\n...\n# No document\n...\n|\n%!PS-Adobe-2.0 # Not the first line\n",
       "\"Bare document\"\n\"%!PS-Adobe-2.0 # Not the first line\\n\""},
      {"---\n{ matches\n% : 20 }\n...\n---\n# Empty\n...\n", R"({"matches %":20})"},
      {"--- [a]\n--- {b: c}\n--- 'd'\n--- # c\ne: f\n---\t\ng: h\n",
       "[\"a\"]\n{\"b\":\"c\"}\n\"d\"\n{\"e\":\"f\"}\n{\"g\":\"h\"}"},
      {"a: ---\nb: ----\n---x: 1\n...y: 2\n", R"({"a":"---","b":"----","---x":1,"...y":2})"},
      {"a: |\n  ---\n  b\n---\nc: 1", "{\"a\":\"---\\nb\\n\"}\n{\"c\":1}"},
      {"~\n---\nnull\n", "null\nnull"},
  });
}

TEST(YamlReader, MergeKeys) {
  expect_all({
      {"- &C { x: 1, w: 2 }\n- &L { x: 0, r: 1 }\n- { <<: *C, r: 10 }\n- { <<: [ *C, *L ], l: x "
       "}\n- <<: [*L, *C]\n  x: 5\n",
       R"([{"x":1,"w":2},{"x":0,"r":1},{"r":10,"x":1,"w":2},{"l":"x","x":1,"w":2,"r":1},{"x":5,"r":1,"w":2}])"},
      {"'<<': a\n", R"({"<<":"a"})"},
      {"a: &a {k: 1}\nb:\n  ? <<\n  : *a\n", R"({"a":{"k":1},"b":{"k":1}})"},
      {"<<: [{a: 1}, {a: 2, b: 3}]\n", R"({"a":1,"b":3})"},
      {"<<: 1\n",
       "a.yaml:1:1: error: << takes a map or a list of maps (hint: put << in quotes if it is a "
       "key like others)"},
      {"a: &a {k: 1}\nb: {k: 2, <<: *a}\n",
       "{\"a\":{\"k\":1},\"b\":{\"k\":2}}\na.yaml:2:11: warning: << stands behind the key "
       "\"k\", so Kubernetes' loader takes the merged value where YAML (and this reading) keeps "
       "the map's own (hint: put << in front "
       "of the other keys)"},
      {"a: &a {k: 1}\nb: &b {<<: *a, l: 2}\nc: {<<: *b}\n",
       R"({"a":{"k":1},"b":{"l":2,"k":1},"c":{"l":2,"k":1}})"},
  });
}

}  // namespace
}  // namespace yagura::kube::yaml
