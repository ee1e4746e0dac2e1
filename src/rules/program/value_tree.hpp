#pragma once

// An operand with its fields found and its types checked: what a condition compares, and what an
// output prints.

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/arena.hpp"
#include "rules/event_view.hpp"
#include "rules/field.hpp"
#include "rules/language/ast.hpp"

namespace yagura::rules {

enum class ValueKind : std::uint8_t { kField, kConstant, kList, kTransformed };

struct ValueTree {
  ValueKind kind = ValueKind::kField;
  FieldType type = FieldType::kString;
  FieldShape shape = FieldShape::kScalar;
  Transformer transformer = Transformer::kToLower;  // kTransformed
  FieldId field = 0;
  std::int32_t index = FieldRef::kNoIndex;
  std::string text;                  // kField: the key; kConstant; kTransformed: getopt's letter
  std::vector<ValueTree> arguments;  // kTransformed, kList

  // Its key lives in this tree.
  [[nodiscard]] FieldRef reference() const { return {.id = field, .index = index, .key = text}; }
  // What the event says; what transformers make lives in the arena, the rest in event and tree.
  [[nodiscard]] Value of(const EventView& event, core::Arena& arena) const;
};

struct ValueProblem {
  std::string message;
  std::string hint;
  bool is_unknown = false;  // a field that the source does not have
};

// Fields are looked up in the source's table, transformers get what they take: texts for tolower,
// toupper, b64 and basename; a text or a list for len; (text, list) for join; texts, whole numbers
// and addresses for concat; (text or list of texts, text) for getopt.
[[nodiscard]] std::expected<ValueTree, ValueProblem> resolve_value(Source source,
                                                                   const Operand& operand);

// "text", "port" and so on, for messages.
[[nodiscard]] std::string_view name_of(FieldType type);

}  // namespace yagura::rules
