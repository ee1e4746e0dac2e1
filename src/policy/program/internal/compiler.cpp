#include "policy/program/internal/compiler.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "policy/program/internal/evaluator.hpp"
#include "policy/syntax/operators.hpp"

namespace yagura::policy {
namespace {

// Nesting of ops: the evaluator recurses by it.
constexpr std::uint32_t kMaxDepth = 1000;
constexpr std::uint64_t kListCost = 10;
constexpr std::uint64_t kMapCost = 30;
constexpr std::uint64_t kStructCost = 40;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// cel-go evaluates these as one attribute: fields and indexes cost 1 each, and the whole no more.
bool is_attribute(const Op& op) {
  switch (op.code) {
    case OpCode::kVariable:
    case OpCode::kLocal:
    case OpCode::kBlockLocal:
    case OpCode::kPath:
    case OpCode::kIndex:
    case OpCode::kOptionalSelect:
    case OpCode::kOptionalIndex:
    case OpCode::kConditional:
      return true;
    default:
      return false;
  }
}

// Costs 1 for what it starts with, beside its fields.
bool costs_identifier(const Op& op) {
  switch (op.code) {
    case OpCode::kVariable:
    case OpCode::kLocal:
    case OpCode::kBlockLocal:
      return true;
    case OpCode::kPath:
    case OpCode::kIndex:
    case OpCode::kOptionalSelect:
    case OpCode::kOptionalIndex:
      return !is_attribute(op.arg(0)) || costs_identifier(op.arg(0));
    default:
      return false;
  }
}

// Their cost is in the path's that starts with them (Evaluator::root).
bool is_plain_identifier(const Op& op) {
  return op.code == OpCode::kVariable || op.code == OpCode::kLocal;
}

Value value_of(const Constant& constant) {
  switch (constant.kind) {
    case ConstantKind::kNull:
      return Value::null();
    case ConstantKind::kBool:
      return Value::boolean(constant.truth);
    case ConstantKind::kInt:
      return Value::integer(constant.integer);
    case ConstantKind::kUint:
      return Value::unsigned_integer(constant.unsigned_integer);
    case ConstantKind::kDouble:
      return Value::real(constant.real);
    case ConstantKind::kString:
      return Value::string(constant.text, is_ascii(constant.text));
    case ConstantKind::kBytes:
      return Value::bytes(constant.text);
  }
  return Value::null();
}

// What type(x) of a value of the type is called.
std::string_view type_value_name(const Type& type) {
  switch (type.kind) {
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kType:
      return "type";
    case TypeKind::kWrapper:
      return type_value_name(*type.parameters[0]);
    default:
      return type.name;
  }
}

struct Operator {
  std::string_view name;
  OpCode code;
  std::size_t count;
};

constexpr Operator kOperators[] = {
    {operators::kLogicalNot, OpCode::kNot, 1},
    {operators::kNegate, OpCode::kNegate, 1},
    {operators::kConditional, OpCode::kConditional, 3},
    {operators::kEquals, OpCode::kEqual, 2},
    {operators::kNotEquals, OpCode::kNotEqual, 2},
    {operators::kLess, OpCode::kLess, 2},
    {operators::kLessEquals, OpCode::kLessEqual, 2},
    {operators::kGreater, OpCode::kGreater, 2},
    {operators::kGreaterEquals, OpCode::kGreaterEqual, 2},
    {operators::kAdd, OpCode::kAdd, 2},
    {operators::kSubtract, OpCode::kSubtract, 2},
    {operators::kMultiply, OpCode::kMultiply, 2},
    {operators::kDivide, OpCode::kDivide, 2},
    {operators::kModulo, OpCode::kModulo, 2},
};

// Overloads that cost by the size of what they get, where the checker left only the one.
constexpr std::string_view kSizedOverloads[] = {
    "add_string",           "add_bytes",         "less_string",
    "less_equals_string",   "greater_string",    "greater_equals_string",
    "less_bytes",           "less_equals_bytes", "greater_bytes",
    "greater_equals_bytes", "in_list",           "string_to_bytes",
    "bytes_to_string",
};

}  // namespace

Result<const Op*> Compiler::compile() {
  const Op* root = compile(*checked_.ast->root);
  if (too_deep_) return fail(ErrorCode::kLimitExceeded, "the expression is nested too deep");
  std::ranges::sort(code_.used_slots);
  const auto [first, last] = std::ranges::unique(code_.used_slots);
  code_.used_slots.erase(first, last);
  return root;
}

Op* Compiler::make(OpCode code, const Expr& expr, std::span<const Op* const> args) {
  Op* op = code_.arena.make<Op>();
  op->code = code;
  op->count = static_cast<std::uint16_t>(args.size());
  op->expr_id = expr.id;
  op->args = code_.arena.copy(args).data();
  return op;
}

const Op* Compiler::constant_op(std::uint32_t id, const Value& value, std::uint64_t cost) {
  Op* op = code_.arena.make<Op>();
  op->code = OpCode::kConstant;
  op->expr_id = id;
  op->cost = static_cast<std::uint32_t>(cost);
  op->data = code_.arena.make<Value>(value);
  return op;
}

const Op* Compiler::failure(const Expr& expr, ErrorKind kind, std::string_view detail) {
  Op* op = make(OpCode::kFail, expr);
  const auto* error = code_.arena.make<ErrorValue>(
      ErrorValue{.kind = kind, .expr_id = expr.id, .detail = code_.arena.copy(detail)});
  op->data = code_.arena.make<Value>(Value::error(error));
  return op;
}

// What has constants alone for operands is computed now, unless that is an error. It keeps its
// cost.
const Op* Compiler::folded(const Op* op) {
  const auto is_constant = [](const Op* arg) { return arg->is_constant(); };
  if (!std::ranges::all_of(op->arguments(), is_constant)) return op;
  const Activation nothing;
  Evaluator evaluator(code_.constants, nothing, code_, nullptr);
  code_.constants.set_cost(0);
  const Value value = evaluator.eval(*op);
  if (value.is_abnormal() || code_.constants.exhausted()) return op;
  return constant_op(op->expr_id, value, code_.constants.cost());
}

std::uint32_t Compiler::push_local(std::string_view name, const Op* binding) {
  const std::uint32_t index = next_local_++;
  code_.locals = std::max(code_.locals, next_local_);
  locals_.push_back({.name = name, .index = index, .binding = binding});
  return index;
}

void Compiler::pop_locals(std::size_t to) {
  if (to < locals_.size()) next_local_ = locals_[to].index;
  locals_.resize(to);
}

const Op* Compiler::compile(const Expr& expr) {
  if (depth_ >= kMaxDepth) {
    too_deep_ = true;
    return failure(expr, ErrorKind::kLimitExceeded, "nesting");
  }
  ++depth_;
  const Op* op = compile_kind(expr);
  --depth_;
  return op;
}

const Op* Compiler::compile_kind(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      return constant(expr);
    case ExprKind::kIdent:
      return identifier(expr);
    case ExprKind::kSelect:
      return select(expr);
    case ExprKind::kCall:
      return call(expr);
    case ExprKind::kList:
      return list(expr);
    case ExprKind::kMap:
      return map(expr);
    case ExprKind::kStruct:
      return structure(expr);
    case ExprKind::kComprehension:
      return comprehension(expr);
  }
  return failure(expr, ErrorKind::kCustom, "unknown expression");
}

