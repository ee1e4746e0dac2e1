#pragma once

// The named values of one exchange, by where they came from. Texts are views of the transaction's
// arena.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/compile/variable.hpp"
#include "waf/match/prefilter.hpp"

namespace yagura::waf::internal {

struct Value {
  std::string_view name, text;
  std::uint32_t offset = kNoOffset;  // of the raw value in the body
  bool in_body = false;
};

// A value as a rule sees it: its member of a home collection, or that member's name.
struct ValueRef {
  Variable home = Variable::kArgsGet;
  bool is_name = false;     // ARGS_NAMES, REQUEST_HEADERS_NAMES, …
  std::uint32_t index = 0;  // in the home; meaningless for single values

  friend bool operator==(const ValueRef&, const ValueRef&) = default;
};

// Home collections are those that hold values of their own; ARGS and the *_NAMES are views of them.
class ValueStore {
 public:
  void add(Variable home, const Value& value) {
    homes_[static_cast<std::size_t>(home)].push_back(value);
  }
  [[nodiscard]] const std::vector<Value>& of(Variable home) const {
    return homes_[static_cast<std::size_t>(home)];
  }
  void clear() {
    for (auto& home : homes_) home.clear();
  }

 private:
  std::array<std::vector<Value>, static_cast<std::size_t>(kLastCollection) + 1> homes_;
};

// Which homes a collection of the language is made of, and whether it is their names.
struct View {
  std::array<Variable, 3> homes{};
  std::uint8_t count = 0;
  bool names = false;
};
[[nodiscard]] View view_of(Variable variable);

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace yagura::waf::internal
