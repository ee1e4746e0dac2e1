#pragma once

// A CEL value in 16 bytes, passed in registers. It owns nothing: text, lists and maps stand in the
// object tree (kube::Node), in the program's constants, or in the arena of the EvalContext that
// made them, and a Value is valid as long as they are.
//
// Whatever is read from an object keeps its node, scalars too: they are read through it. So
// node() says where a value came from even after it went through map(), filter(), list
// concatenation or a variable, and reading a field copies nothing.
//
// Numbers of an object: kInt -> int; kUint (beyond int64) and kDouble -> double, as Kubernetes
// reads JSON numbers.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kube/node.hpp"

namespace yagura::policy {

class Value;

enum class ValueKind : std::uint8_t {
  kAbsent,  // no value at all: a variable that is not bound, a key that is not there. Never a
            // result
  kError,
  kUnknown,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,
  kMap,
  kType,
  kOptional,
  kOpaque,  // an abstract type of a library
};

enum class ErrorKind : std::uint8_t {
  kNoSuchOverload,  // detail: empty, or what was applied to what
  kNoSuchKey,       // detail: the key
  kNoSuchField,     // detail: the field (of something that is no map)
  kNoSuchVariable,  // detail: the name
  kDivisionByZero,
  kModulusByZero,
  kOverflow,         // detail: empty, or of what
  kOutOfRange,       // detail: what is out of which range
  kInvalidArgument,  // detail: the whole message
  kCostExceeded,
  kLimitExceeded,  // detail: which
  kCustom,         // detail: the whole message
};

struct ErrorValue {
  ErrorKind kind = ErrorKind::kCustom;
  std::uint32_t expr_id = 0;  // of the expression that failed; 0: not known
  std::string_view detail;
};

// The expressions whose values nobody knows: ascending ids.
struct UnknownSet {
  std::span<const std::uint32_t> expr_ids;
};

struct Timestamp {
  std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z; year 1 to 9999
  std::int32_t nanos = 0;    // 0 to 999,999,999
  friend bool operator==(const Timestamp&, const Timestamp&) = default;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// A value of an abstract type: net.IP, kubernetes.Quantity, authorizer. Made in an arena
// (Arena::make), so trivially destructible; compared by type name and equals().
class Opaque {
 public:
  [[nodiscard]] virtual std::string_view type_name() const = 0;
  // Precondition: the other one has the same type_name().
  [[nodiscard]] virtual bool equals(const Opaque& other) const = 0;
  // For messages and traces, not for conversions.
  virtual void append_text(std::string& out) const = 0;

 protected:
  ~Opaque() = default;
};

struct MapEntry;

// A map that is not backed by a node. Keys are distinct; order is insertion order. Made by
// MapBuilder (collections.hpp).
struct MapData {
  std::span<const MapEntry> entries;
  std::span<const std::uint32_t> index;  // open addressing, entry number + 1; empty for small maps
};

class Value {
 public:
  constexpr Value() = default;  // kAbsent

