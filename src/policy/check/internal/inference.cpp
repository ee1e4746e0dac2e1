#include "policy/check/internal/inference.hpp"

#include <array>

namespace yagura::policy::internal {

namespace {

constexpr std::size_t kMaxParameters = 8;

bool same(const Type* a, const Type* b) {
  if (a == b) return true;
  if (a->kind != b->kind || a->index != b->index || a->name != b->name ||
      a->parameters.size() != b->parameters.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a->parameters.size(); ++i) {
    if (!same(a->parameters[i], b->parameters[i])) return false;
  }
  return true;
}

// What null may stand for: wrappers, and by history messages, abstract types, timestamps,
// durations.
bool takes_null(const Type* type) {
  switch (type->kind) {
    case TypeKind::kNull:
    case TypeKind::kWrapper:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kOpaque:
    case TypeKind::kStruct:
      return true;
    default:
      return false;
  }
}

const Type* unwrap(const Type* type) {
  return type->is(TypeKind::kWrapper) ? type->parameters[0] : type;
}

}  // namespace

bool is_dynamic(const Type* type) {
  return type->is(TypeKind::kDyn) || type->is(TypeKind::kError) || type->is(TypeKind::kAny);
}

bool Inference::says_no_more(std::span<const Type* const> a, std::span<const Type* const> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!says_no_more(a[i], b[i])) return false;
  }
  return true;
}

// Whether `a` is as specific as `b` or less: list(dyn) than list(int), wrapper(int) than int and
// than null.
bool Inference::says_no_more(const Type* a, const Type* b) {
  if (a == b || out_of_steps()) return true;
  if (is_dynamic(a) || a->is(TypeKind::kVariable)) return true;
  if (is_dynamic(b) || b->is(TypeKind::kVariable)) return false;
  if (b->is(TypeKind::kNull)) return takes_null(a);
  if (a->is(TypeKind::kWrapper)) return unwrap(a) == unwrap(b);
  if (a->kind != b->kind) return false;
  switch (a->kind) {
    case TypeKind::kOpaque:
      return a->name == b->name && says_no_more(a->parameters, b->parameters);
    case TypeKind::kList:
    case TypeKind::kMap:
      return says_no_more(a->parameters, b->parameters);
    case TypeKind::kType:
      return true;
    default:
      return same(a, b);
  }
}

const Type* Inference::most_general(const Type* a, const Type* b) {
  return says_no_more(a, b) ? a : b;
}

const Type* Inference::fresh() {
  bindings_.push_back(nullptr);
  return types_.variable(static_cast<std::uint32_t>(bindings_.size() - 1));
}

void Inference::set(const Type* variable, const Type* type) {
  trail_.push_back({.index = variable->index, .before = bindings_[variable->index]});
  bindings_[variable->index] = type;
}

void Inference::roll_back(std::size_t mark) {
  while (trail_.size() > mark) {
    bindings_[trail_.back().index] = trail_.back().before;
    trail_.pop_back();
  }
}

bool Inference::assignable(const Type* from, const Type* to) {
  trail_.clear();
  if (unify(from, to)) return true;
  roll_back(0);
  return false;
}

bool Inference::all_assignable(std::span<const Type* const> from, std::span<const Type* const> to) {
  trail_.clear();
  if (unify_all(from, to)) return true;
  roll_back(0);
  return false;
}

bool Inference::unify_all(std::span<const Type* const> a, std::span<const Type* const> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!unify(a[i], b[i])) return false;
  }
  return true;
}

bool Inference::unify(const Type* a, const Type* b) {
  if (out_of_steps()) return true;
  if (b->is(TypeKind::kVariable)) {
    const Substitution substitution = bind(a, b);
    if (substitution.valid || substitution.known) return substitution.valid;
  }
  if (a->is(TypeKind::kVariable)) return bind(b, a).valid;
  if (is_dynamic(a) || is_dynamic(b)) return true;
  if (a->is(TypeKind::kNull)) return takes_null(b);
  if (b->is(TypeKind::kNull)) return takes_null(a);
  a = unwrap(a);
  b = unwrap(b);
  if (a == b) return true;
  if (a->kind != b->kind) return false;
  switch (a->kind) {
    case TypeKind::kType:
      return true;
    case TypeKind::kStruct:
      return a->name == b->name;
    case TypeKind::kOpaque:
      return a->name == b->name && unify_all(a->parameters, b->parameters);
    case TypeKind::kList:
    case TypeKind::kMap:
      return unify_all(a->parameters, b->parameters);
    default:
      return false;
  }
}

// Whether the variable may be `type`, by what it is bound to already; binds it so.
Inference::Substitution Inference::bind(const Type* type, const Type* variable) {
  if (type == variable) return {.valid = true, .known = true};
  if (const Type* bound = binding(variable)) {
    if (same(type, bound)) return {.valid = true, .known = true};
    const std::size_t mark = trail_.size();
    if (!unify(type, bound)) {
      roll_back(mark);
      return {.valid = false, .known = true};
    }
    const Type* general = most_general(type, bound);
    if (!occurs(variable, general)) set(variable, general);
    return {.valid = true, .known = true};
  }
  if (occurs(variable, type)) return {};
  set(variable, type);
  return {.valid = true, .known = false};
}

bool Inference::occurs(const Type* variable, const Type* within) {
  if (!within->has_parameters || out_of_steps()) return false;
  if (within->is(TypeKind::kVariable)) {
    if (within == variable) return true;
    const Type* bound = binding(within);
    return bound != nullptr && occurs(variable, bound);
  }
  for (const Type* parameter : within->parameters) {
    if (occurs(variable, parameter)) return true;
  }
  return false;
}

template <typename Replace>
const Type* Inference::rebuild(const Type* type, const Replace& replace) {
  std::array<const Type*, kMaxParameters> parameters = {};
  if (type->parameters.size() > kMaxParameters) return &types::kDyn;
  for (std::size_t i = 0; i < type->parameters.size(); ++i) {
    parameters[i] = replace(type->parameters[i]);
  }
  switch (type->kind) {
    case TypeKind::kList:
      return types_.list(parameters[0]);
    case TypeKind::kMap:
      return types_.map(parameters[0], parameters[1]);
    case TypeKind::kType:
      return types_.type_of(parameters[0]);
    case TypeKind::kOpaque:
      return types_.opaque(type->name, {parameters.data(), type->parameters.size()});
    default:
      return type;
  }
}

const Type* Inference::substitute(const Type* type, bool to_dyn) {
  if (!type->has_parameters) return type;
  if (out_of_steps()) return &types::kDyn;
  if (type->is(TypeKind::kVariable)) {
    if (const Type* bound = binding(type)) return substitute(bound, to_dyn);
    return to_dyn ? &types::kDyn : type;
  }
  if (type->is(TypeKind::kParameter)) return to_dyn ? &types::kDyn : type;
  return rebuild(type, [this, to_dyn](const Type* part) { return substitute(part, to_dyn); });
}

const Type* Inference::instantiate(const Type* type, std::vector<Binding>& bindings) {
  if (!type->has_parameters) return type;
  if (type->is(TypeKind::kParameter)) {
    for (const Binding& known : bindings) {
      if (known.parameter == type->name) return known.variable;
    }
    bindings.push_back({.parameter = type->name, .variable = fresh()});
    return bindings.back().variable;
  }
  return rebuild(type, [this, &bindings](const Type* part) { return instantiate(part, bindings); });
}

}  // namespace yagura::policy::internal
