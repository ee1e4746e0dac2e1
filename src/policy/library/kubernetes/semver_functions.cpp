#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/library/kubernetes/opaque_value.hpp"
#include "policy/library/kubernetes/semantic_version.hpp"

namespace yagura::policy {

namespace {

struct SemverTraits {
  using Data = SemanticVersion;
  static constexpr std::string_view kTypeName = "kubernetes.Semver";
  static bool equals(const Data& a, const Data& b) { return a == b; }
  static std::string text(const Data& data) { return data.to_string(); }
};

bool read_arguments(std::span<const Value> args, SemverNormalize& normalize) {
  if (!args[0].is_string()) return false;
  if (args.size() == 1) return true;
  if (!args[1].is_bool()) return false;
  normalize = args[1].as_bool() ? SemverNormalize::kYes : SemverNormalize::kNo;
  return true;
}

Value to_semver(EvalContext& context, std::span<const Value> args) {
  SemverNormalize normalize = SemverNormalize::kNo;
  if (!read_arguments(args, normalize)) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto version = SemanticVersion::parse(args[0].as_string(), normalize, &problem);
  if (!version) return context.error(problem);
  return make_opaque<SemverTraits>(context, *version);
}

Value is_semver(EvalContext& context, std::span<const Value> args) {
  SemverNormalize normalize = SemverNormalize::kNo;
  if (!read_arguments(args, normalize)) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  return Value::boolean(SemanticVersion::parse(args[0].as_string(), normalize).has_value());
}

template <std::uint64_t SemanticVersion::* number>
Value get_number(EvalContext&, std::span<const Value> args) {
  const SemanticVersion* version = opaque_data<SemverTraits>(args[0]);
  if (version == nullptr) return EvalContext::no_such_overload();
  return Value::integer(static_cast<std::int64_t>(version->*number));
}

// -1, 0, 1; nothing: not two versions.
std::optional<int> order(std::span<const Value> args) {
  const SemanticVersion* left = opaque_data<SemverTraits>(args[0]);
  const SemanticVersion* right = opaque_data<SemverTraits>(args[1]);
  if (left == nullptr || right == nullptr) return std::nullopt;
  const auto order = *left <=> *right;
  return order < 0 ? -1 : (order > 0 ? 1 : 0);
}

Value is_greater_than(EvalContext&, std::span<const Value> args) {
  const auto result = order(args);
  return result ? Value::boolean(*result > 0) : EvalContext::no_such_overload();
}

Value is_less_than(EvalContext&, std::span<const Value> args) {
  const auto result = order(args);
  return result ? Value::boolean(*result < 0) : EvalContext::no_such_overload();
}

Value compare_to(EvalContext&, std::span<const Value> args) {
  const auto result = order(args);
  return result ? Value::integer(*result) : EvalContext::no_such_overload();
}

constexpr OverloadSignature kToSemver[] = {
    {"string_to_semver", "semver(string) -> kubernetes.Semver"},
    {"string_bool_to_semver", "semver(string, bool) -> kubernetes.Semver"}};
constexpr OverloadSignature kIsSemver[] = {
    {"is_semver_string", "isSemver(string) -> bool"},
    {"is_semver_string_bool", "isSemver(string, bool) -> bool"}};
constexpr OverloadSignature kIsGreaterThan[] = {
    {"semver_is_greater_than", "kubernetes.Semver.isGreaterThan(kubernetes.Semver) -> bool"}};
constexpr OverloadSignature kIsLessThan[] = {
    {"semver_is_less_than", "kubernetes.Semver.isLessThan(kubernetes.Semver) -> bool"}};
constexpr OverloadSignature kCompareTo[] = {
    {"semver_compare_to", "kubernetes.Semver.compareTo(kubernetes.Semver) -> int"}};
constexpr OverloadSignature kMajor[] = {{"semver_major", "kubernetes.Semver.major() -> int"}};
constexpr OverloadSignature kMinor[] = {{"semver_minor", "kubernetes.Semver.minor() -> int"}};
constexpr OverloadSignature kPatch[] = {{"semver_patch", "kubernetes.Semver.patch() -> int"}};

constexpr Function kFunctions[] = {
    {.name = "semver",
     .overloads = kToSemver,
     .implementation = to_semver,
     .min_args = 1,
     .max_args = 2,
     .own_cost = true},
    {.name = "isSemver",
     .overloads = kIsSemver,
     .implementation = is_semver,
     .min_args = 1,
     .max_args = 2,
     .own_cost = true},
    {.name = "isGreaterThan",
     .overloads = kIsGreaterThan,
     .implementation = is_greater_than,
     .min_args = 2,
     .max_args = 2},
    {.name = "isLessThan",
     .overloads = kIsLessThan,
     .implementation = is_less_than,
     .min_args = 2,
     .max_args = 2},
    {.name = "compareTo",
     .overloads = kCompareTo,
     .implementation = compare_to,
     .min_args = 2,
     .max_args = 2},
    {.name = "major",
     .overloads = kMajor,
     .implementation = get_number<&SemanticVersion::major>,
     .min_args = 1,
     .max_args = 1},
    {.name = "minor",
     .overloads = kMinor,
     .implementation = get_number<&SemanticVersion::minor>,
     .min_args = 1,
     .max_args = 1},
    {.name = "patch",
     .overloads = kPatch,
     .implementation = get_number<&SemanticVersion::patch>,
     .min_args = 1,
     .max_args = 1},
};

}  // namespace

std::span<const Function> kubernetes_semver_functions() { return kFunctions; }

}  // namespace yagura::policy
