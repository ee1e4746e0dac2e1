#include "rules/compile/compiler.hpp"

// Each macro is parsed once and compiled once for each source that uses it; its node is what every
// user gets. A macro sees the macros that were defined before its last change, so there are no
// cycles but those that appends make, which are told.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "rules/compile/budget.hpp"
#include "rules/compile/comparison_maker.hpp"
#include "rules/compile/event_groups.hpp"
#include "rules/compile/graph.hpp"
#include "rules/compile/lists.hpp"
#include "rules/compile/problems.hpp"
#include "rules/language/operand_parser.hpp"
#include "rules/language/parser.hpp"
#include "rules/language/suggest.hpp"
#include "rules/output/output_template.hpp"

namespace yagura::rules {

namespace {

constexpr int kMaxNesting = 1000;             // of conditions and macros together
constexpr std::size_t kMostSuggested = 100;   // errors that look for the name that was meant
constexpr std::size_t kManyEventTypes = 100;  // more are warned of, as Falco does

// A macro for one source.
struct CompiledMacro {
  enum class State { kNew, kOpen, kDone };
  State state = State::kNew;
  NodeId node = kFalseNode;
  std::vector<CompileProblem> problems;
};

struct MacroState {
  const MacroDefinition* definition = nullptr;
  std::unique_ptr<Expr> tree;
  std::vector<CompileProblem> problems;  // of parsing
  bool is_used = false;
  std::array<CompiledMacro, 2> by_source;
};

class Compiler {
 public:
  Compiler(const Definitions& definitions, Diagnostics& diagnostics, const CompileOptions& options,
           const CompileLimits& limits)
      : definitions_(&definitions),
        diagnostics_(&diagnostics),
        options_(options),
        limits_(limits),
        set_(std::make_shared<RuleSet>()),
        budget_(limits),
        graph_(*set_, budget_),
        lists_(definitions, limits.max_list_items, diagnostics) {}

  std::shared_ptr<const RuleSet> run() {
    parse_macros();
    for (const RuleDefinition& rule : definitions_->rules.entries()) {
      if (has_too_many_errors(rule.place) || is_exhausted()) return nullptr;
      compile_rule(rule);
    }
    if (is_exhausted()) return nullptr;
    if (options_.note_unused) note_unused();
    if (diagnostics_->has_errors()) return nullptr;
    const std::vector<NodeId> roots = group_by_event_type(graph_);
    if (is_exhausted()) return nullptr;
    graph_.finish(roots);
    for (const CompiledRule& rule : set_->rules) warn_of_types(rule);
    set_->list_count = definitions_->lists.entries().size();
    set_->macro_count = definitions_->macros.entries().size();
    return set_;
  }

 private:
  void parse_macros() {
    for (const MacroDefinition& macro : definitions_->macros.entries()) {
      MacroState& state = macros_[macro.name];
      state.definition = &macro;
      Problems problems;
      state.tree = parse(*macro.condition, problems);
      state.problems = problems.list();
      report(problems, DiagnosticLevel::kError);
    }
  }

  bool is_exhausted() {
    if (!budget_.is_exhausted()) return false;
    const FilePlace place = budget_.place();
    diagnostics_->error(place.file, place.line, place.column,
                        fmt::format("the rules have too many {}: this one, and those behind it, "
                                    "find no room",
                                    budget_.reason()),
                        "split the files, or leave out what is not needed");
    return true;
  }

  bool has_too_many_errors(const FilePlace& place) {
    if (diagnostics_->error_count() < limits_.max_errors) return false;
    diagnostics_->error(place.file, place.line, place.column,
                        "too many errors: what follows is not checked");
    return true;
  }

  static std::unique_ptr<Expr> parse(const ConditionText& text, Problems& problems) {
    auto tree = parse_condition(text);
    if (tree) return std::move(*tree);
    problems.add(text.place(tree.error().offset), tree.error().message, tree.error().hint);
    return nullptr;
  }

  // ---- rules

