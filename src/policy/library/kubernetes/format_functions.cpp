#include <array>

#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/library/kubernetes/name_formats.hpp"
#include "policy/library/kubernetes/opaque_value.hpp"

namespace yagura::policy {

namespace {

struct FormatTraits {
  using Data = const NameFormat*;
  static constexpr std::string_view kTypeName = "kubernetes.NamedFormat";
  static bool equals(const Data& a, const Data& b) { return a == b; }
  static std::string text(const Data& data) { return std::string(data->name); }
};

Value named(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  const NameFormat* format = find_name_format(args[0].as_string());
  if (format == nullptr) return EvalContext::none();
  return context.some(make_opaque<FormatTraits>(context, format));
}

template <std::size_t index>
Value get_format(EvalContext& context, std::span<const Value>) {
  return make_opaque<FormatTraits>(context, &name_formats()[index]);
}

// The cost is that of matching a regular expression, of a length that upstream estimates.
std::uint64_t validation_cost(const NameFormat& format, std::uint64_t size) {
  const std::uint64_t text = traversal_cost(1 + size);
  const std::uint64_t expression = (format.regex_size + 3) / 4;
  return text * expression;
}

Value validate(EvalContext& context, std::span<const Value> args) {
  const NameFormat* const* format = opaque_data<FormatTraits>(args[0]);
  if (format == nullptr || !args[1].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(validation_cost(**format, cost_size(args[1])))) {
    return EvalContext::cost_exceeded();
  }
  const auto messages = (*format)->check(args[1].as_string());
  if (messages.empty()) return EvalContext::none();
  std::vector<Value> values;
  values.reserve(messages.size());
  for (const std::string& message : messages) values.push_back(context.copy_string(message));
  return context.some(context.copy_list(values));
}

constexpr OverloadSignature kNamed[] = {
    {"format-named", "format.named(string) -> optional_type(kubernetes.NamedFormat)"}};
constexpr OverloadSignature kValidate[] = {
    {"format-validate", "kubernetes.NamedFormat.validate(string) -> optional_type(list(string))"}};

constexpr std::size_t kFormatCount = 13;
// In the order of name_formats().
constexpr OverloadSignature kFormats[kFormatCount] = {
    {"format.dns1123Label", "format.dns1123Label() -> kubernetes.NamedFormat"},
    {"format.dns1123Subdomain", "format.dns1123Subdomain() -> kubernetes.NamedFormat"},
    {"format.dns1035Label", "format.dns1035Label() -> kubernetes.NamedFormat"},
    {"format.qualifiedName", "format.qualifiedName() -> kubernetes.NamedFormat"},
    {"format.dns1123LabelPrefix", "format.dns1123LabelPrefix() -> kubernetes.NamedFormat"},
    {"format.dns1123SubdomainPrefix", "format.dns1123SubdomainPrefix() -> kubernetes.NamedFormat"},
    {"format.dns1035LabelPrefix", "format.dns1035LabelPrefix() -> kubernetes.NamedFormat"},
    {"format.labelValue", "format.labelValue() -> kubernetes.NamedFormat"},
    {"format.uri", "format.uri() -> kubernetes.NamedFormat"},
    {"format.uuid", "format.uuid() -> kubernetes.NamedFormat"},
    {"format.byte", "format.byte() -> kubernetes.NamedFormat"},
    {"format.date", "format.date() -> kubernetes.NamedFormat"},
    {"format.datetime", "format.datetime() -> kubernetes.NamedFormat"},
};

template <std::size_t... indices>
constexpr std::array<Function, kFormatCount + 2> make_table(std::index_sequence<indices...>) {
  return {Function{.name = kFormats[indices].id,
                   .overloads = std::span(&kFormats[indices], 1),
                   .implementation = get_format<indices>,
                   .min_args = 0,
                   .max_args = 0}...,
          Function{.name = "format.named",
                   .overloads = kNamed,
                   .implementation = named,
                   .min_args = 1,
                   .max_args = 1},
          Function{.name = "validate",
                   .overloads = kValidate,
                   .implementation = validate,
                   .min_args = 2,
                   .max_args = 2,
                   .own_cost = true}};
}

constexpr auto kFunctions = make_table(std::make_index_sequence<kFormatCount>());

}  // namespace

std::span<const Function> kubernetes_format_functions() { return kFunctions; }

}  // namespace yagura::policy