const Op* Compiler::constant(const Expr& expr) {
  return constant_op(expr.id, value_of(expr.constant), 0);
}

const Op* Compiler::identifier(const Expr& expr) {
  for (auto local = locals_.rbegin(); local != locals_.rend(); ++local) {
    if (local->name != expr.name) continue;
    const bool blocked = local->binding != nullptr;
    const std::span<const Op* const> binding(&local->binding, blocked ? 1 : 0);
    Op* op = make(blocked ? OpCode::kBlockLocal : OpCode::kLocal, expr, binding);
    op->index = local->index;
    return op;
  }
  if (const Reference* found = checked_.reference(expr); found != nullptr) {
    return reference(expr, *found);
  }
  return failure(expr, ErrorKind::kNoSuchVariable, expr.name);
}

const Op* Compiler::reference(const Expr& expr, const Reference& reference) {
  switch (reference.kind) {
    case ReferenceKind::kConstant:
      return constant_op(expr.id, value_of(*reference.value), 0);
    case ReferenceKind::kType:
      return constant_op(expr.id, Value::type(type_value_name(*reference.type)), 0);
    case ReferenceKind::kVariable:
      return global(expr, reference.name);
    default:
      return failure(expr, ErrorKind::kNoSuchVariable, reference.name);
  }
}

const Op* Compiler::global(const Expr& expr, std::string_view name) {
  const std::optional<std::uint32_t> slot = slots_.find(name);
  if (!slot) return failure(expr, ErrorKind::kNoSuchVariable, name);
  Op* op = make(OpCode::kVariable, expr);
  op->index = *slot;
  code_.used_slots.push_back(*slot);
  return op;
}

