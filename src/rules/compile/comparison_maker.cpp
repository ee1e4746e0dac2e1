#include "rules/compile/comparison_maker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "rules/language/suggest.hpp"
#include "rules/program/value_tree.hpp"

namespace yagura::rules {

namespace {

// What a pattern that is too large is counted as, for the time that it took.
constexpr std::size_t kFailedPattern = std::size_t{1} << 20;

struct Service {
  std::string_view name;
  std::uint16_t port;
};

// IANA's names that rules use for ports; the machine's own table is not asked, so that rules mean
// the same everywhere.
constexpr std::array<Service, 20> kServices = {
    {{"ftp", 21},    {"ssh", 22},    {"telnet", 23},   {"smtp", 25},         {"domain", 53},
     {"dns", 53},    {"http", 80},   {"kerberos", 88}, {"pop3", 110},        {"ntp", 123},
     {"imap", 143},  {"snmp", 161},  {"ldap", 389},    {"https", 443},       {"ldaps", 636},
     {"imaps", 993}, {"pop3s", 995}, {"mysql", 3306},  {"postgresql", 5432}, {"redis", 6379}}};

bool is_whole_number(FieldType type) {
  return type == FieldType::kInteger || type == FieldType::kPort || type == FieldType::kTime ||
         type == FieldType::kDuration;
}

// Types that can stand on both sides of a comparison of two fields.
int family_of(FieldType type) {
  if (is_whole_number(type)) return 1;
  if (type == FieldType::kDouble) return 2;
  if (type == FieldType::kBoolean) return 3;
  if (type == FieldType::kIp || type == FieldType::kIpNet) return 4;
  return type == FieldType::kDynamic ? 5 : 0;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  if (is_negative && number > std::uint64_t{1} << 63U) return std::nullopt;
  return static_cast<std::int64_t>(is_negative ? std::uint64_t{0} - number : number);
}

std::optional<std::int64_t> parse_port(std::string_view text) {
  for (const Service& service : kServices) {
    if (service.name == text) return service.port;
  }
  const auto number = parse_number(text);
  return number && *number >= 0 && *number <= 65535 ? number : std::nullopt;
}

std::optional<double> parse_real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double real = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), real);
  if (error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  return real;
}

std::optional<std::string> parse_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    const char* const end = text.data() + std::min(i + 2, text.size());
    const auto [at, error] = std::from_chars(text.data() + i, end, byte, 16);
    if (error != std::errc() || at != end || text.size() % 2 != 0) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  if (bytes.empty()) return std::nullopt;
  return bytes;
}

bool is_comparison(Operator op) { return op >= Operator::kEqual && op <= Operator::kGreaterEqual; }
bool is_equality(Operator op) {
  return op == Operator::kEqual || op == Operator::kNotEqual || op == Operator::kIn ||
         op == Operator::kIntersects;
}

}  // namespace

std::optional<ComparisonMaker::Typed> ComparisonMaker::value_of(const Check& check,
                                                                const Operand& operand,
                                                                const CheckPlaces& places) {
  const auto tree = resolve_value(source_, operand);
  if (!tree) {
    const bool is_left = &operand == &check.left;
    problems_->add(is_left ? places.left() : places.right(), tree.error().message,
                   tree.error().hint, tree.error().is_unknown);
    return std::nullopt;
  }
  return Typed{.id = graph_->value(source_, *tree),
               .type = tree->type,
               .shape = tree->shape,
               .is_event_type = tree->kind == ValueKind::kField &&
                                fields_of(source_)[tree->field].name == "evt.type"};
}

bool ComparisonMaker::fits(const Typed& left, const Check& check, const CheckPlaces& places) {
  const Operator op = check.op;
  if (op == Operator::kExists) return true;
  if (left.shape == FieldShape::kList) {
    if (op == Operator::kIn || op == Operator::kIntersects) return true;
    problems_->add(
        places.op(),
        fmt::format("\"{}\" on {}, which is a list", to_string(op), to_string(check.left)),
        "lists take in (all), intersects (any) and exists; an index takes one element");
    return false;
  }
  bool good = true;
  switch (left.type) {
    case FieldType::kString:
    case FieldType::kDynamic:
      break;
    case FieldType::kBoolean:
    case FieldType::kIp:
    case FieldType::kIpNet:
      good = is_equality(op);
      break;
    default:
      good = is_equality(op) || is_comparison(op);
  }
  if (good) return true;
  problems_->add(places.op(),
                 fmt::format("\"{}\" on {}, which is a {}", to_string(op), to_string(check.left),
                             name_of(left.type)),
                 is_equality(Operator::kIn) && family_of(left.type) <= 2
                     ? "numbers take =, !=, <, <=, >, >= and in"
                     : "it takes =, != and in");
  return false;
}

