// PEP 440, "Version specifiers": clauses between commas, all of which must hold.

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/pypi.hpp"
#include "vuln/version/internal/ranges.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

// Whether the release of `version` begins with the numbers of `prefix`, missing ones being 0.
bool begins_with(const Pep440& version, std::string_view prefix) {
  std::string_view release = version.release;
  while (!prefix.empty()) {
    if (number_order(take_until(release, "."), take_until(prefix, ".")) != 0) return false;
  }
  return true;
}

bool is_same(std::string_view text, const Pep440& version, const Pep440& bound,
             std::string_view bound_text) {
  // A bound without local part takes versions with any.
  if (bound.local.empty()) return compare_public(version, bound) == 0;
  return compare_pypi(text, bound_text) == 0;
}

// "1.4.*": epoch and numbers alike.
bool in_wildcard(const Pep440& version, const Pep440& bound) {
  return number_order(version.epoch, bound.epoch) == 0 && begins_with(version, bound.release);
}

bool is_compatible(const Pep440& version, const Pep440& bound) {
  const auto dot = bound.release.rfind('.');
  return compare_public(version, bound) >= 0 && number_order(version.epoch, bound.epoch) == 0 &&
         begins_with(version, bound.release.substr(0, dot));
}

bool same_release(const Pep440& a, const Pep440& b) {
  Pep440 x{.epoch = a.epoch, .release = a.release};
  Pep440 y{.epoch = b.epoch, .release = b.release};
  return compare_public(x, y) == 0;
}

// "<1.0" leaves out 1.0's own pre-releases, ">1.0" its post-releases and local versions, unless the
// bound is such a one itself.
bool is_before(const Pep440& version, const Pep440& bound) {
  if (compare_public(version, bound) >= 0) return false;
  const bool bound_is_pre = bound.has_pre || bound.has_dev;
  const bool version_is_pre = version.has_pre || version.has_dev;
  return bound_is_pre || !version_is_pre || !same_release(version, bound);
}
bool is_after(const Pep440& version, const Pep440& bound) {
  if (compare_public(version, bound) <= 0) return false;
  return bound.has_post || !version.has_post || !same_release(version, bound);
}

bool is_comparison(std::string_view op) {
  return op == "==" || op == "!=" || op == "<=" || op == ">=" || op == "<" || op == ">";
}

std::optional<bool> test(std::string_view text, std::string_view clause) {
  const std::string_view op =
      take_while(clause, [](char c) { return std::string_view("<>=!~").contains(c); });
  clause = trimmed(clause);
  if (op == "===") return equal_any_case(text, clause);
  const bool wildcard = clause.ends_with(".*");
  if (wildcard && op != "==" && op != "!=") return std::nullopt;
  if (wildcard) clause.remove_suffix(2);
  const auto bound = parse_pep440(clause);
  if (!bound) return std::nullopt;
  if (op == "~=" ? !bound->release.contains('.') : !is_comparison(op)) return std::nullopt;
  const auto version = parse_pep440(text);
  if (!version) return op == "!=";  // what is no version is in no range
  if (wildcard) return in_wildcard(*version, *bound) == (op == "==");
  if (op == "==") return is_same(text, *version, *bound, clause);
  if (op == "!=") return !is_same(text, *version, *bound, clause);
  if (op == "<=") return compare_public(*version, *bound) <= 0;
  if (op == ">=") return compare_public(*version, *bound) >= 0;
  if (op == "<") return is_before(*version, *bound);
  if (op == ">") return is_after(*version, *bound);
  return is_compatible(*version, *bound);
}

}  // namespace

std::optional<bool> in_specifiers(std::string_view version, std::string_view range) {
  version = trimmed(version);
  if (range == "*") return true;
  bool all = true;
  while (!range.empty()) {
    const std::string_view clause = trimmed(take_until(range, ","));
    if (clause.empty()) continue;
    const auto holds = test(version, clause);
    if (!holds) return std::nullopt;
    all = all && *holds;
  }
  return all;
}

}  // namespace yagura::vuln::version