// A field of a declared variable may be a variable with a slot of its own: `variables` is declared
// as an object, and each field of it is evaluated by itself.
std::optional<std::string> Compiler::variable_field(const Expr& expr) const {
  const Expr& target = *expr.target;
  const Reference* found = checked_.reference(target);
  if (found == nullptr || found->kind != ReferenceKind::kVariable || slots_.find(found->name)) {
    return std::nullopt;
  }
  const auto is_target = [&target](const Local& local) { return local.name == target.name; };
  if (target.kind == ExprKind::kIdent && std::ranges::any_of(locals_, is_target)) {
    return std::nullopt;
  }
  std::string name(found->name);
  name += '.';
  name += expr.name;
  if (!slots_.find(name)) return std::nullopt;
  return name;
}

const Op* Compiler::select(const Expr& expr) {
  if (const Reference* found = checked_.reference(expr);
      found != nullptr && found->kind != ReferenceKind::kFunction) {
    if (expr.test_only) return constant_op(expr.id, Value::boolean(true), 0);
    return reference(expr, *found);
  }
  if (const std::optional<std::string> name = variable_field(expr); name) {
    return expr.test_only ? constant_op(expr.id, Value::boolean(true), 0) : global(expr, *name);
  }
  const FieldStep step{.name = expr.name, .expr_id = expr.id};
  const Op* target = compile(*expr.target);
  if (!expr.test_only) return path(target, {step}, expr.id);
  const bool extends = target->code == OpCode::kPath;
  std::vector<FieldStep> fields;
  if (extends) fields.assign(target->fields().begin(), target->fields().end());
  fields.push_back(step);
  const Op* root = extends ? &target->arg(0) : target;
  Op* op = make(OpCode::kHas, expr, {&root, 1});
  op->index = static_cast<std::uint32_t>(fields.size());
  op->data = code_.arena.copy(std::span<const FieldStep>(fields)).data();
  // What is before the last field costs as if it were read; the test itself nothing.
  op->cost = extends ? target->cost : (is_attribute(*target) ? 0 : 1);
  if (!extends && is_plain_identifier(*target)) op->cost = 1;
  return folded(op);
}

// A path on a path is one path.
const Op* Compiler::path(const Op* root, std::vector<FieldStep> fields, std::uint32_t id) {
  std::uint32_t cost = is_attribute(*root) ? 0 : 1;
  if (is_plain_identifier(*root)) cost = 1;
  if (root->code == OpCode::kPath) {
    const std::span<const FieldStep> before = root->fields();
    fields.insert(fields.begin(), before.begin(), before.end());
    root = &root->arg(0);
    cost = is_plain_identifier(*root) || !is_attribute(*root) ? 1 : 0;
  }
  Op* op = make(OpCode::kPath, *checked_.ast->root, {&root, 1});
  op->expr_id = id;
  op->index = static_cast<std::uint32_t>(fields.size());
  op->cost = cost + op->index;
  op->data = code_.arena.copy(std::span<const FieldStep>(fields)).data();
  return folded(op);
}

bool Compiler::sized_cost(const Expr& expr) const {
  const Reference* found = checked_.reference(expr);
  if (found == nullptr || found->overloads.size() != 1) return false;
  return std::ranges::find(kSizedOverloads, found->overloads[0]->id) != std::end(kSizedOverloads);
}

const Op* Compiler::call(const Expr& expr) {
  if (expr.target == nullptr) {
    if (const Op* op = operation(expr); op != nullptr) return op;
  }
  return function_call(expr);
}

