#include <algorithm>

#include "policy/library/internal/arguments.hpp"
#include "policy/library/kubernetes/network_values.hpp"
#include "policy/library/library.hpp"

namespace yagura::policy {
namespace {

IpAddress unmapped(const IpAddress& address) {
  IpAddress v4;
  std::copy_n(address.bytes.begin() + 12, 4, v4.bytes.begin());
  return v4;
}

std::optional<IpAddress> parse(std::string_view text, std::string& problem) {
  std::optional<IpAddress> address = IpAddress::parse(text, &problem);
  if (!address) {
    problem = "IP Address '" + std::string(text) +
              "' parse error during conversion from string: " + problem;
    return std::nullopt;
  }
  if (!address->zone.empty()) {
    problem = "IP Address with zone value is not allowed";
    return std::nullopt;
  }
  if (!address->is_v4_mapped()) return address;
  if (text.find('.') != std::string_view::npos) {
    problem = "IPv4-mapped IPv6 address is not allowed";
    return std::nullopt;
  }
  return unmapped(*address);
}

Value to_ip(EvalContext& context, Arguments args) {
  if (!args[0].is_string()) return no_overload();
  if (!charge_traversal(context, cost_size(args[0]))) return EvalContext::cost_exceeded();
  std::string problem;
  const std::optional<IpAddress> address = parse(args[0].as_string(), problem);
  return address ? make_opaque<IpTraits>(context, *address) : context.error(problem);
}

Value is_ip(EvalContext& context, Arguments args) {
  if (!args[0].is_string()) return no_overload();
  if (!charge_traversal(context, cost_size(args[0]))) return EvalContext::cost_exceeded();
  std::string problem;
  return Value::boolean(parse(args[0].as_string(), problem).has_value());
}

constexpr OverloadSignature kToIp[] = {{"string_to_ip", "ip(string) -> net.IP"}};
constexpr OverloadSignature kIsIp[] = {{"is_ip", "isIP(string) -> bool"}};

constexpr Function kFunctions[] = {
    {.name = "ip",
     .overloads = kToIp,
     .implementation = to_ip,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "isIP",
     .overloads = kIsIp,
     .implementation = is_ip,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
};

}  // namespace

std::span<const Function> network_functions() { return kFunctions; }

}  // namespace yagura::policy
