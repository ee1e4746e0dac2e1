// cel-go's list extension (ext/lists.go), all versions, and cel.@mapInsert (ext/comprehensions.go).

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "policy/library/internal/arguments.hpp"
#include "policy/library/library.hpp"
#include "policy/program/collections.hpp"

namespace yagura::policy {
namespace {

constexpr std::int64_t kMaxRange = 1'000'000;

bool can_hold(EvalContext& context, std::uint64_t count) {
  return context.can_allocate(count * sizeof(Value));
}

Value slice(EvalContext& context, Arguments args) {
  if (!args[0].is_list() || !args[1].is_int() || !args[2].is_int()) return no_overload();
  const std::int64_t begin = args[1].as_int();
  const std::int64_t end = args[2].as_int();
  const std::int64_t size = args[0].count();
  if (begin < 0 || end < 0 || begin > end || end > size) {
    return context.error(ErrorKind::kInvalidArgument,
                         fmt::format("cannot slice({}, {}), list is length {}", begin, end, size));
  }
  if (!args[0].has_node()) {
    return Value::list({args[0].list_data() + begin, static_cast<std::size_t>(end - begin)});
  }
  if (!context.charge(static_cast<std::uint64_t>(end - begin)) ||
      !can_hold(context, static_cast<std::uint64_t>(end - begin))) {
    return EvalContext::cost_exceeded();
  }
  ListBuilder items(context.arena(), static_cast<std::size_t>(end - begin));
  for (std::int64_t i = begin; i < end; ++i) items.add(args[0].item(static_cast<std::uint32_t>(i)));
  return items.build();
}

bool flatten_into(EvalContext& context, ListBuilder& out, const Value& list, std::int64_t depth) {
  for (std::uint32_t i = 0; i < list.count(); ++i) {
    const Value item = list.item(i);
    if (!context.charge(1) || context.exhausted()) return false;
    if (item.is_list() && depth > 0) {
      if (!flatten_into(context, out, item, depth - 1)) return false;
    } else {
      out.add(item);
    }
  }
  return true;
}

Value flatten(EvalContext& context, Arguments args) {
  if (!args[0].is_list() || (args.size() == 2 && !args[1].is_int())) return no_overload();
  const std::int64_t depth = args.size() == 2 ? args[1].as_int() : 1;
  if (depth < 0) {
    return context.error(ErrorKind::kInvalidArgument, "level must be non-negative");
  }
  ListBuilder items(context.arena());
  if (!flatten_into(context, items, args[0], depth)) {
    return context.exhaustion();
  }
  return items.build();
}

// The first of each group of equal items. Quadratic, as upstream's, and charged so.
Value distinct(EvalContext& context, Arguments args) {
  if (!args[0].is_list()) return no_overload();
  ListBuilder items(context.arena());
  for (std::uint32_t i = 0; i < args[0].count(); ++i) {
    const Value item = args[0].item(i);
    if (!context.charge(1 + items.size() / 10)) return EvalContext::cost_exceeded();
    std::uint64_t work = items.size();
    const auto same = [&](const Value& other) { return equal(item, other, work); };
    if (std::ranges::none_of(items.items(), same)) items.add(item);
    context.note_work(work);
    if (context.exhausted()) return context.exhaustion();
  }
  return items.build();
}

Value range(EvalContext& context, Arguments args) {
  if (!args[0].is_int()) return no_overload();
  const std::int64_t count = std::max<std::int64_t>(0, args[0].as_int());
  if (count > kMaxRange || !context.charge(static_cast<std::uint64_t>(count))) {
    return EvalContext::cost_exceeded();
  }
  ListBuilder items(context.arena(), static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) items.add(Value::integer(i));
  return items.build();
}

Value reverse_list(EvalContext& context, Arguments args) {
  if (!args[0].is_list()) return no_overload();
  const std::uint32_t count = args[0].count();
  if (!context.charge(count) || !can_hold(context, count)) return EvalContext::cost_exceeded();
  ListBuilder items(context.arena(), count);
  for (std::uint32_t i = count; i > 0; --i) items.add(args[0].item(i - 1));
  return items.build();
}

// Sorts positions by their keys, which must be of one kind that has an order.
Value sorted_by(EvalContext& context, const Value& list, const Value& keys) {
  const std::uint32_t count = list.count();
  if (keys.count() != count) {
    return context.error(ErrorKind::kInvalidArgument,
                         "@sortByAssociatedKeys() expected a list of the same size as the "
                         "associated keys list");
  }
  if (count == 0) return list;
  const ValueKind kind = keys.item(0).kind();
  std::uint64_t cost = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Value key = keys.item(i);
    if (key.kind() != kind || compare(key, key) == Ordering::kNoOverload) {
      return context.error(ErrorKind::kInvalidArgument,
                           "list elements must have the same comparable type");
    }
    cost += 1 + traversal_cost(cost_size(key));
  }
  if (!context.charge(cost) || !can_hold(context, count)) return EvalContext::cost_exceeded();
  std::vector<std::uint32_t> order(count);
  for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
  // NaN stands before all numbers: an order that sorting can rely on.
  const auto is_nan = [](const Value& v) { return compare(v, v) == Ordering::kUnordered; };
  // Equals keep their order: std::stable_sort would do, but clang warns of what libstdc++ 12 makes
  // it with.
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const Value x = keys.item(a);
    const Value y = keys.item(b);
    if (is_nan(x) != is_nan(y)) return is_nan(x);
    const Ordering ordering = is_nan(x) ? Ordering::kEqual : compare(x, y);
    return ordering == Ordering::kEqual ? a < b : ordering == Ordering::kLess;
  });
  ListBuilder items(context.arena(), count);
  for (const std::uint32_t at : order) items.add(list.item(at));
  return items.build();
}