const Op* Compiler::operation(const Expr& expr) {
  if (expr.name == operators::kLogicalAnd) return junction(expr, OpCode::kAnd);
  if (expr.name == operators::kLogicalOr) return junction(expr, OpCode::kOr);
  if (expr.name == operators::kIn && expr.args.size() == 2) return membership(expr);
  if (expr.name == operators::kIndex && expr.args.size() == 2) return index(expr, OpCode::kIndex);
  if (expr.name == operators::kOptIndex && expr.args.size() == 2) {
    return index(expr, OpCode::kOptionalIndex);
  }
  if (expr.name == operators::kBlock && expr.args.size() == 2 &&
      expr.args[0]->kind == ExprKind::kList) {
    return block(expr);
  }
  if (expr.name == operators::kOptSelect && expr.args.size() == 2 &&
      expr.args[1]->kind == ExprKind::kConstant) {
    const Op* target = compile(*expr.args[0]);
    Op* op = make(OpCode::kOptionalSelect, expr, {&target, 1});
    op->index = 1;
    op->cost = is_attribute(*target) ? 1 : 2;
    op->data = code_.arena.make<FieldStep>(
        FieldStep{.name = expr.args[1]->constant.text, .expr_id = expr.id});
    return folded(op);
  }
  for (const Operator& candidate : kOperators) {
    if (candidate.name != expr.name || candidate.count != expr.args.size()) continue;
    std::vector<const Op*> args;
    for (const Expr* arg : expr.args) args.push_back(compile(*arg));
    Op* op = make(candidate.code, expr, args);
    if (sized_cost(expr)) op->flags |= kSizedCost;
    if (candidate.code == OpCode::kConditional) {
      if (costs_identifier(*args[1])) op->flags |= kTrueIsAttribute;
      if (costs_identifier(*args[2])) op->flags |= kFalseIsAttribute;
    }
    return folded(op);
  }
  return nullptr;
}

const Op* Compiler::junction(const Expr& expr, OpCode code) {
  std::vector<const Op*> operands;
  flatten(expr, expr.name, operands);
  return make(code, expr, operands);
}

void Compiler::flatten(const Expr& expr, std::string_view name, std::vector<const Op*>& operands) {
  const bool same = expr.kind == ExprKind::kCall && expr.target == nullptr && expr.name == name;
  if (!same || depth_ >= kMaxDepth || operands.size() >= UINT16_MAX - 1) {
    operands.push_back(compile(expr));
    return;
  }
  ++depth_;
  for (const Expr* operand : expr.args) flatten(*operand, name, operands);
  --depth_;
}

const Op* Compiler::membership(const Expr& expr) {
  const Op* args[] = {compile(*expr.args[0]), compile(*expr.args[1])};
  if (args[1]->is_constant()) {
    if (const Op* op = in_set(expr, args[0], args[1]); op != nullptr) return op;
  }
  Op* op = make(OpCode::kIn, expr, args);
  if (sized_cost(expr)) op->flags |= kSizedCost;
  return folded(op);
}

const Op* Compiler::in_set(const Expr& expr, const Op* element, const Op* constants) {
  const Value& list = constants->value();
  if (!list.is_list() || list.count() == 0) return nullptr;
  for (std::uint32_t i = 0; i < list.count(); ++i) {
    const ValueKind kind = list.item(i).kind();
    if (kind < ValueKind::kBool || kind > ValueKind::kString) return nullptr;
  }
  std::size_t size = 4;
  while (size < std::size_t{list.count()} * 2) size *= 2;
  const std::span<Value> table = code_.arena.make_array<Value>(size);
  std::uint32_t longest = 1;
  for (std::uint32_t i = 0; i < list.count(); ++i) {
    std::size_t at = hash(list.item(i)) & (size - 1);
    while (!table[at].is_absent()) at = (at + 1) & (size - 1);
    table[at] = list.item(i);
    longest = std::max(longest, list.item(i).count());
  }
  Op* op = make(OpCode::kInSet, expr, {&element, 1});
  op->data = code_.arena.make<ConstantSet>(ConstantSet{.table = table, .longest = longest});
  return folded(op);
}

const Op* Compiler::index(const Expr& expr, OpCode code) {
  const Op* args[] = {compile(*expr.args[0]), compile(*expr.args[1])};
  const bool constant = args[1]->is_constant();
  if (code == OpCode::kIndex && constant && args[1]->value().is_string() && args[1]->cost == 0) {
    return path(args[0], {{.name = args[1]->value().as_string(), .expr_id = expr.id}}, expr.id);
  }
  Op* op = make(code, expr, args);
  op->cost = (is_attribute(*args[0]) ? 0 : 1) + (is_attribute(*args[1]) ? 0 : 1);
  return folded(op);
}

std::vector<const Function*> Compiler::functions(const Reference& reference) const {
  std::vector<const Function*> found;
  const auto add = [&found](const Function* function) {
    if (function == nullptr || function->implementation == nullptr) return;
    if (std::ranges::find(found, function) == found.end()) found.push_back(function);
  };
  for (const OverloadDecl* overload : reference.overloads) add(overload->function);
  return found;
}