std::optional<std::vector<std::string>> ComparisonMaker::constants_of(const Check& check,
                                                                      const CheckPlaces& places) {
  std::vector<std::string> constants;
  for (const ValueText& value : check.values) {
    const std::vector<std::string>* list = value.quoted ? nullptr : lists_->find(value.text);
    if (list == nullptr) {
      constants.push_back(value.text);
      continue;
    }
    if (!check.is_list && list->size() != 1) {
      problems_->add(places.right(),
                     fmt::format("{} is a list of {} items behind \"{}\"", value.text, list->size(),
                                 to_string(check.op)),
                     fmt::format("write in ({}), or quote the text", value.text));
      return std::nullopt;
    }
    if (!graph_->budget().take_constants(list->size())) return std::nullopt;
    constants.insert(constants.end(), list->begin(), list->end());
  }
  return constants;
}

bool ComparisonMaker::check_event_types(const CheckPlaces& places,
                                        const std::vector<std::string>& constants) {
  bool good = true;
  for (const std::string& constant : constants) {
    if (find_event_type(constant)) continue;
    const auto names = event_types();
    problems_->add(places.right(), fmt::format("unknown event type \"{}\"", constant),
                   did_you_mean(constant, {names.begin(), names.end()}), true);
    good = false;
  }
  return good;
}

bool ComparisonMaker::read_text(const Check& check, const CheckPlaces& places,
                                const std::vector<std::string>& constants, Comparison& comparison) {
  switch (check.op) {
    case Operator::kIn:
    case Operator::kIntersects:
      comparison.kind = ComparisonKind::kTextSet;
      comparison.texts = StringSet(constants);
      return true;
    case Operator::kPMatch:
      comparison.kind = ComparisonKind::kPathPrefix;
      for (const std::string& path : constants) {
        if (const auto added = comparison.prefixes.add(path); !added) {
          problems_->add(places.right(), fmt::format("{}: {}", path, added.error().message));
          return false;
        }
      }
      return graph_->budget().take_pattern(comparison.prefixes.cost());
    case Operator::kGlob:
    case Operator::kIGlob:
    case Operator::kRegex:
      return read_pattern(check, places, constants.front(), comparison);
    case Operator::kBContains:
    case Operator::kBStartsWith: {
      comparison.kind = ComparisonKind::kText;
      auto bytes = parse_hex(constants.front());
      if (!bytes) {
        problems_->add(places.right(),
                       fmt::format("\"{}\" is no hexadecimal text", constants.front()),
                       fmt::format("{} takes bytes as digits: cafe01", to_string(check.op)));
        return false;
      }
      comparison.text = std::move(*bytes);
      return true;
    }
    default:
      comparison.kind = ComparisonKind::kText;
      comparison.text = constants.front();
      return true;
  }
}

bool ComparisonMaker::read_pattern(const Check& check, const CheckPlaces& places,
                                   const std::string& text, Comparison& comparison) {
  comparison.kind = ComparisonKind::kPattern;
  const PatternCase letters =
      check.op == Operator::kIGlob ? PatternCase::kInsensitive : PatternCase::kSensitive;
  auto pattern = check.op == Operator::kRegex ? Pattern::regex(text) : Pattern::glob(text, letters);
  if (!pattern) {
    problems_->add(places.right(), fmt::format("\"{}\": {}", text, pattern.error().message));
    if (pattern.error().code == ErrorCode::kLimitExceeded) {
      graph_->budget().take_pattern(kFailedPattern);
    }
    return false;
  }
  if (!graph_->budget().take_pattern(pattern->cost())) return false;
  comparison.pattern = std::move(*pattern);
  return true;
}

bool ComparisonMaker::read_numbers(const Typed& left, const CheckPlaces& places,
                                   const std::vector<std::string>& constants,
                                   Comparison& comparison) {
  for (const std::string& constant : constants) {
    std::optional<std::int64_t> number;
    if (left.type == FieldType::kPort) {
      number = parse_port(constant);
    } else if (left.type != FieldType::kBoolean) {
      number = parse_number(constant);
    } else if (constant == "true" || constant == "false") {
      number = constant == "true" ? 1 : 0;
    }
    if (!number) {
      problems_->add(places.right(), fmt::format("\"{}\" is no {}", constant, name_of(left.type)),
                     left.type == FieldType::kBoolean ? "true or false" : "");
      return false;
    }
    comparison.numbers.push_back(*number);
  }
  std::ranges::sort(comparison.numbers);
  if (left.type == FieldType::kBoolean) {
    comparison.kind = ComparisonKind::kBoolean;
  } else {
    comparison.kind =
        takes_list(comparison.op) ? ComparisonKind::kNumberSet : ComparisonKind::kNumber;
  }
  return true;
}

