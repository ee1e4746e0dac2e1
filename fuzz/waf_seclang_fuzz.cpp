// SecLang text to a rule set. Holds: every diagnostic has a place in the text; each rule, printed
// from its parts, is read as the same rule; a rule set is made where, and only where, there is no
// error; its indexes lead where they should.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/compile/compile.hpp"
#include "waf/compile/lint.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/parse.hpp"
#include "waf/seclang/print.hpp"

namespace {

using namespace yagura;
using namespace yagura::waf;

constexpr std::size_t kMaxText = 4096;
constexpr seclang::ParseLimits kLimits = {.max_include_depth = 0};

seclang::Document parse(std::string_view text, Diagnostics& diagnostics) {
  return seclang::parse_text(text, "fuzz.conf", "/nonexistent", diagnostics, kLimits);
}

void check_places(const Diagnostics& diagnostics, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const Diagnostic& each : diagnostics.list()) {
    YAGURA_CHECK(each.file == "fuzz.conf", "diagnostics name the file");
    YAGURA_CHECK(each.line >= 1 && each.line <= lines, "diagnostics name a line of the text");
    YAGURA_CHECK(each.column >= 1, "diagnostics name a column");
    YAGURA_CHECK(!each.message.empty(), "diagnostics say something");
  }
}

// Operators that would open what the text names.
bool reads_files(const seclang::Document& document) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "pmf", "pmFromFile", "ipMatchF", "ipMatchFromFile", "validateDTD", "validateSchema"};
  return std::any_of(
      document.directives.begin(), document.directives.end(), [](const auto& directive) {
        const auto* const rule = std::get_if<seclang::RuleDirective>(&directive);
        return rule != nullptr &&
               std::any_of(kNames.begin(), kNames.end(), [rule](std::string_view name) {
                 return seclang::same_name(name, rule->op.name);
               });
      });
}

bool same(const seclang::Target& a, const seclang::Target& b) {
  return a.exclude == b.exclude && a.count == b.count && a.variable == b.variable &&
         a.selector == b.selector && a.has_selector == b.has_selector &&
         a.selector_is_regex == b.selector_is_regex;
}

bool same(const seclang::Action& a, const seclang::Action& b) {
  return a.name == b.name && a.value == b.value && a.has_value == b.has_value;
}

template <typename Part>
bool same_parts(const std::vector<Part>& a, const std::vector<Part>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Part& x, const Part& y) { return same(x, y); });
}

void check_print(const seclang::RuleDirective& rule) {
  if (rule.kind == seclang::RuleDirective::Kind::kRule && rule.targets.empty()) return;
  if (rule.op.name.empty()) return;  // "@" alone, which was reported
  const std::string printed = seclang::to_string(rule);
  Diagnostics diagnostics;
  const seclang::Document again = parse(printed, diagnostics);
  YAGURA_CHECK(again.directives.size() == 1, "a printed rule is one directive");
  const auto& read = std::get<seclang::RuleDirective>(again.directives[0]);
  YAGURA_CHECK(read.kind == rule.kind, "a printed rule is of its kind");
  YAGURA_CHECK(same_parts(read.targets, rule.targets), "targets survive printing");
  YAGURA_CHECK(read.op.negated == rule.op.negated, "negation survives printing");
  YAGURA_CHECK(read.op.name == rule.op.name, "the operator survives printing");
  YAGURA_CHECK(read.op.argument == rule.op.argument, "the argument survives printing");
  YAGURA_CHECK(same_parts(read.actions, rule.actions), "actions survive printing");
}

void check_set(const RuleSet& set) {
  for (const Phase& phase : set.phases) {
    for (const std::uint32_t step : phase.steps) {
      const Rule& rule = set.rules.at(step);
      YAGURA_CHECK(rule.chain_head == step && rule.id != 0, "steps are heads of chains with an id");
      YAGURA_CHECK(rule.skip_after == kNone || rule.skip_after <= phase.steps.size(),
                   "jumps stay in their phase");
    }
    for (const std::uint32_t rule : phase.item_rule)
      YAGURA_CHECK(rule < set.rules.size(), "items belong to rules");
  }
  for (const Rule& rule : set.rules) {
    YAGURA_CHECK(rule.phase >= 1 && rule.phase <= kPhaseCount, "rules run in a phase");
    YAGURA_CHECK(rule.chain < set.transform_chains.size(), "chains are numbered");
    YAGURA_CHECK(rule.next_in_chain == kNone || rule.next_in_chain < set.rules.size(),
                 "links are rules");
    YAGURA_CHECK((rule.op == nullptr) == rule.targets.empty(), "what has targets has an operator");
    for (const RuleTarget& target : rule.targets) {
      YAGURA_CHECK(target.selector.slot == kNone || target.selector.slot < set.tx_names.size(),
                   "slots are numbered");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxText) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const seclang::Document document = parse(text, diagnostics);
  check_places(diagnostics, text);
  for (const seclang::Directive& each : document.directives) {
    if (const auto* rule = std::get_if<seclang::RuleDirective>(&each)) check_print(*rule);
  }
  if (reads_files(document)) return 0;
  const auto set = compile(document, {.use_prefilter = false}, diagnostics);
  check_places(diagnostics, text);
  YAGURA_CHECK((set != nullptr) == !diagnostics.has_errors(),
               "a rule set comes without errors, and only then");
  if (set) check_set(*set);
  lint(document, set.get(), diagnostics);
  check_places(diagnostics, text);
  return 0;
}