const Op* Compiler::function_call(const Expr& expr) {
  const Reference* found = checked_.reference(expr);
  if (found == nullptr || found->kind != ReferenceKind::kFunction) {
    return failure(expr, ErrorKind::kNoSuchOverload, expr.name);
  }
  std::vector<const Op*> args;
  if (expr.target != nullptr && !found->namespaced) args.push_back(compile(*expr.target));
  for (const Expr* arg : expr.args) args.push_back(compile(*arg));
  const std::vector<const Function*> implementations = functions(*found);
  if (implementations.empty() || args.size() > kMaxArguments) {
    return failure(expr, ErrorKind::kNoSuchOverload, expr.name);
  }
  if (found->name == "matches" && args.size() == 2) {
    if (const Op* op = matches(expr, args[0], args[1]); op != nullptr) return op;
  }
  Op* op = make(OpCode::kCall, expr, args);
  if (sized_cost(expr)) op->flags |= kSizedCost;
  op->data = code_.arena.make<CallTarget>(
      CallTarget{.name = code_.arena.copy(found->name),
                 .functions = code_.arena.copy(std::span<const Function* const>(implementations))});
  const bool pure = std::ranges::all_of(implementations, &Function::pure);
  return pure ? folded(op) : op;
}

const Op* Compiler::matches(const Expr& expr, const Op* text, const Op* pattern) {
  if (!pattern->is_constant() || !pattern->value().is_string()) return nullptr;
  auto regex = compile_regex(pattern->value().as_string());
  if (!regex->ok()) return nullptr;
  Op* op = make(OpCode::kMatches, expr, {&text, 1});
  op->cost = static_cast<std::uint32_t>((cost_size(pattern->value()) + 3) / 4);
  op->data = regex.get();
  code_.regexes.push_back(std::move(regex));
  return folded(op);
}

const Op* Compiler::list(const Expr& expr) {
  std::vector<const Op*> args;
  for (const Expr* item : expr.args) args.push_back(compile(*item));
  auto* literal = code_.arena.make<LiteralData>();
  if (!expr.optional_indices.empty()) {
    const std::span<bool> optional = code_.arena.make_array<bool>(args.size());
    for (const std::uint32_t at : expr.optional_indices) optional[at] = true;
    literal->optional = optional;
  }
  if (args.size() > UINT16_MAX) return failure(expr, ErrorKind::kLimitExceeded, "list literal");
  Op* op = make(OpCode::kList, expr, args);
  const auto is_free = [](const Op* arg) { return arg->is_constant() && arg->cost == 0; };
  op->cost = std::ranges::all_of(args, is_free) && literal->optional.empty() ? 0 : kListCost;
  op->data = literal;
  return folded(op);
}

const Op* Compiler::map(const Expr& expr) {
  std::vector<const Op*> args;
  auto* literal = code_.arena.make<LiteralData>();
  const std::span<bool> optional = code_.arena.make_array<bool>(expr.entries.size());
  for (std::size_t i = 0; i < expr.entries.size(); ++i) {
    args.push_back(compile(*expr.entries[i].key));
    args.push_back(compile(*expr.entries[i].value));
    optional[i] = expr.entries[i].optional;
  }
  const bool any_optional = std::ranges::find(optional, true) != optional.end();
  if (any_optional) literal->optional = optional;
  if (args.size() > UINT16_MAX) return failure(expr, ErrorKind::kLimitExceeded, "map literal");
  Op* op = make(OpCode::kMap, expr, args);
  const auto is_free = [](const Op* arg) { return arg->is_constant() && arg->cost == 0; };
  op->cost = std::ranges::all_of(args, is_free) && !any_optional ? 0 : kMapCost;
  op->data = literal;
  return folded(op);
}

const Op* Compiler::structure(const Expr& expr) {
  const Reference* found = checked_.reference(expr);
  if (found == nullptr || found->structure == nullptr) {
    return failure(expr, ErrorKind::kNoSuchVariable, expr.name);
  }
  std::vector<const Op*> args;
  auto* literal = code_.arena.make<LiteralData>();
  const std::span<bool> optional = code_.arena.make_array<bool>(expr.entries.size());
  const std::span<std::string_view> names =
      code_.arena.make_array<std::string_view>(expr.entries.size());
  for (std::size_t i = 0; i < expr.entries.size(); ++i) {
    args.push_back(compile(*expr.entries[i].value));
    optional[i] = expr.entries[i].optional;
    names[i] = code_.arena.copy(expr.entries[i].field);
  }
  literal->optional = optional;
  literal->structure = found->structure;
  literal->fields = names;
  Op* op = make(OpCode::kStruct, expr, args);
  op->cost = kStructCost;
  op->data = literal;
  return folded(op);
}

}  // namespace yagura::policy
