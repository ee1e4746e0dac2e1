#include "policy/program/value.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace yagura::policy {
namespace {

// Drawn anew by each process: nobody can prepare keys that collide.
const std::uint64_t kHashSeed =
    (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}();

std::uint64_t mix(std::uint64_t h) {
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93ULL;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93ULL;
  return h ^ (h >> 32);
}

std::uint64_t hash_bytes(std::string_view text) {
  std::uint64_t h = kHashSeed ^ text.size();
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    h = mix(h ^ word);
  }
  if (i < text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, text.size() - i);
    h = mix(h ^ word);
  }
  return h;
}

// A number as a map key: a whole double is the int or uint of the same value.
struct NumericKey {
  enum class Kind : std::uint8_t { kInt, kUint, kDouble } kind;
  std::uint64_t bits;
  friend bool operator==(const NumericKey&, const NumericKey&) = default;
};

NumericKey numeric_key(const Value& v) {
  if (v.is_int()) return {NumericKey::Kind::kInt, static_cast<std::uint64_t>(v.as_int())};
  if (v.is_uint()) {
    const std::uint64_t u = v.as_uint();
    return {u <= INT64_MAX ? NumericKey::Kind::kInt : NumericKey::Kind::kUint, u};
  }
  const double d = v.as_double();
  if (d >= -0x1p63 && d < 0x1p63) {
    const auto i = static_cast<std::int64_t>(d);
    if (static_cast<double>(i) == d) {
      return {NumericKey::Kind::kInt, static_cast<std::uint64_t>(i)};
    }
  } else if (d >= 0x1p63 && d < 0x1p64) {
    return {NumericKey::Kind::kUint, static_cast<std::uint64_t>(d)};
  }
  return {NumericKey::Kind::kDouble, std::bit_cast<std::uint64_t>(d)};
}

bool is_number(const Value& v) { return v.is_int() || v.is_uint() || v.is_double(); }

Ordering order(std::partial_ordering o) {
  if (o < 0) return Ordering::kLess;
  if (o > 0) return Ordering::kGreater;
  return o == 0 ? Ordering::kEqual : Ordering::kUnordered;
}

// Mixed with a double: as doubles, though that loses digits, as cel-go compares and cel-spec tests.
double to_double(const Value& v) {
  if (v.is_int()) return static_cast<double>(v.as_int());
  if (v.is_uint()) return static_cast<double>(v.as_uint());
  return v.as_double();
}

Ordering compare_numbers(const Value& a, const Value& b) {
  if (a.is_double() || b.is_double()) return order(to_double(a) <=> to_double(b));
  if (a.is_int() && b.is_int()) return order(a.as_int() <=> b.as_int());
  if (a.is_uint() && b.is_uint()) return order(a.as_uint() <=> b.as_uint());
  if (a.is_int()) {
    const std::int64_t i = a.as_int();
    return i < 0 ? Ordering::kLess : order(static_cast<std::uint64_t>(i) <=> b.as_uint());
  }
  const std::int64_t i = b.as_int();
  return i < 0 ? Ordering::kGreater : order(a.as_uint() <=> static_cast<std::uint64_t>(i));
}

bool equal_lists(const Value& a, const Value& b, std::uint64_t& work) {
  if (a.count() != b.count()) return false;
  if (a.has_node() && b.has_node() && a.as_node() == b.as_node()) return true;
  for (std::uint32_t i = 0; i < a.count(); ++i) {
    ++work;
    if (!equal(a.item(i), b.item(i), work)) return false;
  }
  return true;
}

bool equal_maps(const Value& a, const Value& b, std::uint64_t& work) {
  if (a.count() != b.count()) return false;
  for (std::uint32_t i = 0; i < a.count(); ++i) {
    ++work;
    const Value other = b.find(a.key_at(i));
    if (other.is_absent() || !equal(a.value_at(i), other, work)) return false;
  }
  return true;
}

}  // namespace

bool same_map_key(const Value& a, const Value& b) {
  if (a.is_string()) return b.is_string() && a.as_string() == b.as_string();
  if (a.is_bool()) return b.is_bool() && a.as_bool() == b.as_bool();
  return is_number(a) && is_number(b) && numeric_key(a) == numeric_key(b);
}

Value Value::find(std::string_view key) const {
  if (has_node()) {
    const kube::Node* found = as_node()->find(key);
    return found == nullptr ? Value() : node(*found);
  }
  return find(string(key));
}