  void compile_rule(const RuleDefinition& rule) {
    const auto source = find_source(rule.source);
    if (!source) {
      diagnostics_->warning(
          rule.place.file, rule.place.line, rule.place.column,
          fmt::format("rule \"{}\" has the unknown source {}: left out", rule.name, rule.source),
          "known: syscall, k8s_audit");
      return;
    }
    Problems problems;
    const std::unique_ptr<Expr> tree = parse(*rule.condition, problems);
    NodeId node = kFalseNode;
    if (tree != nullptr) {
      node = build(*tree, *source, definitions_->next_index, problems);
      node = with_exceptions(rule, node, *source, problems);
    }
    for (const ValueProblem& problem : OutputTemplate::problems_of(*source, rule.output)) {
      problems.add(rule.output_place, problem.message, problem.hint, problem.is_unknown);
    }
    if (budget_.is_exhausted()) {
      budget_.blame(rule.place);
      return;
    }
    if (!problems.list().empty()) {
      const bool may_skip = rule.skip_if_unknown_filter &&
                            std::ranges::all_of(problems.list(), &CompileProblem::is_unknown);
      report(problems, may_skip ? DiagnosticLevel::kWarning : DiagnosticLevel::kError);
      return;
    }
    set_->rules.push_back(described(rule, *source, node));
    warns_.push_back(rule.warn_evttypes);
  }

  static CompiledRule described(const RuleDefinition& rule, Source source, NodeId condition) {
    CompiledRule compiled;
    compiled.name = rule.name;
    compiled.description = rule.description;
    compiled.output = rule.output;
    compiled.priority = rule.priority;
    compiled.source = source;
    compiled.tags = rule.tags;
    compiled.enabled = rule.enabled;
    compiled.capture = rule.capture;
    compiled.capture_duration_ms = rule.capture_duration_ms;
    compiled.place = rule.place;
    compiled.output_place = rule.output_place;
    compiled.condition = condition;
    for (const ExceptionDefinition& exception : rule.exceptions) {
      for (const TextItem& field : exception.fields->items) {
        if (std::ranges::find(compiled.exception_fields, field.text) ==
            compiled.exception_fields.end()) {
          compiled.exception_fields.push_back(field.text);
        }
      }
    }
    return compiled;
  }

  // condition and not (exception) and not …
  NodeId with_exceptions(const RuleDefinition& rule, NodeId condition, Source source,
                         Problems& problems) {
    std::vector<NodeId> parts = {condition};
    for (const ExceptionDefinition& exception : rule.exceptions) {
      // Without rows the fields are checked all the same.
      const NodeId node = exception_node(exception, source, problems);
      if (!exception.rows.empty()) parts.push_back(graph_.negation(node));
    }
    return graph_.conjunction(std::move(parts));
  }

  NodeId exception_node(const ExceptionDefinition& exception, Source source, Problems& problems) {
    const ExceptionEntry& fields = *exception.fields;
    for (const TextItem& field : fields.items) {
      (void)exception_check(field, {.op = Operator::kExists}, {}, false, field.place, source,
                            problems);
    }
    const auto op_at = [&](std::size_t i) {
      return *find_modified_operator(exception.comps->items[i].text);
    };
    if (!fields.is_list) {
      std::vector<TextItem> all;
      all.reserve(exception.rows.size());
      for (const auto& row : exception.rows) all.push_back(row.entries.front().items.front());
      return exception_check(fields.items.front(), op_at(0), all, true, exception.place, source,
                             problems);
    }
    std::vector<NodeId> rows;
    for (const ExceptionDefinition::Row& row : exception.rows) {
      std::vector<NodeId> parts;
      for (std::size_t i = 0; i < fields.items.size(); ++i) {
        const ExceptionEntry& entry = row.entries[i];
        parts.push_back(exception_check(fields.items[i], op_at(i), entry.items,
                                        entry.is_list || takes_list(op_at(i)), row.place, source,
                                        problems));
      }
      rows.push_back(graph_.conjunction(std::move(parts)));
    }
    return graph_.disjunction(std::move(rows));
  }

