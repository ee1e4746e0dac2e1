#pragma once

// Wraps plain data of a library as a CEL value of an abstract type. Internal to the function
// tables.

#include <concepts>
#include <string>
#include <string_view>

#include "policy/program/context.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

// `Traits` gives: `using Data`, `static constexpr std::string_view kTypeName`, `static bool
// equals(const Data&, const Data&)`, `static std::string text(const Data&)`.
template <typename Traits>
class OpaqueValue final : public Opaque {
 public:
  using Data = typename Traits::Data;

  explicit OpaqueValue(const Data& value) : data(value) {}

  [[nodiscard]] std::string_view type_name() const override { return Traits::kTypeName; }
  [[nodiscard]] bool equals(const Opaque& other) const override {
    return Traits::equals(data, static_cast<const OpaqueValue&>(other).data);
  }
  void append_text(std::string& out) const override { out += Traits::text(data); }

  Data data;
};

template <typename Traits>
[[nodiscard]] Value make_opaque(EvalContext& context, const typename Traits::Data& data) {
  void* memory =
      context.arena().allocate(sizeof(OpaqueValue<Traits>), alignof(OpaqueValue<Traits>));
  return Value::opaque(new (memory) OpaqueValue<Traits>(data));
}

// The data, or null where the value is of another type.
template <typename Traits>
[[nodiscard]] const typename Traits::Data* opaque_data(const Value& value) {
  if (!value.is_opaque() || value.as_opaque().type_name() != Traits::kTypeName) return nullptr;
  return &static_cast<const OpaqueValue<Traits>&>(value.as_opaque()).data;
}

}  // namespace yagura::policy