  [[nodiscard]] static constexpr Value null() { return Value(ValueKind::kNull, 0, 0, 0); }
  [[nodiscard]] static constexpr Value boolean(bool v) {
    return Value(ValueKind::kBool, 0, v ? 1 : 0, 0);
  }
  [[nodiscard]] static constexpr Value integer(std::int64_t v) {
    return Value(ValueKind::kInt, 0, 0, static_cast<std::uint64_t>(v));
  }
  [[nodiscard]] static constexpr Value unsigned_integer(std::uint64_t v) {
    return Value(ValueKind::kUint, 0, 0, v);
  }
  [[nodiscard]] static constexpr Value real(double v) {
    return Value(ValueKind::kDouble, 0, 0, __builtin_bit_cast(std::uint64_t, v));
  }
  // The text is not copied (EvalContext::copy_string() does). Strings are valid UTF-8. At most 4
  // GiB.
  [[nodiscard]] static Value string(std::string_view v, bool ascii = false) {
    return Value(ValueKind::kString, ascii ? kAscii : 0, static_cast<std::uint32_t>(v.size()),
                 bits(v.data()));
  }
  [[nodiscard]] static Value bytes(std::string_view v) {
    return Value(ValueKind::kBytes, 0, static_cast<std::uint32_t>(v.size()), bits(v.data()));
  }
  [[nodiscard]] static constexpr Value timestamp(Timestamp v) {
    return Value(ValueKind::kTimestamp, 0, static_cast<std::uint32_t>(v.nanos),
                 static_cast<std::uint64_t>(v.seconds));
  }
  // Nanoseconds in 64 bits, about 292 years either way, as in cel-go.
  [[nodiscard]] static constexpr Value duration(std::int64_t nanoseconds) {
    return Value(ValueKind::kDuration, 0, 0, static_cast<std::uint64_t>(nanoseconds));
  }
  [[nodiscard]] static Value list(std::span<const Value> items) {
    return Value(ValueKind::kList, 0, static_cast<std::uint32_t>(items.size()), bits(items.data()));
  }
  [[nodiscard]] static Value map(const MapData* data) {
    return Value(ValueKind::kMap, 0, static_cast<std::uint32_t>(data->entries.size()), bits(data));
  }
  // By its name: "int", "google.protobuf.Timestamp", "net.IP". The text is not copied.
  [[nodiscard]] static Value type(std::string_view name) {
    return Value(ValueKind::kType, 0, static_cast<std::uint32_t>(name.size()), bits(name.data()));
  }
  // Null pointer: none.
  [[nodiscard]] static Value optional(const Value* value) {
    return Value(ValueKind::kOptional, 0, 0, bits(value));
  }
  [[nodiscard]] static Value opaque(const Opaque* value) {
    return Value(ValueKind::kOpaque, 0, 0, bits(value));
  }
  [[nodiscard]] static Value error(const ErrorValue* value) {
    return Value(ValueKind::kError, 0, 0, bits(value));
  }
  [[nodiscard]] static Value unknown(const UnknownSet* value) {
    return Value(ValueKind::kUnknown, 0, 0, bits(value));
  }
  // Of an object: O(1), nothing is copied.
  [[nodiscard]] static Value node(const kube::Node& node) {
    std::uint32_t aux = 0;
    std::uint8_t flags = kNode;
    switch (node.kind()) {
      case kube::NodeKind::kBool:
        aux = node.as_bool() ? 1 : 0;
        break;
      case kube::NodeKind::kString:
        aux = static_cast<std::uint32_t>(node.as_string().size());
        if (node.is_ascii()) flags |= kAscii;
        break;
      case kube::NodeKind::kList:
        aux = static_cast<std::uint32_t>(node.items().size());
        break;
      case kube::NodeKind::kMap:
        aux = static_cast<std::uint32_t>(node.members().size());
        break;
      default:
        break;
    }
    return Value(kKindOfNode[static_cast<std::size_t>(node.kind())], flags, aux, bits(&node));
  }