Value sort(EvalContext& context, Arguments args) {
  return args[0].is_list() ? sorted_by(context, args[0], args[0]) : no_overload();
}

Value sort_by_keys(EvalContext& context, Arguments args) {
  if (!args[0].is_list() || !args[1].is_list()) return no_overload();
  return sorted_by(context, args[0], args[1]);
}

Value first(EvalContext& context, Arguments args) {
  if (!args[0].is_list()) return no_overload();
  return args[0].count() == 0 ? EvalContext::none() : context.some(args[0].item(0));
}

Value last(EvalContext& context, Arguments args) {
  if (!args[0].is_list()) return no_overload();
  const std::uint32_t count = args[0].count();
  return count == 0 ? EvalContext::none() : context.some(args[0].item(count - 1));
}

// Where the compiler did not recognise the macro: a copy for each insertion.
Value map_insert(EvalContext& context, Arguments args) {
  if (!args[0].is_map() || (args.size() == 2 && !args[1].is_map())) return no_overload();
  const std::uint64_t count = std::uint64_t{args[0].count()} + 1;
  if (!context.charge(1 + count / 10) || !context.can_allocate(count * sizeof(MapEntry) * 2)) {
    return EvalContext::cost_exceeded();
  }
  MapBuilder entries(context.arena(), count);
  for (std::uint32_t i = 0; i < args[0].count(); ++i) {
    entries.add_or_replace(args[0].key_at(i), args[0].value_at(i));
  }
  bool inserted = true;
  if (args.size() == 3) {
    if (!is_map_key(args[1])) return no_overload();
    inserted = entries.add(args[1], args[2]);
  } else {
    for (std::uint32_t i = 0; inserted && i < args[1].count(); ++i) {
      inserted = entries.add(args[1].key_at(i), args[1].value_at(i));
    }
  }
  return inserted ? entries.build() : context.error("insert failed: key already exists");
}

// What a comprehension goes on by: everything but false.
Value not_strictly_false(EvalContext&, Arguments args) {
  return Value::boolean(!args[0].is_false());
}

constexpr OverloadSignature kSlice[] = {{"list_slice", "list(T).slice(int, int) -> list(T)"}};
constexpr OverloadSignature kFlatten[] = {
    {"list_flatten", "list(list(T)).flatten() -> list(T)"},
    {"list_flatten_int", "list(dyn).flatten(int) -> list(dyn)"}};
constexpr OverloadSignature kDistinct[] = {{"list_distinct", "list(T).distinct() -> list(T)"}};
constexpr OverloadSignature kRange[] = {{"lists_range", "lists.range(int) -> list(int)"}};
constexpr OverloadSignature kReverse[] = {{"list_reverse", "list(T).reverse() -> list(T)"}};
constexpr OverloadSignature kFirst[] = {{"list_first", "list(T).first() -> optional_type(T)"}};
constexpr OverloadSignature kLast[] = {{"list_last", "list(T).last() -> optional_type(T)"}};

