#include "rules/program/value_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rules/language/operand_parser.hpp"
#include "rules/language/suggest.hpp"
#include "rules/program/transform.hpp"

namespace yagura::rules {

namespace {

using Resolved = std::expected<ValueTree, ValueProblem>;

std::unexpected<ValueProblem> problem(std::string message, std::string hint = {}) {
  return std::unexpected(ValueProblem{std::move(message), std::move(hint), false});
}

bool is_text(const ValueTree& value) {
  return value.type == FieldType::kString || value.type == FieldType::kDynamic;
}

bool is_one(const ValueTree& value) { return value.shape == FieldShape::kScalar; }

// What join and concat can spell.
bool is_printable(const ValueTree& value) {
  return is_text(value) || value.type == FieldType::kInteger || value.type == FieldType::kPort ||
         value.type == FieldType::kIp || value.type == FieldType::kIpNet;
}

std::string known_fields(Source source, std::string_view text) {
  std::vector<std::string_view> names;
  for (const FieldInfo& field : fields_of(source)) names.push_back(field.name);
  return did_you_mean(text.substr(0, text.find('[')), names);
}

Resolved resolve_plain(Source source, const std::string& text) {
  const auto reference = resolve_field(source, text);
  if (!reference) {
    if (!reference.error().hint.empty()) {
      return problem(reference.error().message, reference.error().hint);
    }
    return std::unexpected(ValueProblem{
        .message = fmt::format("{} of source {}", reference.error().message, to_string(source)),
        .hint = known_fields(source, text),
        .is_unknown = true});
  }
  const FieldInfo& info = fields_of(source)[reference->id];
  ValueTree tree{.kind = ValueKind::kField, .type = info.type, .shape = info.shape};
  tree.field = reference->id;
  tree.index = reference->index;
  tree.text = reference->key;
  // One element of a list is compared like any value.
  if (info.is_list() && reference->index != FieldRef::kNoIndex) tree.shape = FieldShape::kAnyOf;
  return tree;
}

Resolved resolve_list(Source source, const Operand& operand) {
  ValueTree tree{.kind = ValueKind::kList, .shape = FieldShape::kList};
  for (const Operand& item : operand.arguments) {
    auto value = resolve_value(source, item);
    if (!value) return value;
    if (!is_one(*value) || !is_printable(*value)) {
      return problem(
          fmt::format("{} in a list of values: it is no text or number", to_string(item)));
    }
    tree.arguments.push_back(std::move(*value));
  }
  return tree;
}

// ---- what each transformer takes

using Check = std::expected<void, ValueProblem>;

Check check_single(const Operand& call, ValueTree& tree) {
  const std::string_view name = to_string(tree.transformer);
  if (tree.arguments.size() != 1) return problem(fmt::format("{}() takes one value", name));
  const ValueTree& of = tree.arguments.front();
  const bool counts = tree.transformer == Transformer::kLen;
  if (!is_text(of) && !(counts && of.shape == FieldShape::kList)) {
    return problem(fmt::format("{}() of a {}: {} is no text", name, name_of(of.type),
                               to_string(call.arguments.front())));
  }
  tree.type = counts ? FieldType::kInteger : of.type;
  tree.shape = counts ? FieldShape::kScalar : of.shape;
  return {};
}

Check check_join(const Operand& call, const ValueTree& tree) {
  if (tree.arguments.size() != 2) {
    return problem("join() takes a separator and a list", "join(\",\", list)");
  }
  if (!is_one(tree.arguments[0]) || !is_text(tree.arguments[0])) {
    return problem("the separator of join() is no text", "join(\",\", list)");
  }
  if (is_one(tree.arguments[1]) || !is_printable(tree.arguments[1])) {
    return problem(fmt::format("join() of {}, which is no list", to_string(call.arguments[1])),
                   "concat() takes single values; (a, b) makes a list");
  }
  return {};
}

Check check_concat(const Operand& call, const ValueTree& tree) {
  if (tree.arguments.size() < 2) return problem("concat() takes two values or more");
  for (std::size_t i = 0; i < tree.arguments.size(); ++i) {
    const ValueTree& part = tree.arguments[i];
    if (is_one(part) && is_printable(part)) continue;
    return problem(fmt::format("concat() of {}, which is no single text, number or address",
                               to_string(call.arguments[i])),
                   is_one(part) ? "" : "join() takes lists");
  }
  return {};
}

Check check_getopt(const Operand& call, ValueTree& tree) {
  if (tree.arguments.size() != 2) {
    return problem("getopt() takes a list of arguments and the options",
                   "getopt(list, \"ab:\")[b]");
  }
  if (!is_text(tree.arguments[0])) {
    return problem(fmt::format("getopt() of {}, which is neither text nor list of texts",
                               to_string(call.arguments[0])));
  }
  if (!is_one(tree.arguments[1]) || !is_text(tree.arguments[1])) {
    return problem("the options of getopt() are no text", "getopt(list, \"ab:\")");
  }
  if (call.text.size() > 1) {
    return problem(fmt::format("[{}] behind getopt() is no option of one letter", call.text));
  }
  tree.text = call.text;
  if (call.text.empty()) tree.shape = FieldShape::kList;
  return {};
}

Resolved resolve_call(Source source, const Operand& call) {
  ValueTree tree{.kind = ValueKind::kTransformed, .transformer = call.transformer};
  for (const Operand& argument : call.arguments) {
    auto value = resolve_value(source, argument);
    if (!value) return value;
    tree.arguments.push_back(std::move(*value));
  }
  Check good;
  switch (call.transformer) {
    case Transformer::kJoin:
      good = check_join(call, tree);
      break;
    case Transformer::kConcat:
      good = check_concat(call, tree);
      break;
    case Transformer::kGetopt:
      good = check_getopt(call, tree);
      break;
    default:
      good = check_single(call, tree);
      break;
  }
  if (!good) return std::unexpected(std::move(good).error());
  return tree;
}

}  // namespace

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return "text";
    case FieldType::kInteger:
    case FieldType::kDouble:
      return "number";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kPort:
      return "port";
    case FieldType::kIp:
      return "address";
    case FieldType::kIpNet:
      return "network";
    case FieldType::kTime:
      return "time";
    case FieldType::kDuration:
      return "duration";
    case FieldType::kDynamic:
      return "value";
  }
  return "value";
}

std::expected<ValueTree, ValueProblem> resolve_value(Source source, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::kField:
      return resolve_plain(source, operand.text);
    case Operand::Kind::kText: {
      ValueTree tree{.kind = ValueKind::kConstant};
      tree.text = operand.text;
      return tree;
    }
    case Operand::Kind::kList:
      return resolve_list(source, operand);
    case Operand::Kind::kCall:
      break;
  }
  return resolve_call(source, operand);
}

Value ValueTree::of(const EventView& event, core::Arena& arena) const {
  if (kind == ValueKind::kField) return event.get(reference());
  if (kind == ValueKind::kConstant) return Value::string(text);
  std::array<Value, kMaxArguments> values;
  const std::size_t count = std::min(arguments.size(), values.size());
  for (std::size_t i = 0; i < count; ++i) values[i] = arguments[i].of(event, arena);
  const std::span<const Value> made(values.data(), count);
  return kind == ValueKind::kList ? list_of(made, arena)
                                  : transform(transformer, made, text, arena);
}

}  // namespace yagura::rules
