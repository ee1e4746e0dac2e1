#include "waf/compile/internal/targets.hpp"

#include <fmt/format.h>
#include <libxml/xpath.h>

#include <memory>
#include <span>

#include "core/arena.hpp"
#include "waf/body/body.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/nearest.hpp"

namespace yagura::waf::internal {
namespace {

// Does libxml2 take it? Prefixes are looked up when it is evaluated, not here.
bool is_xpath(const std::string& text) {
  const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)> context(
      xmlXPathNewContext(nullptr), &xmlXPathFreeContext);
  if (!context) return false;
  context->error = [](void*, auto) {};  // it would print
  const std::unique_ptr<xmlXPathCompExpr, decltype(&xmlXPathFreeCompExpr)> compiled(
      xmlXPathCtxtCompile(context.get(), reinterpret_cast<const xmlChar*>(text.c_str())),
      &xmlXPathFreeCompExpr);
  return compiled != nullptr;
}

class TargetResolver {
 public:
  TargetResolver(const seclang::Target& target, BuildState& state)
      : target_(target), state_(state) {}

  std::optional<RuleTarget> resolve() {
    const std::optional<Variable> variable = find_variable(target_.variable);
    if (!variable) {
      unknown_variable();
      return std::nullopt;
    }
    RuleTarget result{.variable = *variable, .count = target_.count};
    if (!target_.has_selector) return result;
    if (!is_collection(*variable)) {
      state_.error(target_.position,
                   fmt::format("{} is a single value and takes no selector", name_of(*variable)));
      return std::nullopt;
    }
    const bool good = *variable == Variable::kXml ? xpath(result.selector)
                      : target_.selector_is_regex ? regex(result.selector)
                                                  : name(*variable, result.selector);
    if (!good) return std::nullopt;
    return result;
  }

 private:
  void unknown_variable() {
    const std::string_view reason = why_no_variable(target_.variable);
    state_.error(target_.position, fmt::format("unknown variable {}", shown(target_.variable)),
                 reason.empty() ? seclang::nearest_hint(target_.variable, variable_names())
                                : std::string(reason));
  }

  bool xpath(Selector& selector) {
    selector.kind = Selector::Kind::kXPath;
    selector.name = target_.selector;
    if (is_xpath(selector.name)) return true;
    state_.error(target_.position, fmt::format("{} is no XPath", shown(selector.name)));
    return false;
  }

  bool regex(Selector& selector) {
    selector.kind = Selector::Kind::kRegex;
    Result<Pattern> pattern = Pattern::compile(target_.selector, /*caseless=*/true);
    if (!pattern) {
      state_.error(target_.position, pattern.error().message);
      return false;
    }
    selector.pattern = std::make_shared<const Pattern>(*std::move(pattern));
    return true;
  }

  bool name(Variable variable, Selector& selector) {
    selector.kind = Selector::Kind::kName;
    selector.name =
        variable == Variable::kEnv ? target_.selector : seclang::lower(target_.selector);
    if (variable == Variable::kTx) selector.slot = state_.tx_slot(selector.name);
    return true;
  }

  const seclang::Target& target_;
  BuildState& state_;
};

// Over a document without content: the names of every step are looked up all the same, those in
// predicates are not.
bool has_undeclared_prefix(const std::string& xpath, std::span<const XmlNamespace> declared) {
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      xmlNewDoc(reinterpret_cast<const xmlChar*>("1.0")), &xmlFreeDoc);
  core::Arena arena;
  const auto found = evaluate_xpath(document.get(), xpath, declared, arena, BodyLimits());
  return !found && found.error().code == ErrorCode::kInvalidInput;
}

}  // namespace

void check_xpath_prefixes(const std::vector<RuleTarget>& targets,
                          const std::vector<std::pair<std::string, std::string>>& declared,
                          const seclang::Position& position, const BuildState& state) {
  std::vector<XmlNamespace> namespaces;
  namespaces.reserve(declared.size());
  for (const auto& [prefix, uri] : declared) namespaces.push_back({.prefix = prefix, .uri = uri});
  for (const RuleTarget& target : targets) {
    if (target.selector.kind != Selector::Kind::kXPath) continue;
    if (target.selector.name.find(':') == std::string::npos) continue;
    if (!has_undeclared_prefix(target.selector.name, namespaces)) continue;
    state.error(position,
                fmt::format("the XPath {} cannot be evaluated", shown(target.selector.name)),
                "declare its prefixes in the same rule: xmlns:soap=http://…");
  }
}

std::optional<RuleTarget> resolve_target(const seclang::Target& target, BuildState& state) {
  return TargetResolver(target, state).resolve();
}

std::vector<RuleTarget> resolve_targets(const std::vector<seclang::Target>& targets,
                                        const seclang::Position& position, BuildState& state) {
  std::vector<RuleTarget> result;
  std::vector<RuleTarget> excluded;
  bool all_good = true;
  for (const seclang::Target& each : targets) {
    std::optional<RuleTarget> resolved = resolve_target(each, state);
    if (!resolved) {
      all_good = false;
    } else {
      (each.exclude ? excluded : result).push_back(*std::move(resolved));
    }
  }
  for (RuleTarget& target : result) {
    for (const RuleTarget& each : excluded) {
      if (each.variable == target.variable) target.exclusions.push_back(each.selector);
    }
  }
  if (result.empty() && all_good) {
    state.error(position, "the rule has no targets to look at",
                "a rule that always matches is a SecAction");
  }
  return result;
}

}  // namespace yagura::waf::internal
