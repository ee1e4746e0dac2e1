// Rule files of anybody: read, compile, and judge some events. Asserts that problems have their
// place, that what compiles does so the same way again, that a rule fires for no type of events but
// those that it is listed for, and that results do not depend on the event before. The bytes are
// read as a condition as well.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/engine/evaluator.hpp"
#include "rules/engine/testing/scripted_event.hpp"
#include "rules/language/parser.hpp"
#include "rules/load/loader.hpp"

namespace {

using namespace yagura;
using rules::testing::ScriptedEvent;

std::vector<ScriptedEvent>& events() {
  static std::vector<ScriptedEvent> all = [] {
    std::vector<ScriptedEvent> made;
    made.reserve(4);
    for (const char* type : {"open", "execve", "connect"}) {
      ScriptedEvent& event = made.emplace_back(type);
      event.set("proc.name", "sh").set("proc.pname", "bash").set("proc.cmdline", "sh -c 'a b'");
      event.set("proc.exepath", "/bin/sh").set("fd.name", "/etc/passwd").set("fd.num", 3);
      event.set("user.uid", 0).set("evt.is_open_read", true).set("evt.rawarg.res", -1);
      event.set_ip("fd.sip", "10.0.0.1").set_list("proc.aname", {"bash", "init"});
      event.set("evt.arg.flags", "O_RDONLY").set("proc.args", "YQ==");
    }
    ScriptedEvent& audit = made.emplace_back("pluginevent", rules::Source::kK8sAudit);
    audit.set("ka.verb", "create").set_list("ka.req.pod.containers.image", {"a", "b"});
    return made;
  }();
  return all;
}

struct Compiled {
  Diagnostics diagnostics;
  std::shared_ptr<const rules::RuleSet> set;
};

Compiled compile(std::string_view text) {
  Compiled result;
  rules::Definitions definitions;
  rules::load_rule_file(std::make_shared<const kube::Source>("fuzz.yaml", std::string(text),
                                                             kube::SourceFormat::kYaml),
                        definitions, result.diagnostics,
                        {.max_nodes = 20'000, .max_definitions = 500});
  result.set = rules::compile_rules(definitions, result.diagnostics, {.note_unused = true},
                                    {.max_list_items = 10'000});
  return result;
}

void check_places(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    YAGURA_CHECK(!diagnostic.message.empty(), "a problem says what it is");
    YAGURA_CHECK(diagnostic.file == "fuzz.yaml", "a problem has its file");
  }
}

void check_rules(const Compiled& compiled, std::string_view text) {
  YAGURA_CHECK((compiled.set == nullptr) == compiled.diagnostics.has_errors(),
               "errors, or rules, never both");
  if (compiled.set == nullptr) return;
  const Compiled again = compile(text);
  YAGURA_CHECK(again.set != nullptr && again.set->nodes.size() == compiled.set->nodes.size(),
               "compiles the same way again");
  rules::Evaluator evaluator(compiled.set);
  std::vector<std::vector<std::uint32_t>> before;
  for (const ScriptedEvent& event : events()) {
    const auto fired = evaluator.match(event);
    before.emplace_back(fired.begin(), fired.end());
    for (const std::uint32_t rule : fired) {
      const rules::CompiledRule& compiled_rule = compiled.set->rules[rule];
      YAGURA_CHECK(compiled_rule.enabled, "fires only if enabled");
      YAGURA_CHECK(std::ranges::binary_search(compiled_rule.event_types, event.type()),
                   "fires only for its types");
    }
  }
  for (std::size_t i = events().size(); i-- > 0;) {
    const std::int64_t first = evaluator.match_first(events()[i]);
    YAGURA_CHECK(first == (before[i].empty() ? -1 : std::int64_t{before[i].front()}),
                 "the first is the first of all");
    const auto fired = evaluator.match(events()[i]);
    YAGURA_CHECK(std::ranges::equal(fired, before[i]), "the order of events has no effect");
  }
}

void check_condition(std::string_view text) {
  rules::ConditionText condition;
  condition.append(text, "fuzz");
  const auto tree = rules::parse_condition(condition);
  if (tree) {
    YAGURA_CHECK((*tree)->offset <= text.size(), "a tree has its place");
  } else {
    YAGURA_CHECK(tree.error().offset <= text.size(), "a problem has its place");
    YAGURA_CHECK(!tree.error().message.empty(), "a problem says what it is");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_condition(text);
  const Compiled compiled = compile(text);
  check_places(compiled.diagnostics);
  check_rules(compiled, text);
  return 0;
}