#define YAGURA_SORT_OVERLOAD(id, type) \
  {"list_" id "_sort", "list(" type ").sort() -> list(" type ")"}
constexpr OverloadSignature kSort[] = {
    YAGURA_SORT_OVERLOAD("int", "int"),
    YAGURA_SORT_OVERLOAD("uint", "uint"),
    YAGURA_SORT_OVERLOAD("double", "double"),
    YAGURA_SORT_OVERLOAD("bool", "bool"),
    YAGURA_SORT_OVERLOAD("duration", "google.protobuf.Duration"),
    YAGURA_SORT_OVERLOAD("timestamp", "google.protobuf.Timestamp"),
    YAGURA_SORT_OVERLOAD("string", "string"),
    YAGURA_SORT_OVERLOAD("bytes", "bytes")};
#undef YAGURA_SORT_OVERLOAD
#define YAGURA_SORT_OVERLOAD(id, type) \
  {"list_" id "_sortByAssociatedKeys", "list(T).@sortByAssociatedKeys(list(" type ")) -> list(T)"}
constexpr OverloadSignature kSortByKeys[] = {
    YAGURA_SORT_OVERLOAD("int", "int"),
    YAGURA_SORT_OVERLOAD("uint", "uint"),
    YAGURA_SORT_OVERLOAD("double", "double"),
    YAGURA_SORT_OVERLOAD("bool", "bool"),
    YAGURA_SORT_OVERLOAD("duration", "google.protobuf.Duration"),
    YAGURA_SORT_OVERLOAD("timestamp", "google.protobuf.Timestamp"),
    YAGURA_SORT_OVERLOAD("string", "string"),
    YAGURA_SORT_OVERLOAD("bytes", "bytes")};
#undef YAGURA_SORT_OVERLOAD

constexpr OverloadSignature kMapInsert[] = {
    {"@mapInsert_map_map", "cel.@mapInsert(map(A, B), map(A, B)) -> map(A, B)"},
    {"@mapInsert_map_key_value", "cel.@mapInsert(map(A, B), A, B) -> map(A, B)"}};
constexpr OverloadSignature kNotStrictlyFalse[] = {
    {"not_strictly_false", "@not_strictly_false(bool) -> bool"}};

constexpr Function kFunctions[] = {
    {.name = "slice", .overloads = kSlice, .implementation = slice, .min_args = 3, .max_args = 3},
    {.name = "flatten",
     .overloads = kFlatten,
     .implementation = flatten,
     .min_args = 1,
     .max_args = 2},
    {.name = "distinct",
     .overloads = kDistinct,
     .implementation = distinct,
     .min_args = 1,
     .max_args = 1},
    {.name = "lists.range",
     .overloads = kRange,
     .implementation = range,
     .min_args = 1,
     .max_args = 1},
    {.name = "reverse",
     .overloads = kReverse,
     .implementation = reverse_list,
     .min_args = 1,
     .max_args = 1},
    {.name = "sort", .overloads = kSort, .implementation = sort, .min_args = 1, .max_args = 1},
    {.name = "@sortByAssociatedKeys",
     .overloads = kSortByKeys,
     .implementation = sort_by_keys,
     .min_args = 2,
     .max_args = 2},
    {.name = "first", .overloads = kFirst, .implementation = first, .min_args = 1, .max_args = 1},
    {.name = "last", .overloads = kLast, .implementation = last, .min_args = 1, .max_args = 1},
};

constexpr Function kMacroFunctions[] = {
    {.name = "cel.@mapInsert",
     .overloads = kMapInsert,
     .implementation = map_insert,
     .min_args = 2,
     .max_args = 3},
    {.name = "@not_strictly_false",
     .overloads = kNotStrictlyFalse,
     .implementation = not_strictly_false,
     .min_args = 1,
     .max_args = 1,
     .strict = false},
};

}  // namespace

std::span<const Function> list_functions() { return kFunctions; }
std::span<const Function> macro_functions() { return kMacroFunctions; }

}  // namespace yagura::policy