  NodeId exception_check(const TextItem& field, ModifiedOperator op,
                         const std::vector<TextItem>& values, bool is_list, const FilePlace& place,
                         Source source, Problems& problems) {
    auto left = parse_operand(field.text);
    if (!left || left->end != field.text.size()) {
      problems.add(field.place, fmt::format("\"{}\" is no field", field.text),
                   left ? "" : left.error().message);
      return kFalseNode;
    }
    Check check;
    check.left = std::move(left->operand);
    check.op = op.op;
    check.modifier = op.modifier;
    check.is_list = is_list;
    for (const TextItem& value : values) {
      auto items = parse_items(value.text);
      if (!items) {
        problems.add(value.place, items.error().message, items.error().hint);
        return kFalseNode;
      }
      check.values.insert(check.values.end(), items->begin(), items->end());
    }
    if (is_list && !takes_list(op) && op.op != Operator::kExists) {
      problems.add(place, fmt::format("a list of values behind \"{}\"", to_string(op)),
                   "comps in, pmatch, intersects and those with oneof, anyof or allof take lists");
      return kFalseNode;
    }
    if (!is_list && op.op != Operator::kExists && check.values.size() != 1) {
      problems.add(place, fmt::format("\"{}\" takes one value", to_string(op)));
      return kFalseNode;
    }
    const FilePlace& at = values.empty() ? place : values.front().place;
    return ComparisonMaker(graph_, lists_, source, problems)
        .make(check, CheckPlaces(field.place, place, at));
  }

  // ---- conditions

  NodeId build(const Expr& tree, Source source, std::uint32_t visibility, Problems& problems) {
    if (problems.is_full() || budget_.is_exhausted()) return kFalseNode;
    if (nesting_ >= kMaxNesting) {
      problems.add(tree.text->place(tree.offset), "conditions and macros nested too deeply");
      return kFalseNode;
    }
    ++nesting_;
    NodeId node = build_kind(tree, source, visibility, problems);
    --nesting_;
    if (graph_.node(node).depth > kMaxNodeDepth) {
      problems.add(tree.text->place(tree.offset),
                   fmt::format("a condition deeper than {} with its macros", kMaxNodeDepth));
      node = kFalseNode;
    }
    return node;
  }

  NodeId build_kind(const Expr& tree, Source source, std::uint32_t visibility, Problems& problems) {
    switch (tree.kind) {
      case Expr::Kind::kCheck: {
        return ComparisonMaker(graph_, lists_, source, problems)
            .make(*tree.check, CheckPlaces(*tree.text, *tree.check));
      }
      case Expr::Kind::kMacro:
        return build_macro(tree, source, visibility, problems);
      case Expr::Kind::kNot:
        return graph_.negation(build(*tree.children.front(), source, visibility, problems));
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        break;
    }
    std::vector<NodeId> parts;
    parts.reserve(tree.children.size());
    for (const auto& child : tree.children) {
      parts.push_back(build(*child, source, visibility, problems));
    }
    return tree.kind == Expr::Kind::kAnd ? graph_.conjunction(std::move(parts))
                                         : graph_.disjunction(std::move(parts));
  }

