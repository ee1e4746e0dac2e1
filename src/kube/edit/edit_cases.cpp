#include "kube/edit/edit_cases.hpp"

#include <cstdlib>

namespace yagura::kube::edit_test {

namespace {

std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view head = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return head;
}

model::PatchOperation::Kind kind_of(std::string_view verb) {
  if (verb == "set") return model::PatchOperation::Kind::kSet;
  if (verb == "append") return model::PatchOperation::Kind::kAppend;
  if (verb == "remove") return model::PatchOperation::Kind::kRemove;
  std::abort();
}

}  // namespace

std::vector<Fix> parse_fixes(std::string_view text) {
  std::vector<Fix> fixes(1);
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    if (line.empty()) continue;
    if (line == "--") {
      fixes.emplace_back();
      continue;
    }
    if (line.front() == '#') {
      fixes.back().document = static_cast<std::size_t>(line[1] - '0');
      line.remove_prefix(3);
    }
    const std::string_view verb = cut(line, ' ');
    const std::string_view path = cut(line, ' ');
    fixes.back().operations.push_back(
        {.kind = kind_of(verb), .path = std::string(path), .value = std::string(line)});
  }
  return fixes;
}

std::vector<Case> cases() {
  return {
      // ---- set: values ----
      {"ReplacesAScalarBeforeItsComment", "a: true  # why\nb: 2\n", "set /a false",
       "a: false  # why\nb: 2\n"},
      {"KeepsTabsAndBlanksBehindAValue", "a: true\t \nb: x\t# c\n", "set /a false\nset /b \"w\"",
       "a: false\t \nb: w\t# c\n"},
      {"KeepsDoubleQuotes", "image: \"nginx:1\"\n", R"(set /image "nginx:2")",
       "image: \"nginx:2\"\n"},
      {"KeepsSingleQuotes", "image: 'nginx:1'\n", R"(set /image "it's")", "image: 'it''s'\n"},
      {"ReplacesAQuotedWordByABoolean", "a: \"true\"\n", "set /a true", "a: true\n"},
      {"QuotesWhatWouldBeSomethingElse", "a: x\nb: x\nc: x\nd: x\n",
       "set /a \"yes\"\nset /b \"1.0\"\nset /c \"a: b\"\nset /d \"\"",
       "a: \"yes\"\nb: \"1.0\"\nc: \"a: b\"\nd: \"\"\n"},
      {"KeepsImagesPlain", "image: nginx\n",
       R"(set /image "registry.example:5000/a/nginx:1.2@sha256:0f")",
       "image: registry.example:5000/a/nginx:1.2@sha256:0f\n"},
      {"FillsAnEmptyValue", "a:\nb: 1\n", "set /a true", "a: true\nb: 1\n"},
      {"FillsAnEmptyValueBeforeAComment", "a: # later\nb: 1\n", "set /a true",
       "a: true # later\nb: 1\n"},
      {"LeavesAnEqualValueAlone", "a: 'x'   # c\n", R"(set /a "x")", "a: 'x'   # c\n"},
      {"ReplacesABlockScalar", "a: |\n  one\n  two\nb: 1\n", R"(set /a "x")", "a: x\nb: 1\n"},
      {"ReplacesAMapByAScalar", "a:\n  x: 1\n  w: 2\nb: 1\n", "set /a false", "a: false\nb: 1\n"},
      {"ReplacesAListItem", "a:\n- x # c\n- w\n", R"(set /a/0 "z")", "a:\n- z # c\n- w\n"},
      {"ReplacesAQuotedKeysValue", "\"a b\": 1\n'c': 2\n", "set /a~1b 0\nset /c 3",
       "\"a b\": 1\n'c': 3\n'a/b': 0\n"},
      {"WritesNumbersAndNull", "a: 1\nb: 2\n", "set /a 1.5\nset /b null", "a: 1.5\nb: null\n"},

      // ---- set: new members ----
      {"AddsAMemberBehindItsSiblings", "spec:\n  a: 1\n  b: 2\nstatus: {}\n", "set /spec/c 3",
       "spec:\n  a: 1\n  b: 2\n  c: 3\nstatus: {}\n"},
      {"AddsAMemberBehindTheLastSiblingsComment", "spec:\n  a: 1 # one\n  # about the rest\nb: 2\n",
       "set /spec/c 3", "spec:\n  a: 1 # one\n  c: 3\n  # about the rest\nb: 2\n"},
      {"AddsAMemberToAListItem", "containers:\n- name: a\n  image: x\n- name: b\n",
       "set /containers/0/tty true\nset /containers/1/tty true",
       "containers:\n- name: a\n  image: x\n  tty: true\n- name: b\n  tty: true\n"},
      {"MakesMissingParentsInTheDocumentsIndentation", "spec:\n    containers:\n      - name: a\n",
       "set /spec/containers/0/securityContext/capabilities/drop [\"ALL\"]",
       "spec:\n    containers:\n      - name: a\n        securityContext:\n            "
       "capabilities:\n"
       "                drop:\n                  - ALL\n"},
      {"IndentsListsAsTheDocumentDoes", "spec:\n  containers:\n  - name: a\n",
       "append /spec/containers/0/securityContext/capabilities/drop \"ALL\"",
       "spec:\n  containers:\n  - name: a\n    securityContext:\n      capabilities:\n        "
       "drop:\n"
       "        - ALL\n"},
      {"MakesAParentOfManyFixesOnce", "containers:\n- name: a\n",
       "set /containers/0/securityContext/privileged false\n--\n"
       "set /containers/0/securityContext/runAsNonRoot true\n--\n"
       "append /containers/0/securityContext/capabilities/drop \"ALL\"\n--\n"
       "append /containers/0/securityContext/capabilities/drop \"ALL\"",
       "containers:\n- name: a\n  securityContext:\n    privileged: false\n    runAsNonRoot: true\n"
       "    capabilities:\n      drop:\n      - ALL\n"},
      {"PutsWholeMapsOfTwoFixesTogether", "a: 1\n",
       "set /b {\"x\": 1}\n--\nset /b {\"w\": {\"z\": []}}", "a: 1\nb:\n  x: 1\n  w:\n    z: []\n"},
      {"TakesTheSameStepOfTwoFixesOnce", "a:\n  b: true\n", "set /a/b false\n--\nset /a/b false",
       "a:\n  b: false\n"},
      {"AddsToInnerAndOuterAtOnePlace", "a:\n  b:\n    c: 1\n",
       "set /a/x 1\nset /a/b/w 2\nset /z 3", "a:\n  b:\n    c: 1\n    w: 2\n  x: 1\nz: 3\n"},
      {"FillsANullWithAMap", "spec:\n  securityContext:\n  a: 1\n",
       "set /spec/securityContext/runAsNonRoot true",
       "spec:\n  securityContext:\n    runAsNonRoot: true\n  a: 1\n"},
      {"FillsAWrittenNullWithAMap", "spec:\n  securityContext: ~ # none\n  a: 1\n",
       "set /spec/securityContext/runAsNonRoot true",
       "spec:\n  securityContext: # none\n    runAsNonRoot: true\n  a: 1\n"},
      {"OpensAnEmptyMapIntoLines", "spec:\n  securityContext: {} # none\n  a: 1\n",
       "set /spec/securityContext/runAsNonRoot true",
       "spec:\n  securityContext: # none\n    runAsNonRoot: true\n  a: 1\n"},
      {"OpensAnEmptyMapBehindADash", "a:\n- {}\n- b: 1\n", "set /a/0/c 2\nset /a/0/d 3",
       "a:\n- c: 2\n  d: 3\n- b: 1\n"},
      {"FillsAnEmptyItem", "a:\n-\n- b: 1\n", "set /a/0/c 2\nset /a/0/d 3",
       "a:\n- c: 2\n  d: 3\n- b: 1\n"},
      {"AddsBehindABlockScalar", "a:\n  t: |\n    one\n\n    two\n\nb: 1\n", "set /a/x 1",
       "a:\n  t: |\n    one\n\n    two\n  x: 1\n\nb: 1\n"},
      {"AddsBehindAFoldedText", "a:\n  t: one\n    two\n  # c\nb: 1\n", "set /a/x 1",
       "a:\n  t: one\n    two\n  x: 1\n  # c\nb: 1\n"},
      {"AddsWithoutALineEndAtTheEnd", "a:\n  b: 1", "set /a/c 2", "a:\n  b: 1\n  c: 2"},
      {"QuotesKeysAsTheirSiblings", "\"a\":\n  \"b\": 1\n", "set /a/c 2",
       "\"a\":\n  \"b\": 1\n  \"c\": 2\n"},
      {"QuotesKeysThatNeedIt", "metadata:\n  annotations:\n    a: b\n",
       R"(set /metadata/annotations/on "x: w")",
       "metadata:\n  annotations:\n    a: b\n    \"on\": \"x: w\"\n"},
      {"KeepsLongAnnotationKeysPlain", "metadata:\n  name: a\n",
       R"(set /metadata/annotations/example.com~1key "v")",
       "metadata:\n  name: a\n  annotations:\n    example.com/key: v\n"},
      {"OverridesWhatAMergeKeyBrings", "base: &b\n  x: 1\na:\n  <<: *b\n  w: 2\n", "set /a/x 3",
       "base: &b\n  x: 1\na:\n  <<: *b\n  w: 2\n  x: 3\n"},
      {"ReplacesAnAliasByAValue", "base: &b {x: 1}\na: *b # c\nc: 1\n", "set /a 3",
       "base: &b {x: 1}\na: 3 # c\nc: 1\n"},
      {"KeepsATagAndAnUnusedAnchor", "a: &x !!map\n  b: 1\n", "set /a/c 2",
       "a: &x !!map\n  b: 1\n  c: 2\n"},
      {"ReplacesAListByAnother", "a:\n  - x\n  - w\nb: 1\n", "set /a [\"z\"]", "a:\n  - z\nb: 1\n"},
      {"ReplacesAMapBehindADash", "a:\n- b: 1\n  c: 2\n- d\n", "set /a/0 {\"e\": [1]}",
       "a:\n- e:\n  - 1\n- d\n"},

      // ---- append ----
      {"AppendsAnItem", "drop:\n- NET_RAW # c\nx: 1\n", "append /drop \"ALL\"",
       "drop:\n- NET_RAW # c\n- ALL\nx: 1\n"},
      {"AppendsWithTheSiblingsQuotesAndGap", "drop:\n    -   \"NET_RAW\"\n", "append /drop \"ALL\"",
       "drop:\n    -   \"NET_RAW\"\n    -   \"ALL\"\n"},
      {"AppendsNothingThatIsThere", "drop: [ALL]\n", "append /drop \"ALL\"", "drop: [ALL]\n"},
      {"AppendsAMapItem", "a:\n  - name: x\n    v: 1\n",
       "append /a {\"name\": \"w\", \"v\": [1, 2]}",
       "a:\n  - name: x\n    v: 1\n  - name: w\n    v:\n      - 1\n      - 2\n"},
      {"AppendsToAListOfLists", "a:\n- - 1\n  - 2\n- - 3\n", "append /a/0 9\nappend /a [7, 8]",
       "a:\n- - 1\n  - 2\n  - 9\n- - 3\n- - 7\n  - 8\n"},
      {"AppendsToAFlowList", "drop: [\"A\", \"B\"] # c\n", "append /drop \"ALL\"",
       "drop: [\"A\", \"B\", \"ALL\"] # c\n"},
      {"FillsAnEmptyFlowList", "drop: [] # c\n", "append /drop \"ALL\"", "drop: [ALL] # c\n"},
      {"AppendsByTheListsSizeOrADash", "a: [1]\nb:\n- 1\n", "set /a/1 2\nset /b/- 2",
       "a: [1, 2]\nb:\n- 1\n- 2\n"},
      {"AppendsBehindALastComma", "a: [1, 2, ]\n", "append /a 3", "a: [1, 2, 3 ]\n"},

      // ---- remove ----
      {"RemovesAMemberWithItsComments",
       "spec:\n  # other\n\n  # the node's processes\n  # all of them\n  hostPID: true # bad\n  a: "
       "1\n",
       "remove /spec/hostPID", "spec:\n  # other\n\n  a: 1\n"},
      {"RemovesAMemberWithItsLines", "a: 1\nb:\n  c:\n  - 1\n\n  - 2\nd: 1\n", "remove /b",
       "a: 1\nd: 1\n"},
      {"LeavesAnEmptyMapForTheLastMember", "spec:\n  sc: # c\n    # why\n    a: 1\n  b: 1\n",
       "remove /spec/sc/a", "spec:\n  sc: {} # c\n  b: 1\n"},
      {"LeavesAnEmptyListForTheLastItem", "add:\n- NET_RAW\nb: 1\n", "remove /add/0",
       "add: []\nb: 1\n"},
      {"RemovesTheMemberBehindTheDash", "a:\n- x: 1 # gone\n  w: 2\n- z: 3\n", "remove /a/0/x",
       "a:\n- w: 2\n- z: 3\n"},
      {"KeepsTheNextMembersComment", "a:\n- x: 1\n  # about w\n  w: 2\n", "remove /a/0/x",
       "a:\n- # about w\n  w: 2\n"},
      {"RemovesEverythingBehindTheDash", "a:\n- x: 1\n  w: 2\n- z: 3\n",
       "remove /a/0/x\nremove /a/0/w", "a:\n- {}\n- z: 3\n"},
      {"RemovesItemsByTheirOldPlaces", "add:\n- A\n# about b\n- B\n- C\n- D\n",
       "remove /add/3\nremove /add/1\n--\nremove /add/0", "add:\n- C\n"},
      {"RemovesAnInnerFirstItem", "a:\n- - 1\n  - 2\n- - 3\n", "remove /a/0/0\nremove /a/1",
       "a:\n- - 2\n"},
      {"RemovesFromAFlowMap", "a: {x: 1, w: 2, z: 3}\nb: {x: 1}\n",
       "remove /a/x\nremove /a/z\nremove /b/x", "a: {w: 2}\nb: {}\n"},
      {"RemovesFromAFlowList", "a: [1, 2, 3, 4]\n", "remove /a/3\nremove /a/2\nremove /a/0",
       "a: [2]\n"},
      {"RemovesWhatIsGoneAlready", "a: 1\n", "remove /b\nremove /a/x\nremove /c/d/e", "a: 1\n"},
      {"RemovesAndAddsInOneMap", "a:\n  x: 1\n  w: 2\nb: 1\n", "remove /a/w\nset /a/z 3",
       "a:\n  x: 1\n  z: 3\nb: 1\n"},
      {"ReplacesAllMembers", "a:\n  x: 1\nb: 1\n", "remove /a/x\nset /a/z 3", "a:\n  z: 3\nb: 1\n"},
      {"ReplacesAllMembersBehindTheDash", "a:\n- x: 1\n- z: 3\n", "remove /a/0/x\nset /a/0/v 3",
       "a:\n- v: 3\n- z: 3\n"},
      {"KeepsTheCommentAtTheTopOfAFile", "# Licence\na: 1\nb: 2\n", "remove /a",
       "# Licence\nb: 2\n"},
      {"RemovesTheLastLineWithoutALineEnd", "a: 1\nb: 2", "remove /b", "a: 1\n"},

      // ---- { } and [ ] ----
      {"AddsToAFlowMap", "a: {x: 1} # c\n", "set /a/w/z true", "a: {x: 1, w: {z: true}} # c\n"},
      {"QuotesInAFlowMapAsItsKeys", "a: {\"x\": 1}\n", "set /a/z 2", "a: {\"x\": 1, \"z\": 2}\n"},
      {"AddsToAFlowMapOfLines", "a: {\n  x: 1, # one\n  w: 2 # two\n}\n", "set /a/z 3",
       "a: {\n  x: 1, # one\n  w: 2, # two\n  z: 3\n}\n"},
      {"KeepsTheLastCommaOfLines", "a: [\n  1,\n  2,\n]\n", "append /a 3",
       "a: [\n  1,\n  2,\n  3,\n]\n"},
      {"FillsAFlowMapInAFlowMap", "a: {b: {}, c: }\n", "set /a/b/x 1\nset /a/c/w 2",
       "a: {b: {x: 1}, c: {w: 2} }\n"},

      // ---- files ----
      {"KeepsCarriageReturns", "a:\r\n  b: 1\r\n  c: 2\r\nd: 1\r\n", "set /a/e/f 3\nremove /a/b",
       "a:\r\n  c: 2\r\n  e:\r\n    f: 3\r\nd: 1\r\n"},
      {"KeepsAByteOrderMark",
       "\xEF\xBB\xBF"
       "a: 1\n",
       "set /b 2",
       "\xEF\xBB\xBF"
       "a: 1\nb: 2\n"},
      {"EditsTheDocumentThatIsMeant", "a: 1\n---\n# second\na: 1\n...\n---\na: 1\n",
       "#1 set /a 2\n--\n#2 set /b 3", "a: 1\n---\n# second\na: 2\n...\n---\na: 1\nb: 3\n"},
      {"EditsAnItemOfAList",
       "apiVersion: v1\nkind: List\nitems:\n- kind: A\n  x: 1\n- kind: B\n  x: 1\n", "#1 set /w 2",
       "apiVersion: v1\nkind: List\nitems:\n- kind: A\n  x: 1\n- kind: B\n  x: 1\n  w: 2\n"},
      {"EditsTheDocumentBehindADirective", "%YAML 1.2\n---\na: 1 # c\n", "set /b 1",
       "%YAML 1.2\n---\na: 1 # c\nb: 1\n"},

      // ---- JSON ----
      {"EditsJsonOnOneLine", R"({"a": {"b": true, "c": 1}, "d": []})",
       "set /a/b false\nset /a/x {\"w\": [1]}\nappend /d \"z\"\nremove /a/c",
       R"({"a": {"b": false, "x": {"w": [1]}}, "d": ["z"]})", SourceFormat::kJson},
      {"EditsCompactJson", R"({"a":{"b":true}})", "set /a/c/d [1,2]\nset /e \"f\"",
       R"({"a":{"b":true,"c":{"d":[1,2]}},"e":"f"})", SourceFormat::kJson},
      {"EditsJsonOfLines", "{\n    \"a\": {\n        \"b\": true\n    },\n    \"c\": {}\n}\n",
       "set /a/x/w 1\nset /c/z [\"q\"]\nset /e 1",
       "{\n    \"a\": {\n        \"b\": true,\n        \"x\": {\n            \"w\": 1\n        }\n "
       "   },\n"
       "    \"c\": {\n        \"z\": [\n            \"q\"\n        ]\n    },\n    \"e\": 1\n}\n",
       SourceFormat::kJson},
      {"RemovesFromJsonOfLines", "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n",
       "remove /a\nremove /c", "{\n  \"b\": 2\n}\n", SourceFormat::kJson},
      {"EmptiesJson", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", "remove /a/b", "{\n  \"a\": {}\n}\n",
       SourceFormat::kJson},
      {"EditsJsonInAYamlFile", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", "set /a/c \"x\"",
       "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": \"x\"\n  }\n}\n"},
  };
}

std::vector<Refusal> refusals() {
  return {
      {"OfAFieldBelowAnAlias", "base: &b\n  x: {w: 1}\na: *b\n", "set /a/x/w 3",
       "anchor (it stands in line 2), and the edit would change them too"},
      {"OfAFieldThatAMergeKeyBrings", "base: &b\n  x: 1\na:\n  <<: *b\n  w: 2\n", "remove /a/x",
       "merge key"},
      {"OfAnAnchorsOnlyValue", "a: &x 1\nb: *x\n", "set /a 2", "anchor (it stands in line 1)"},
      {"OfAListThatIsNotThere", "a: 1\n", "set /containers/0/name \"x\"", "list on the way"},
      {"OfAnItemBeyondTheList", "a: [1]\n", "set /a/2/b 1", "has no item 2"},
      {"OfAFieldBelowAScalar", "a: 1\n", "set /a/b 1", "neither map nor list"},
      {"OfAnAppendToAMap", "a: {b: 1}\n", "append /a 1", "not a list"},
      {"OfTheWholeObject", "a: 1\n", "remove ", "only its fields"},
      {"OfASettingInSomethingRemoved", "a: {b: 1}\n", "remove /a\nset /a/b 2", "removes it"},
      {"OfARemovalOfSomethingSet", "a: {b: 1}\n", "set /a/b 2\nremove /a", "sets something in it"},
      {"OfAValueThatIsNoJson", "a: 1\n", "set /a {nope", "not JSON"},
      {"OfAPointerWithoutASlash", "a: 1\n", "set a 1", "begin with /"},
      {"OfAPointerWithABareTilde", "a: 1\n", "set /a~x 1", "~0"},
      {"OfATagThatWouldMakeItText", "a: !!str yes\n", "set /a true", "read back"},
  };
}

}  // namespace yagura::kube::edit_test
