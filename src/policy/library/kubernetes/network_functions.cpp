// Kubernetes' ip and cidr libraries: as cel-spec's network extension, but without zones and
// IPv4-mapped addresses.

#include "policy/library/kubernetes/ip_address.hpp"
#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/library/kubernetes/network_values.hpp"

namespace yagura::policy {

namespace {

std::optional<IpAddress> parse_ip(std::string_view text, std::string& problem) {
  const auto address = IpAddress::parse(text, &problem);
  if (!address) {
    problem = "IP Address '" + std::string(text) +
              "' parse error during conversion from string: " + problem;
    return std::nullopt;
  }
  if (!address->zone.empty()) {
    problem = "IP address '" + std::string(text) + "' with zone value is not allowed";
    return std::nullopt;
  }
  if (address->is_v4_mapped()) {
    problem = "IPv4-mapped IPv6 address '" + std::string(text) + "' is not allowed";
    return std::nullopt;
  }
  return address;
}

std::optional<IpPrefix> parse_cidr(std::string_view text, std::string& problem) {
  const auto prefix = IpPrefix::parse(text, &problem);
  if (!prefix) {
    problem = "network address parse error during conversion from string: " + problem;
    return std::nullopt;
  }
  if (prefix->address.is_v4_mapped()) {
    problem = "IPv4-mapped IPv6 address '" + std::string(text) + "' is not allowed";
    return std::nullopt;
  }
  return prefix;
}

// ip(string), and ip() of a CIDR.
Value to_ip(EvalContext& context, std::span<const Value> args) {
  if (const IpPrefix* prefix = opaque_data<CidrTraits>(args[0])) {
    if (!context.charge(1)) return EvalContext::cost_exceeded();
    return make_opaque<IpTraits>(context, prefix->address);
  }
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto address = parse_ip(args[0].as_string(), problem);
  if (!address) return context.error(problem);
  return make_opaque<IpTraits>(context, *address);
}

Value is_ip(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  return Value::boolean(parse_ip(args[0].as_string(), problem).has_value());
}

Value is_canonical(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(2 * cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto address = parse_ip(args[0].as_string(), problem);
  if (!address) return context.error(problem);
  return Value::boolean(address->to_string() == args[0].as_string());
}

Value family(EvalContext&, std::span<const Value> args) {
  const IpAddress* address = opaque_data<IpTraits>(args[0]);
  if (address == nullptr) return EvalContext::no_such_overload();
  return Value::integer(address->is_v4 ? 4 : 6);
}

template <bool (IpAddress::*test)() const>
Value is_such(EvalContext&, std::span<const Value> args) {
  const IpAddress* address = opaque_data<IpTraits>(args[0]);
  if (address == nullptr) return EvalContext::no_such_overload();
  return Value::boolean((address->*test)());
}

Value to_text(EvalContext& context, std::span<const Value> args) {
  if (const IpAddress* address = opaque_data<IpTraits>(args[0]))
    return context.copy_string(address->to_string());
  if (const IpPrefix* prefix = opaque_data<CidrTraits>(args[0]))
    return context.copy_string(prefix->to_string());
  return EvalContext::no_such_overload();
}

Value to_cidr(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto prefix = parse_cidr(args[0].as_string(), problem);
  if (!prefix) return context.error(problem);
  return make_opaque<CidrTraits>(context, *prefix);
}

Value is_cidr(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  return Value::boolean(parse_cidr(args[0].as_string(), problem).has_value());
}

// Upstream counts the bytes of the prefix, twice for the comparison.
std::uint64_t comparison_cost(const IpPrefix& prefix) {
  return traversal_cost(2 * ((prefix.length + 7) / 8));
}

Value contains_ip(EvalContext& context, std::span<const Value> args) {
  const IpPrefix* prefix = opaque_data<CidrTraits>(args[0]);
  if (prefix == nullptr) return EvalContext::no_such_overload();
  if (!context.charge(comparison_cost(*prefix))) return EvalContext::cost_exceeded();
  if (const IpAddress* address = opaque_data<IpTraits>(args[1]))
    return Value::boolean(prefix->contains(*address));
  if (!args[1].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[1])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto address = parse_ip(args[1].as_string(), problem);
  if (!address) return context.error(problem);
  return Value::boolean(prefix->contains(*address));
}

Value contains_cidr(EvalContext& context, std::span<const Value> args) {
  const IpPrefix* prefix = opaque_data<CidrTraits>(args[0]);
  if (prefix == nullptr) return EvalContext::no_such_overload();
  const std::uint64_t masking = traversal_cost((prefix->length + 7) / 8) + 1;
  if (!context.charge(comparison_cost(*prefix) + masking)) return EvalContext::cost_exceeded();
  if (const IpPrefix* other = opaque_data<CidrTraits>(args[1]))
    return Value::boolean(prefix->contains(*other));
  if (!args[1].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[1])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto other = parse_cidr(args[1].as_string(), problem);
  if (!other) return context.error(problem);
  return Value::boolean(prefix->contains(*other));
}

Value masked(EvalContext& context, std::span<const Value> args) {
  const IpPrefix* prefix = opaque_data<CidrTraits>(args[0]);
  if (prefix == nullptr) return EvalContext::no_such_overload();
  return make_opaque<CidrTraits>(context, prefix->masked());
}

Value prefix_length(EvalContext&, std::span<const Value> args) {
  const IpPrefix* prefix = opaque_data<CidrTraits>(args[0]);
  if (prefix == nullptr) return EvalContext::no_such_overload();
  return Value::integer(prefix->length);
}

constexpr OverloadSignature kToIp[] = {{"string_to_ip", "ip(string) -> net.IP"}};
constexpr OverloadSignature kIsIp[] = {{"is_ip", "isIP(string) -> bool"}};
constexpr OverloadSignature kIsCanonical[] = {
    {"ip_is_canonical", "ip.isCanonical(string) -> bool"}};
constexpr OverloadSignature kFamily[] = {{"ip_family", "net.IP.family() -> int"}};
constexpr OverloadSignature kIsUnspecified[] = {
    {"ip_is_unspecified", "net.IP.isUnspecified() -> bool"}};
constexpr OverloadSignature kIsLoopback[] = {{"ip_is_loopback", "net.IP.isLoopback() -> bool"}};
constexpr OverloadSignature kIsLinkLocalMulticast[] = {
    {"ip_is_link_local_multicast", "net.IP.isLinkLocalMulticast() -> bool"}};
constexpr OverloadSignature kIsLinkLocalUnicast[] = {
    {"ip_is_link_local_unicast", "net.IP.isLinkLocalUnicast() -> bool"}};
constexpr OverloadSignature kIsGlobalUnicast[] = {
    {"ip_is_global_unicast", "net.IP.isGlobalUnicast() -> bool"}};
constexpr OverloadSignature kIpToString[] = {{"ip_to_string", "string(net.IP) -> string"}};
constexpr OverloadSignature kToCidr[] = {{"string_to_cidr", "cidr(string) -> net.CIDR"}};
constexpr OverloadSignature kIsCidr[] = {{"is_cidr", "isCIDR(string) -> bool"}};
constexpr OverloadSignature kContainsIp[] = {
    {"cidr_contains_ip_string", "net.CIDR.containsIP(string) -> bool"},
    {"cidr_contains_ip_ip", "net.CIDR.containsIP(net.IP) -> bool"}};
constexpr OverloadSignature kContainsCidr[] = {
    {"cidr_contains_cidr_string", "net.CIDR.containsCIDR(string) -> bool"},
    {"cidr_contains_cidr", "net.CIDR.containsCIDR(net.CIDR) -> bool"}};
constexpr OverloadSignature kCidrIp[] = {{"cidr_ip", "net.CIDR.ip() -> net.IP"}};
constexpr OverloadSignature kMasked[] = {{"cidr_masked", "net.CIDR.masked() -> net.CIDR"}};
constexpr OverloadSignature kPrefixLength[] = {
    {"cidr_prefix_length", "net.CIDR.prefixLength() -> int"}};
constexpr OverloadSignature kCidrToString[] = {{"cidr_to_string", "string(net.CIDR) -> string"}};

constexpr Function kIpFunctions[] = {
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
    {.name = "ip.isCanonical",
     .overloads = kIsCanonical,
     .implementation = is_canonical,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "family",
     .overloads = kFamily,
     .implementation = family,
     .min_args = 1,
     .max_args = 1},
    {.name = "isUnspecified",
     .overloads = kIsUnspecified,
     .implementation = is_such<&IpAddress::is_unspecified>,
     .min_args = 1,
     .max_args = 1},
    {.name = "isLoopback",
     .overloads = kIsLoopback,
     .implementation = is_such<&IpAddress::is_loopback>,
     .min_args = 1,
     .max_args = 1},
    {.name = "isLinkLocalMulticast",
     .overloads = kIsLinkLocalMulticast,
     .implementation = is_such<&IpAddress::is_link_local_multicast>,
     .min_args = 1,
     .max_args = 1},
    {.name = "isLinkLocalUnicast",
     .overloads = kIsLinkLocalUnicast,
     .implementation = is_such<&IpAddress::is_link_local_unicast>,
     .min_args = 1,
     .max_args = 1},
    {.name = "isGlobalUnicast",
     .overloads = kIsGlobalUnicast,
     .implementation = is_such<&IpAddress::is_global_unicast>,
     .min_args = 1,
     .max_args = 1},
    {.name = "string",
     .overloads = kIpToString,
     .implementation = to_text,
     .min_args = 1,
     .max_args = 1},
};

constexpr Function kCidrFunctions[] = {
    {.name = "cidr",
     .overloads = kToCidr,
     .implementation = to_cidr,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "isCIDR",
     .overloads = kIsCidr,
     .implementation = is_cidr,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "containsIP",
     .overloads = kContainsIp,
     .implementation = contains_ip,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "containsCIDR",
     .overloads = kContainsCidr,
     .implementation = contains_cidr,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "ip",
     .overloads = kCidrIp,
     .implementation = to_ip,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "masked",
     .overloads = kMasked,
     .implementation = masked,
     .min_args = 1,
     .max_args = 1},
    {.name = "prefixLength",
     .overloads = kPrefixLength,
     .implementation = prefix_length,
     .min_args = 1,
     .max_args = 1},
    {.name = "string",
     .overloads = kCidrToString,
     .implementation = to_text,
     .min_args = 1,
     .max_args = 1},
};

}  // namespace

std::span<const Function> kubernetes_ip_functions() { return kIpFunctions; }
std::span<const Function> kubernetes_cidr_functions() { return kCidrFunctions; }

}  // namespace yagura::policy
