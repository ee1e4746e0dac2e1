#pragma once

// How the rules see one event, whatever it came from: a kernel record, a capture, an audit log's
// line.

#include <cstdint>
#include <span>
#include <string_view>

#include "rules/field.hpp"

namespace yagura::rules {

// What a field of an event holds. Owns nothing: text, addresses and lists live in the view, until
// its next event. 16 bytes, passed by value.
class Value {
 public:
  enum class Kind : std::uint8_t {
    kAbsent,  // the event has no such thing: every comparison fails, and so does `exists`
    kString,
    kInteger,
    kDouble,
    kBoolean,
    kIp,  // 4 or 16 bytes in network order
    kStringList,
    kIntegerList,
    kIpList,  // each 4 or 16 bytes in network order
  };

  constexpr Value() = default;
  [[nodiscard]] static constexpr Value absent() { return {}; }
  [[nodiscard]] static constexpr Value string(std::string_view text) {
    Value value(Kind::kString, text.size());
    value.data_.text = text.data();
    return value;
  }
  [[nodiscard]] static constexpr Value integer(std::int64_t number) {
    Value value(Kind::kInteger, 0);
    value.data_.integer = number;
    return value;
  }
  [[nodiscard]] static constexpr Value real(double number) {
    Value value(Kind::kDouble, 0);
    value.data_.real = number;
    return value;
  }
  [[nodiscard]] static constexpr Value boolean(bool truth) {
    Value value(Kind::kBoolean, 0);
    value.data_.integer = truth ? 1 : 0;
    return value;
  }
  // Precondition: 4 or 16 bytes.
  [[nodiscard]] static constexpr Value ip(std::string_view bytes) {
    Value value = string(bytes);
    value.kind_ = Kind::kIp;
    return value;
  }
  [[nodiscard]] static constexpr Value strings(std::span<const std::string_view> list) {
    Value value(Kind::kStringList, list.size());
    value.data_.strings = list.data();
    return value;
  }
  [[nodiscard]] static constexpr Value integers(std::span<const std::int64_t> list) {
    Value value(Kind::kIntegerList, list.size());
    value.data_.integers = list.data();
    return value;
  }
  [[nodiscard]] static constexpr Value ips(std::span<const std::string_view> list) {
    Value value = strings(list);
    value.kind_ = Kind::kIpList;
    return value;
  }

  [[nodiscard]] constexpr Kind kind() const { return kind_; }
  [[nodiscard]] constexpr bool is_absent() const { return kind_ == Kind::kAbsent; }

  // Preconditions: the kind fits.
  [[nodiscard]] constexpr std::string_view as_string() const { return {data_.text, size_}; }
  [[nodiscard]] constexpr std::string_view as_ip() const { return {data_.text, size_}; }
  [[nodiscard]] constexpr std::int64_t as_integer() const { return data_.integer; }
  [[nodiscard]] constexpr double as_double() const { return data_.real; }
  [[nodiscard]] constexpr bool as_boolean() const { return data_.integer != 0; }
  [[nodiscard]] constexpr std::span<const std::string_view> as_strings() const {
    return {data_.strings, size_};
  }
  [[nodiscard]] constexpr std::span<const std::int64_t> as_integers() const {
    return {data_.integers, size_};
  }
  [[nodiscard]] constexpr std::span<const std::string_view> as_ips() const {
    return {data_.strings, size_};
  }

 private:
  constexpr Value(Kind kind, std::size_t size)
      : size_(static_cast<std::uint32_t>(size)), kind_(kind) {}

  union {
    const char* text;
    std::int64_t integer;
    double real;
    const std::string_view* strings;
    const std::int64_t* integers;
  } data_ = {.integer = 0};
  std::uint32_t size_ = 0;
  Kind kind_ = Kind::kAbsent;
};

static_assert(sizeof(Value) == 16);

// One event of one source. Used by one thread at a time. The engine remembers what it got: it calls
// get() at most once for an event and a reference, so a view need not cache; what a view returns
// must stay until the next event. A field of which the event knows nothing is absent, never a
// made-up value.
class EventView {
 public:
  EventView() = default;
  EventView(const EventView&) = default;
  EventView& operator=(const EventView&) = default;
  virtual ~EventView() = default;

  [[nodiscard]] virtual Source source() const = 0;
  // The event's type (event_type.hpp), by which the engine chooses the rules that can fire.
  [[nodiscard]] virtual std::uint16_t type() const = 0;
  // `field` is a reference into fields_of(source()).
  [[nodiscard]] virtual Value get(const FieldRef& field) const = 0;
};

}  // namespace yagura::rules
