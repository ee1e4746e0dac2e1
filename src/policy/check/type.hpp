#pragma once

// CEL types. A type is a `const Type*`, interned: within one table and its ancestors equal types
// are the same pointer.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace yagura::policy {

enum class TypeKind : std::uint8_t {
  kDyn,
  kError,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,  // google.protobuf.Timestamp
  kDuration,   // google.protobuf.Duration
  kAny,        // google.protobuf.Any
  kWrapper,    // parameters: what it wraps; google.protobuf.Int64Value and so on
  kList,       // parameters: element
  kMap,        // parameters: key, value
  kType,       // parameters: what it is the type of; none: type
  kOpaque,     // name and parameters: optional_type(A), net.IP, kubernetes.Quantity
  kStruct,     // name: an object type with fields
  kParameter,  // name: a type parameter of a signature
  kVariable,   // index: one to be inferred; only while checking
};

struct Type {
  TypeKind kind = TypeKind::kDyn;
  std::uint32_t index = 0;  // kVariable
  std::string_view
      name;  // kOpaque, kStruct, kParameter; the CEL name of the kinds without parameters
  std::span<const Type* const> parameters;
  std::uint32_t size = 1;       // how many types it is made of
  bool has_parameters = false;  // a kParameter or kVariable is in it

  [[nodiscard]] bool is(TypeKind k) const { return kind == k; }
  [[nodiscard]] bool is_dyn() const { return kind == TypeKind::kDyn; }
  [[nodiscard]] bool is_optional() const {
    return kind == TypeKind::kOpaque && name == "optional_type";
  }
};

// A type made of more is dyn: hostile expressions can make types that are as large as memory.
inline constexpr std::uint32_t kMaxTypeSize = 500;

// The types that stand for themselves; they belong to no table and live for ever.
namespace types {
extern const Type kDyn, kError, kNull, kBool, kInt, kUint, kDouble, kString, kBytes, kTimestamp,
    kDuration, kAny, kTypeType;
extern const Type kBoolWrapper, kIntWrapper, kUintWrapper, kDoubleWrapper, kStringWrapper,
    kBytesWrapper;
}  // namespace types

// Makes and keeps types. Not thread-safe to change; a table that is only read may be shared, also
// as parent.
class TypeTable {
 public:
  explicit TypeTable(std::shared_ptr<const TypeTable> parent = nullptr);
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;
  ~TypeTable();

  [[nodiscard]] const Type* list(const Type* element);
  [[nodiscard]] const Type* map(const Type* key, const Type* value);
  [[nodiscard]] const Type* type_of(const Type* type);
  [[nodiscard]] const Type* optional(const Type* value);
  [[nodiscard]] const Type* opaque(std::string_view name,
                                   std::span<const Type* const> parameters = {});
  [[nodiscard]] const Type* structure(std::string_view name);
  [[nodiscard]] const Type* parameter(std::string_view name);
  [[nodiscard]] const Type* variable(std::uint32_t index);
  // The same type in this table: for types that come from a table that is no ancestor.
  [[nodiscard]] const Type* import(const Type* type);

  // The type that has this name: "int", "google.protobuf.Timestamp", "google.protobuf.Int64Value"
  // (a wrapper), "google.protobuf.Struct" (map(string, dyn)), "google.protobuf.Value" (dyn), "list"
  // (list(dyn)), …; null for others.
  [[nodiscard]] const Type* well_known(std::string_view name);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "list(string)", "map(string, dyn)", "wrapper(int)", "optional_type(int)", as upstream prints
// them.
[[nodiscard]] std::string to_string(const Type& type);

}  // namespace yagura::policy
