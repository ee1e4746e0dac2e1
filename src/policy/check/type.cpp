#include "policy/check/type.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/arena.hpp"

namespace yagura::policy {

namespace types {

constinit const Type kDyn = {.kind = TypeKind::kDyn, .name = "dyn"};
constinit const Type kError = {.kind = TypeKind::kError, .name = "!error!"};
constinit const Type kNull = {.kind = TypeKind::kNull, .name = "null_type"};
constinit const Type kBool = {.kind = TypeKind::kBool, .name = "bool"};
constinit const Type kInt = {.kind = TypeKind::kInt, .name = "int"};
constinit const Type kUint = {.kind = TypeKind::kUint, .name = "uint"};
constinit const Type kDouble = {.kind = TypeKind::kDouble, .name = "double"};
constinit const Type kString = {.kind = TypeKind::kString, .name = "string"};
constinit const Type kBytes = {.kind = TypeKind::kBytes, .name = "bytes"};
constinit const Type kTimestamp = {.kind = TypeKind::kTimestamp,
                                   .name = "google.protobuf.Timestamp"};
constinit const Type kDuration = {.kind = TypeKind::kDuration, .name = "google.protobuf.Duration"};
constinit const Type kAny = {.kind = TypeKind::kAny, .name = "google.protobuf.Any"};
constinit const Type kTypeType = {.kind = TypeKind::kType, .name = "type"};

namespace {
constinit const Type* const kWrapped[] = {&kBool, &kInt, &kUint, &kDouble, &kString, &kBytes};

constexpr Type wrapper(std::size_t i) {
  return {.kind = TypeKind::kWrapper, .name = "wrapper", .parameters = {kWrapped + i, 1}};
}
}  // namespace

constinit const Type kBoolWrapper = wrapper(0);
constinit const Type kIntWrapper = wrapper(1);
constinit const Type kUintWrapper = wrapper(2);
constinit const Type kDoubleWrapper = wrapper(3);
constinit const Type kStringWrapper = wrapper(4);
constinit const Type kBytesWrapper = wrapper(5);

}  // namespace types

namespace {

void mix(std::size_t& hash, std::size_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
}

// Parameters are interned already, so that they are compared as pointers.
struct TypeHash {
  std::size_t operator()(const Type* type) const {
    std::size_t hash = static_cast<std::size_t>(type->kind);
    mix(hash, type->index);
    mix(hash, std::hash<std::string_view>{}(type->name));
    for (const Type* parameter : type->parameters) {
      mix(hash, reinterpret_cast<std::size_t>(parameter));
    }
    return hash;
  }
};

struct TypeEqual {
  bool operator()(const Type* a, const Type* b) const {
    return a->kind == b->kind && a->index == b->index && a->name == b->name &&
           std::ranges::equal(a->parameters, b->parameters);
  }
};

struct WellKnown {
  std::string_view name;
  const Type* type;
};

constexpr WellKnown kWellKnown[] = {
    {"bool", &types::kBool},
    {"int", &types::kInt},
    {"uint", &types::kUint},
    {"double", &types::kDouble},
    {"string", &types::kString},
    {"bytes", &types::kBytes},
    {"dyn", &types::kDyn},
    {"null_type", &types::kNull},
    {"null", &types::kNull},
    {"type", &types::kTypeType},
    {"google.protobuf.Timestamp", &types::kTimestamp},
    {"google.protobuf.Duration", &types::kDuration},
    {"google.protobuf.Any", &types::kAny},
    {"google.protobuf.Value", &types::kDyn},
    {"google.protobuf.BoolValue", &types::kBoolWrapper},
    {"google.protobuf.Int32Value", &types::kIntWrapper},
    {"google.protobuf.Int64Value", &types::kIntWrapper},
    {"google.protobuf.UInt32Value", &types::kUintWrapper},
    {"google.protobuf.UInt64Value", &types::kUintWrapper},
    {"google.protobuf.FloatValue", &types::kDoubleWrapper},
    {"google.protobuf.DoubleValue", &types::kDoubleWrapper},
    {"google.protobuf.StringValue", &types::kStringWrapper},
    {"google.protobuf.BytesValue", &types::kBytesWrapper},
};

}  // namespace

struct TypeTable::Impl {
  std::shared_ptr<const TypeTable> parent;
  core::Arena arena;
  std::unordered_set<const Type*, TypeHash, TypeEqual> known;