Value Value::find(const Value& key) const {
  if (has_node()) return key.is_string() ? find(key.as_string()) : Value();
  const MapData& data = map_data();
  if (data.index.empty()) {
    for (const MapEntry& entry : data.entries) {
      if (same_map_key(entry.key, key)) return entry.value;
    }
    return {};
  }
  const std::size_t mask = data.index.size() - 1;
  for (std::size_t at = hash(key) & mask; data.index[at] != 0; at = (at + 1) & mask) {
    const MapEntry& entry = data.entries[data.index[at] - 1];
    if (same_map_key(entry.key, key)) return entry.value;
  }
  return {};
}

bool equal(const Value& a, const Value& b, std::uint64_t& work) {
  if (is_number(a) && is_number(b)) return compare_numbers(a, b) == Ordering::kEqual;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return a.as_bool() == b.as_bool();
    case ValueKind::kString:
      if (a.count() != b.count()) return false;
      work += a.count() / 16;
      return a.as_string() == b.as_string();
    case ValueKind::kBytes:
    case ValueKind::kType:
      work += a.count() / 16;
      return a.as_bytes() == b.as_bytes();
    case ValueKind::kTimestamp:
      return a.as_timestamp() == b.as_timestamp();
    case ValueKind::kDuration:
      return a.as_duration() == b.as_duration();
    case ValueKind::kList:
      return equal_lists(a, b, work);
    case ValueKind::kMap:
      return equal_maps(a, b, work);
    case ValueKind::kOptional: {
      const Value* x = a.as_optional();
      const Value* y = b.as_optional();
      if (x == nullptr || y == nullptr) return x == y;
      return equal(*x, *y, work);
    }
    case ValueKind::kOpaque:
      return a.as_opaque().type_name() == b.as_opaque().type_name() &&
             a.as_opaque().equals(b.as_opaque());
    default:
      return false;
  }
}

Ordering compare(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return compare_numbers(a, b);
  if (a.kind() != b.kind()) return Ordering::kNoOverload;
  switch (a.kind()) {
    case ValueKind::kBool:
      return order(a.as_bool() <=> b.as_bool());
    case ValueKind::kString:
      return order(a.as_string() <=> b.as_string());
    case ValueKind::kBytes:
      return order(a.as_bytes() <=> b.as_bytes());
    case ValueKind::kTimestamp:
      return order(a.as_timestamp() <=> b.as_timestamp());
    case ValueKind::kDuration:
      return order(a.as_duration() <=> b.as_duration());
    default:
      return Ordering::kNoOverload;
  }
}

std::uint64_t hash(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kBool:
      return mix(kHashSeed + (value.as_bool() ? 3 : 2));
    case ValueKind::kInt:
    case ValueKind::kUint:
    case ValueKind::kDouble:
      // Beyond 2^53 an int and a double may be equal and not have the same key; such an int has the
      // hash of its double, so that equal values share it.
      return mix(kHashSeed ^ std::bit_cast<std::uint64_t>(to_double(value) + 0.0));
    case ValueKind::kString:
      return hash_bytes(value.as_string());
    case ValueKind::kBytes:
    case ValueKind::kType:
      return mix(hash_bytes(value.as_bytes()) + static_cast<std::uint64_t>(value.kind()));
    case ValueKind::kTimestamp:
      return mix(kHashSeed ^ static_cast<std::uint64_t>(value.as_timestamp().seconds) ^
                 static_cast<std::uint64_t>(value.as_timestamp().nanos) << 40);
    case ValueKind::kDuration:
      return mix(kHashSeed + 5 + static_cast<std::uint64_t>(value.as_duration()));
    case ValueKind::kList: {
      std::uint64_t h = kHashSeed + value.count();
      for (std::uint32_t i = 0; i < value.count(); ++i) h = mix(h ^ hash(value.item(i)));
      return h;
    }
    case ValueKind::kMap: {
      std::uint64_t sum = 0;  // order does not count
      for (std::uint32_t i = 0; i < value.count(); ++i) {
        sum += mix(hash(value.key_at(i)) * 31 + hash(value.value_at(i)));
      }
      return mix(sum + value.count());
    }
    case ValueKind::kOptional:
      return value.as_optional() == nullptr ? kHashSeed : mix(hash(*value.as_optional()) + 7);
    default:
      return mix(static_cast<std::uint64_t>(value.kind()));  // opaque: by equality alone
  }
}

}  // namespace yagura::policy
