#include "rules/program/comparison.hpp"

// A comparison of one element is a switch on what it reads; lists are walked by the quantifier.
// Values come from views that may be wrong about a field's type: what does not fit does not match.

#include <algorithm>
#include <cstring>

namespace yagura::rules {

namespace {

template <typename T>
bool ordered(Operator op, const T& a, const T& b) {
  switch (op) {
    case Operator::kLess:
      return a < b;
    case Operator::kLessEqual:
      return a <= b;
    case Operator::kGreater:
      return a > b;
    case Operator::kGreaterEqual:
      return a >= b;
    default:
      return a == b;
  }
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool find_text(std::string_view text, std::string_view part) {
  return part.empty() || (part.size() <= text.size() &&
                          ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr);
}

// Linear in the text for the short constants that rules have; at most text times part.
bool find_folded(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end() ||
         part.empty();
}

bool text_holds(Operator op, std::string_view text, std::string_view constant) {
  switch (op) {
    case Operator::kContains:
    case Operator::kBContains:
      return find_text(text, constant);
    case Operator::kIContains:
      return find_folded(text, constant);
    case Operator::kStartsWith:
    case Operator::kBStartsWith:
      return text.starts_with(constant);
    case Operator::kEndsWith:
      return text.ends_with(constant);
    default:
      return ordered(op, text, constant);
  }
}

bool in_numbers(const std::vector<std::int64_t>& numbers, std::int64_t number) {
  if (numbers.size() <= 8) return std::ranges::find(numbers, number) != numbers.end();
  return std::ranges::binary_search(numbers, number);
}

bool text_element(const Comparison& test, std::string_view text, std::uint64_t hash) {
  switch (test.kind) {
    case ComparisonKind::kText:
      return text_holds(test.op, text, test.text);
    case ComparisonKind::kTextSet:
      return test.texts.contains(text, hash);
    case ComparisonKind::kPattern:
      return test.pattern->matches(text);
    case ComparisonKind::kPathPrefix:
      return test.prefixes.matches(text);
    case ComparisonKind::kDynamic:
      return test.op == Operator::kIn || test.op == Operator::kIntersects
                 ? test.texts.contains(text, hash)
                 : text_holds(test.op, text, test.text);
    default:
      return false;
  }
}

bool number_element(const Comparison& test, std::int64_t number) {
  switch (test.kind) {
    case ComparisonKind::kNumber:
      return ordered(test.op, number, test.numbers.front());
    case ComparisonKind::kNumberSet:
      return in_numbers(test.numbers, number);
    case ComparisonKind::kBoolean:
      return in_numbers(test.numbers, number != 0 ? 1 : 0);
    case ComparisonKind::kReal:
      return test.reals.empty()
                 ? ordered(test.op, static_cast<double>(number), test.real)
                 : std::ranges::find(test.reals, static_cast<double>(number)) != test.reals.end();
    case ComparisonKind::kDynamic:
      if (test.numbers.empty()) return false;
      return takes_list(test.op) ? in_numbers(test.numbers, number)
                                 : ordered(test.op, number, test.numbers.front());
    default:
      return false;
  }
}

bool real_element(const Comparison& test, double real) {
  if (test.kind != ComparisonKind::kReal) return false;
  return test.reals.empty() ? ordered(test.op, real, test.real)
                            : std::ranges::find(test.reals, real) != test.reals.end();
}

template <typename List, typename Holds>
bool quantified(Quantifier quantifier, const List& list, Holds element_holds) {
  if (quantifier == Quantifier::kAny) return std::ranges::any_of(list, element_holds);
  return !list.empty() && std::ranges::all_of(list, element_holds);
}

// ---- two values

bool scalars_hold(Operator op, const Value& left, const Value& right) {
  using Kind = Value::Kind;
  if (left.kind() == Kind::kString && right.kind() == Kind::kString) {
    const Operator comparison = takes_list(op) ? Operator::kEqual : op;
    return text_holds(comparison, left.as_string(), right.as_string());
  }
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::kInteger:
      return ordered(op, left.as_integer(), right.as_integer());
    case Kind::kDouble:
      return ordered(op, left.as_double(), right.as_double());
    case Kind::kBoolean:
      return left.as_boolean() == right.as_boolean();
    case Kind::kIp:
      return left.as_ip() == right.as_ip();
    default:
      return false;
  }
}

std::size_t size_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kAbsent:
      return 0;
    case Value::Kind::kStringList:
    case Value::Kind::kIpList:
      return value.as_strings().size();
    case Value::Kind::kIntegerList:
      return value.as_integers().size();
    default:
      return 1;
  }
}

Value element_of(const Value& value, std::size_t i) {
  switch (value.kind()) {
    case Value::Kind::kStringList:
      return Value::string(value.as_strings()[i]);
    case Value::Kind::kIpList:
      return Value::ip(value.as_ips()[i]);
    case Value::Kind::kIntegerList:
      return Value::integer(value.as_integers()[i]);
    default:
      return value;
  }
}

bool other_holds(const Comparison& test, const Value& left, const Value& right) {
  const auto is_in_right = [&](const Value& element) {
    for (std::size_t i = 0; i < size_of(right); ++i) {
      if (scalars_hold(test.op, element, element_of(right, i))) return true;
    }
    return false;
  };
  const std::size_t count = size_of(left);
  for (std::size_t i = 0; i < count; ++i) {
    const bool found = is_in_right(element_of(left, i));
    if (found && test.quantifier == Quantifier::kAny) return true;
    if (!found && test.quantifier == Quantifier::kAll) return false;
  }
  return test.quantifier == Quantifier::kAll && count > 0;
}

bool holds_plainly(const Comparison& test, const CachedValue& left, const Value& right) {
  const Value& value = left.value;
  if (test.kind == ComparisonKind::kOtherValue) return other_holds(test, value, right);
  switch (value.kind()) {
    case Value::Kind::kAbsent:
      return false;
    case Value::Kind::kString:
      return text_element(test, value.as_string(), left.hash);
    case Value::Kind::kInteger:
      return number_element(test, value.as_integer());
    case Value::Kind::kBoolean:
      return number_element(test, value.as_boolean() ? 1 : 0);
    case Value::Kind::kDouble:
      return real_element(test, value.as_double());
    case Value::Kind::kIp:
      return test.kind == ComparisonKind::kIp && test.networks.contains(value.as_ip());
    case Value::Kind::kStringList:
      return quantified(test.quantifier, value.as_strings(), [&](std::string_view text) {
        return text_element(test, text, quick_hash(text));
      });
    case Value::Kind::kIntegerList:
      return quantified(test.quantifier, value.as_integers(),
                        [&](std::int64_t number) { return number_element(test, number); });
    case Value::Kind::kIpList:
      return test.kind == ComparisonKind::kIp &&
             quantified(test.quantifier, value.as_ips(),
                        [&](std::string_view ip) { return test.networks.contains(ip); });
  }
  return false;
}

}  // namespace

bool holds(const Comparison& test, const CachedValue& left, const Value& right) {
  if (left.value.is_absent()) return false;
  if (test.kind == ComparisonKind::kExists) return true;
  if (test.kind == ComparisonKind::kOtherValue && right.is_absent()) return false;
  return holds_plainly(test, left, right) != test.inverted;
}

}  // namespace yagura::rules