  [[nodiscard]] const Type* find(const Type& type) const {
    for (const Impl* table = this; table != nullptr;
         table = table->parent != nullptr ? table->parent->impl_.get() : nullptr) {
      if (const auto found = table->known.find(&type); found != table->known.end()) return *found;
    }
    return nullptr;
  }

  const Type* intern(Type type) {
    if (const Type* found = find(type)) return found;
    for (const Type* parameter : type.parameters) type.size += parameter->size;
    if (type.size > kMaxTypeSize) return &types::kDyn;
    type.has_parameters =
        type.kind == TypeKind::kParameter || type.kind == TypeKind::kVariable ||
        std::ranges::any_of(type.parameters, [](const Type* p) { return p->has_parameters; });
    type.name = arena.copy(type.name);
    type.parameters = arena.copy(type.parameters);
    const Type* kept = arena.make<Type>(type);
    known.insert(kept);
    return kept;
  }
};

TypeTable::TypeTable(std::shared_ptr<const TypeTable> parent) : impl_(std::make_unique<Impl>()) {
  impl_->parent = std::move(parent);
}

TypeTable::~TypeTable() = default;

const Type* TypeTable::list(const Type* element) {
  return impl_->intern({.kind = TypeKind::kList, .name = "list", .parameters = {&element, 1}});
}

const Type* TypeTable::map(const Type* key, const Type* value) {
  const std::array<const Type*, 2> parameters = {key, value};
  return impl_->intern({.kind = TypeKind::kMap, .name = "map", .parameters = parameters});
}

const Type* TypeTable::type_of(const Type* type) {
  return impl_->intern({.kind = TypeKind::kType, .name = "type", .parameters = {&type, 1}});
}

const Type* TypeTable::optional(const Type* value) { return opaque("optional_type", {&value, 1}); }

const Type* TypeTable::opaque(std::string_view name, std::span<const Type* const> parameters) {
  return impl_->intern({.kind = TypeKind::kOpaque, .name = name, .parameters = parameters});
}

const Type* TypeTable::structure(std::string_view name) {
  return impl_->intern({.kind = TypeKind::kStruct, .name = name});
}

const Type* TypeTable::parameter(std::string_view name) {
  return impl_->intern({.kind = TypeKind::kParameter, .name = name});
}

const Type* TypeTable::variable(std::uint32_t index) {
  return impl_->intern({.kind = TypeKind::kVariable, .index = index});
}

const Type* TypeTable::import(const Type* type) {
  switch (type->kind) {
    case TypeKind::kList:
    case TypeKind::kMap:
    case TypeKind::kOpaque:
    case TypeKind::kStruct:
    case TypeKind::kParameter:
      break;
    case TypeKind::kType:
      if (type->parameters.empty()) return type;
      break;
    default:
      return type;
  }
  std::array<const Type*, 8> parameters = {};
  if (type->parameters.size() > parameters.size()) return &types::kDyn;
  for (std::size_t i = 0; i < type->parameters.size(); ++i) {
    parameters[i] = import(type->parameters[i]);
  }
  return impl_->intern({.kind = type->kind,
                        .name = type->name,
                        .parameters = {parameters.data(), type->parameters.size()}});
}

const Type* TypeTable::well_known(std::string_view name) {
  for (const WellKnown& known : kWellKnown) {
    if (known.name == name) return known.type;
  }
  if (name == "list" || name == "google.protobuf.ListValue") return list(&types::kDyn);
  if (name == "map") return map(&types::kDyn, &types::kDyn);
  if (name == "google.protobuf.Struct") return map(&types::kString, &types::kDyn);
  if (name == "optional_type") return optional(&types::kDyn);
  return nullptr;
}

std::string to_string(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNull:
      return "null";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kDuration:
      return "duration";
    case TypeKind::kAny:
      return "any";
    case TypeKind::kVariable:
      return "_var" + std::to_string(type.index);
    default:
      break;
  }
  std::string out(type.name);
  if (type.parameters.empty()) return out;
  out += '(';
  for (std::size_t i = 0; i < type.parameters.size(); ++i) {
    if (i > 0) out += ", ";
    out += to_string(*type.parameters[i]);
  }
  return out + ")";
}

}  // namespace yagura::policy