  NodeId build_macro(const Expr& use, Source source, std::uint32_t visibility, Problems& problems) {
    const auto found = macros_.find(use.macro);
    if (found == macros_.end()) {
      std::vector<std::string_view> names;
      if (diagnostics_->error_count() < kMostSuggested) {
        for (const auto& [name, state] : macros_) names.push_back(name);
      }
      const bool is_list = lists_.find(use.macro) != nullptr;
      problems.add(use.text->place(use.offset), fmt::format("undefined macro \"{}\"", use.macro),
                   is_list
                       ? "a list of this name exists: write field in (" + use.macro + ")"
                       : did_you_mean(use.macro, names,
                                      "define it in this file or in one that is loaded before"));
      return kFalseNode;
    }
    MacroState& state = found->second;
    CompiledMacro& compiled = state.by_source[static_cast<std::size_t>(source)];
    if (state.definition->index >= visibility) {
      problems.add(use.text->place(use.offset),
                   fmt::format("macro \"{}\" is defined after the macro that uses it", use.macro),
                   "define it before");
      return kFalseNode;
    }
    if (compiled.state == CompiledMacro::State::kOpen) {
      problems.add(use.text->place(use.offset),
                   fmt::format("macro \"{}\" refers to itself", use.macro));
      return kFalseNode;
    }
    if (compiled.state == CompiledMacro::State::kNew) compile_macro(state, compiled, source);
    state.is_used = true;
    problems.add(compiled.problems);
    return compiled.node;
  }

  void compile_macro(MacroState& state, CompiledMacro& compiled, Source source) {
    compiled.state = CompiledMacro::State::kOpen;
    Problems problems;
    problems.add(state.problems);
    if (state.tree != nullptr) {
      compiled.node = build(*state.tree, source, state.definition->visibility, problems);
    }
    compiled.problems = problems.list();
    compiled.state = CompiledMacro::State::kDone;
  }

  // ---- reports

  // A problem of a macro is told once, however many rules use it.
  void report(const Problems& problems, DiagnosticLevel level) {
    for (const CompileProblem& problem : problems.list()) {
      const auto key = fmt::format("{}:{}:{}:{}:{}", static_cast<int>(level), problem.place.file,
                                   problem.place.line, problem.place.column, problem.message);
      if (!told_.insert(key).second) continue;
      diagnostics_->add({.level = level,
                         .file = problem.place.file,
                         .line = problem.place.line,
                         .column = problem.place.column,
                         .message = problem.message,
                         .hint = problem.hint});
    }
  }

  void warn_of_types(const CompiledRule& rule) {
    const auto position = static_cast<std::size_t>(&rule - set_->rules.data());
    if (rule.source != Source::kSyscall || !warns_[position]) return;
    if (!rule.event_types.empty() && rule.event_types.size() <= kManyEventTypes) return;
    diagnostics_->warning(rule.place.file, rule.place.line, rule.place.column,
                          fmt::format("LOAD_NO_EVTTYPE: rule \"{}\" matches {} evt.type values",
                                      rule.name, rule.event_types.empty() ? "no" : "too many"),
                          "add evt.type in (…), or warn_evttypes: false");
  }

  void note(const FilePlace& place, std::string message) {
    diagnostics_->add({.level = DiagnosticLevel::kNote,
                       .file = place.file,
                       .line = place.line,
                       .column = place.column,
                       .message = std::move(message),
                       .hint = {}});
  }

  void note_unused() {
    for (const MacroDefinition& macro : definitions_->macros.entries()) {
      if (!macros_.at(macro.name).is_used) {
        note(macro.place, fmt::format("LOAD_UNUSED_MACRO: nothing uses macro \"{}\"", macro.name));
      }
    }
    for (const ListDefinition& list : definitions_->lists.entries()) {
      if (!lists_.is_used(list.name)) {
        note(list.place, fmt::format("LOAD_UNUSED_LIST: nothing uses list \"{}\"", list.name));
      }
    }
  }

  const Definitions* definitions_;
  Diagnostics* diagnostics_;
  CompileOptions options_;
  CompileLimits limits_;
  std::shared_ptr<RuleSet> set_;
  Budget budget_;
  Graph graph_;
  Lists lists_;
  std::unordered_map<std::string, MacroState> macros_;
  std::vector<bool> warns_;  // by rule of the set
  std::set<std::string> told_;
  int nesting_ = 0;
};

}  // namespace

std::shared_ptr<const RuleSet> compile_rules(const Definitions& definitions,
                                             Diagnostics& diagnostics,
                                             const CompileOptions& options,
                                             const CompileLimits& limits) {
  return Compiler(definitions, diagnostics, options, limits).run();
}

}  // namespace yagura::rules