  [[nodiscard]] constexpr ValueKind kind() const { return kind_; }
  [[nodiscard]] constexpr bool is(ValueKind kind) const { return kind_ == kind; }
  [[nodiscard]] constexpr bool is_absent() const { return kind_ == ValueKind::kAbsent; }
  [[nodiscard]] constexpr bool is_error() const { return kind_ == ValueKind::kError; }
  [[nodiscard]] constexpr bool is_unknown() const { return kind_ == ValueKind::kUnknown; }
  // No value that a strict function can work on: absent, error, unknown.
  [[nodiscard]] constexpr bool is_abnormal() const { return kind_ <= ValueKind::kUnknown; }
  [[nodiscard]] constexpr bool is_null() const { return kind_ == ValueKind::kNull; }
  [[nodiscard]] constexpr bool is_bool() const { return kind_ == ValueKind::kBool; }
  [[nodiscard]] constexpr bool is_int() const { return kind_ == ValueKind::kInt; }
  [[nodiscard]] constexpr bool is_uint() const { return kind_ == ValueKind::kUint; }
  [[nodiscard]] constexpr bool is_double() const { return kind_ == ValueKind::kDouble; }
  [[nodiscard]] constexpr bool is_string() const { return kind_ == ValueKind::kString; }
  [[nodiscard]] constexpr bool is_bytes() const { return kind_ == ValueKind::kBytes; }
  [[nodiscard]] constexpr bool is_timestamp() const { return kind_ == ValueKind::kTimestamp; }
  [[nodiscard]] constexpr bool is_duration() const { return kind_ == ValueKind::kDuration; }
  [[nodiscard]] constexpr bool is_list() const { return kind_ == ValueKind::kList; }
  [[nodiscard]] constexpr bool is_map() const { return kind_ == ValueKind::kMap; }
  [[nodiscard]] constexpr bool is_type() const { return kind_ == ValueKind::kType; }
  [[nodiscard]] constexpr bool is_optional() const { return kind_ == ValueKind::kOptional; }
  [[nodiscard]] constexpr bool is_opaque() const { return kind_ == ValueKind::kOpaque; }
  [[nodiscard]] constexpr bool is_true() const { return is_bool() && aux_ != 0; }
  [[nodiscard]] constexpr bool is_false() const { return is_bool() && aux_ == 0; }

  // Preconditions: the kind fits.
  [[nodiscard]] constexpr bool as_bool() const { return aux_ != 0; }
  [[nodiscard]] std::int64_t as_int() const {
    return has_node() ? as_node()->as_int() : static_cast<std::int64_t>(payload_);
  }
  [[nodiscard]] std::uint64_t as_uint() const { return payload_; }
  [[nodiscard]] double as_double() const {
    if (!has_node()) return __builtin_bit_cast(double, payload_);
    const kube::Node* from = as_node();
    return from->kind() == kube::NodeKind::kUint ? static_cast<double>(from->as_uint())
                                                 : from->as_double();
  }
  [[nodiscard]] std::string_view as_string() const {
    if (has_node()) return as_node()->as_string();
    return {reinterpret_cast<const char*>(payload_), aux_};
  }
  [[nodiscard]] std::string_view as_bytes() const {
    return {reinterpret_cast<const char*>(payload_), aux_};
  }
  [[nodiscard]] std::string_view as_type() const { return as_bytes(); }
  [[nodiscard]] Timestamp as_timestamp() const {
    return {.seconds = static_cast<std::int64_t>(payload_),
            .nanos = static_cast<std::int32_t>(aux_)};
  }
  [[nodiscard]] std::int64_t as_duration() const { return static_cast<std::int64_t>(payload_); }
  [[nodiscard]] const Opaque& as_opaque() const {
    return *reinterpret_cast<const Opaque*>(payload_);
  }
  // Null: none.
  [[nodiscard]] const Value* as_optional() const {
    return reinterpret_cast<const Value*>(payload_);
  }
  [[nodiscard]] const ErrorValue& as_error() const {
    return *reinterpret_cast<const ErrorValue*>(payload_);
  }
  [[nodiscard]] const UnknownSet& as_unknown() const {
    return *reinterpret_cast<const UnknownSet*>(payload_);
  }

  // Lists and maps: number of items or entries, O(1). More in collections.hpp.
  [[nodiscard]] std::uint32_t count() const { return aux_; }
  [[nodiscard]] inline Value item(std::uint32_t at) const;      // list; at < count()
  [[nodiscard]] inline Value key_at(std::uint32_t at) const;    // map; at < count()
  [[nodiscard]] inline Value value_at(std::uint32_t at) const;  // map; at < count()
  [[nodiscard]] Value find(std::string_view key) const;         // map; kAbsent: not there
  [[nodiscard]] Value find(const Value& key) const;             // map; numeric keys by value

  // Strings: every code point is one byte (known, not computed: false says nothing).
  [[nodiscard]] bool is_known_ascii() const { return (flags_ & kAscii) != 0; }