bool ComparisonMaker::read_constants(const Typed& left, const Check& check,
                                     const CheckPlaces& places,
                                     const std::vector<std::string>& constants,
                                     Comparison& comparison) {
  switch (left.type) {
    case FieldType::kString:
      return read_text(check, places, constants, comparison);
    case FieldType::kDynamic: {
      if (!read_text(check, places, constants, comparison)) return false;
      if (!is_equality(check.op) && !is_comparison(check.op)) return true;
      for (const std::string& constant : constants) {
        if (const auto number = parse_number(constant)) comparison.numbers.push_back(*number);
      }
      std::ranges::sort(comparison.numbers);
      comparison.kind = ComparisonKind::kDynamic;
      return true;
    }
    case FieldType::kDouble:
      comparison.kind = ComparisonKind::kReal;
      for (const std::string& constant : constants) {
        const auto real = parse_real(constant);
        if (!real) {
          problems_->add(places.right(), fmt::format("\"{}\" is no number", constant));
          return false;
        }
        comparison.real = *real;
        if (takes_list(check.op)) comparison.reals.push_back(*real);
      }
      return true;
    case FieldType::kIp:
    case FieldType::kIpNet:
      comparison.kind = ComparisonKind::kIp;
      for (const std::string& constant : constants) {
        const auto network = parse_network(constant);
        if (!network) {
          problems_->add(places.right(),
                         fmt::format("\"{}\" is no {}", constant, name_of(left.type)),
                         "addresses: 10.1.2.3, fe80::1; networks: 10.0.0.0/8, fe80::/10");
          return false;
        }
        comparison.networks.add(*network);
      }
      return true;
    default:
      return read_numbers(left, places, constants, comparison);
  }
}

NodeId ComparisonMaker::with_right_field(const Typed& left, const Check& check,
                                         const CheckPlaces& places, Comparison comparison) {
  if (check.op == Operator::kPMatch ||
      (check.op >= Operator::kGlob && check.op <= Operator::kRegex)) {
    problems_->add(places.right(),
                   fmt::format("\"{}\" takes no field on its right side", to_string(check.op)));
    return kFalseNode;
  }
  const auto right = value_of(check, *check.right, places);
  if (!right) return kFalseNode;
  if (family_of(left.type) != family_of(right->type)) {
    problems_->add(places.right(),
                   fmt::format("{} is a {}, {} a {}", to_string(check.left), name_of(left.type),
                               to_string(*check.right), name_of(right->type)),
                   "two fields can be compared that are of one type");
    return kFalseNode;
  }
  comparison.kind = ComparisonKind::kOtherValue;
  comparison.right = right->id;
  return graph_->comparison(std::move(comparison), {});
}

FilePlace CheckPlaces::right() const {
  if (text_ == nullptr) return right_;
  if (!check_->values.empty()) return text_->place(check_->values.front().offset);
  return text_->place(check_->right ? check_->right->offset : check_->op_offset);
}

NodeId ComparisonMaker::make(const Check& check, const CheckPlaces& places) {
  if (problems_->is_full() || graph_->budget().is_exhausted()) return kFalseNode;
  const auto left = value_of(check, check.left, places);
  if (!left || !fits(*left, check, places)) return kFalseNode;
  Comparison comparison;
  comparison.op = check.op;
  comparison.value = left->id;
  if (check.op == Operator::kNotEqual) {
    comparison.op = Operator::kEqual;
    comparison.inverted = true;
  }
  if (left->shape == FieldShape::kList && check.op == Operator::kIn) {
    comparison.quantifier = Quantifier::kAll;
  }
  if (check.op == Operator::kExists) return graph_->comparison(std::move(comparison), {});
  if (check.right) return with_right_field(*left, check, places, std::move(comparison));

  auto constants = constants_of(check, places);
  if (!constants) return kFalseNode;
  if (constants->empty()) {
    // in (): nothing is. No constant, so that a list that users are to fill changes no event types.
    comparison.kind = ComparisonKind::kTextSet;
    comparison.op = Operator::kIn;
    comparison.inverted = false;
    return graph_->comparison(std::move(comparison), {});
  }
  if (left->is_event_type && is_equality(check.op) && !check_event_types(places, *constants)) {
    return kFalseNode;
  }
  std::ranges::sort(*constants);
  if (check.modifier != Modifier::kNone) {
    const auto repeated = std::ranges::unique(*constants);
    constants->erase(repeated.begin(), repeated.end());
    return with_each(*left, check, places, *constants, comparison);
  }
  return with_constants(*left, check, places, *constants, std::move(comparison));
}

NodeId ComparisonMaker::with_constants(const Typed& left, const Check& check,
                                       const CheckPlaces& places,
                                       const std::vector<std::string>& constants,
                                       Comparison comparison) {
  if (!read_constants(left, check, places, constants, comparison)) return kFalseNode;
  return graph_->comparison(std::move(comparison), constants);
}

// What a modifier stands for: a comparison with each of the constants.
NodeId ComparisonMaker::with_each(const Typed& left, const Check& check, const CheckPlaces& places,
                                  const std::vector<std::string>& constants,
                                  const Comparison& comparison) {
  std::vector<NodeId> parts;
  for (const std::string& constant : constants) {
    if (problems_->is_full() || graph_->budget().is_exhausted()) return kFalseNode;
    Comparison part;
    part.op = comparison.op;
    part.inverted = comparison.inverted;
    part.value = comparison.value;
    parts.push_back(with_constants(left, check, places, {constant}, std::move(part)));
  }
  if (check.modifier == Modifier::kAnyOf) return graph_->disjunction(std::move(parts));
  if (check.modifier == Modifier::kAllOf) return graph_->conjunction(std::move(parts));
  return graph_->exactly_one(std::move(parts));
}

}  // namespace yagura::rules