  // Read from an object.
  [[nodiscard]] constexpr bool has_node() const { return (flags_ & kNode) != 0; }
  // Precondition: has_node().
  [[nodiscard]] const kube::Node* as_node() const {
    return reinterpret_cast<const kube::Node*>(payload_);
  }
  // Precondition: list or map without a node.
  [[nodiscard]] const Value* list_data() const { return reinterpret_cast<const Value*>(payload_); }
  [[nodiscard]] const MapData& map_data() const {
    return *reinterpret_cast<const MapData*>(payload_);
  }

 private:
  static constexpr std::uint8_t kNode = 1;
  static constexpr std::uint8_t kAscii = 2;
  static constexpr ValueKind kKindOfNode[] = {
      ValueKind::kNull,   ValueKind::kBool,   ValueKind::kInt,  ValueKind::kDouble,
      ValueKind::kDouble, ValueKind::kString, ValueKind::kList, ValueKind::kMap};

  constexpr Value(ValueKind kind, std::uint8_t flags, std::uint32_t aux, std::uint64_t payload)
      : kind_(kind), flags_(flags), aux_(aux), payload_(payload) {}
  static std::uint64_t bits(const void* pointer) {
    return reinterpret_cast<std::uint64_t>(pointer);
  }

  ValueKind kind_ = ValueKind::kAbsent;
  std::uint8_t flags_ = 0;
  std::uint16_t unused_ = 0;
  std::uint32_t aux_ = 0;  // size, truth, nanoseconds
  std::uint64_t payload_ = 0;
};

static_assert(sizeof(Value) == 16);

struct MapEntry {
  Value key;
  Value value;
};

inline Value Value::item(std::uint32_t at) const {
  return has_node() ? node(as_node()->items()[at]) : list_data()[at];
}
inline Value Value::key_at(std::uint32_t at) const {
  return has_node() ? string(as_node()->members()[at].key) : map_data().entries[at].key;
}
inline Value Value::value_at(std::uint32_t at) const {
  return has_node() ? node(as_node()->members()[at].value) : map_data().entries[at].value;
}

// Where a value was read from an object, else null.
[[nodiscard]] inline const kube::Node* node_of(const Value& value) {
  return value.has_node() ? value.as_node() : nullptr;
}

// CEL's equality across types: numbers by value, values of different kinds are not equal, NaN
// equals nothing. Linear in the values' size; recursion is bounded by their depth (objects: the
// reader's limit; constructed values: the depth of expressions).
// `work`: raised by what was looked at, a unit for an element or 16 bytes.
[[nodiscard]] bool equal(const Value& a, const Value& b, std::uint64_t& work);
[[nodiscard]] inline bool equal(const Value& a, const Value& b) {
  std::uint64_t work = 0;
  return equal(a, b, work);
}

enum class Ordering : std::int8_t { kLess = -1, kEqual = 0, kGreater = 1, kUnordered, kNoOverload };

// For <, <=, >, >=: numbers across types, strings and bytes by bytes, bools, timestamps, durations;
// kUnordered: NaN is involved; kNoOverload: these kinds have no order.
[[nodiscard]] Ordering compare(const Value& a, const Value& b);

// Is it the same key of a map: bools, strings, and numbers by exact value (1, 1u, 1.0).
[[nodiscard]] bool same_map_key(const Value& a, const Value& b);

// Equal values have equal hashes. Seeded anew by each process.
[[nodiscard]] std::uint64_t hash(const Value& value);

// As type() and messages name it: "int", "null_type", "google.protobuf.Duration", "optional_type".
[[nodiscard]] std::string_view type_name(const Value& value);

// "no such key: foo". Precondition: an error.
[[nodiscard]] std::string error_text(const Value& value);

// The value as CEL source would write it, more or less: "[1, 2u, \"a\"]". For tests, messages and
// traces. Cut, with an ellipsis, at about `max_size` bytes.
[[nodiscard]] std::string to_debug_string(const Value& value, std::size_t max_size = 4096);

}  // namespace yagura::policy
