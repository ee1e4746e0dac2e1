#include <fmt/format.h>

#include <algorithm>

#include "sensor/enforce/policy/names.hpp"
#include "sensor/enforce/policy/rule_sections.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::uint32_t bit(ygr_operation operation) { return std::uint32_t{1} << operation; }

PortRange read_port(SectionReader section) {
  section.allow_only({"port", "endPort", "protocol"});
  PortRange range;
  if (section.has("port")) {
    range.first = static_cast<std::uint16_t>(section.number("port", 0, 65535, 0));
    range.last = static_cast<std::uint16_t>(section.number("endPort", 0, 65535, range.first));
    if (range.last < range.first) section.error_at("endPort", "endPort is less than port");
  } else if (section.has("endPort")) {
    section.error_at("endPort", "endPort without port");
  } else if (!section.has("protocol")) {
    section.error(section.node(), "neither port nor protocol");
  }
  static constexpr Protocol kProtocols[] = {Protocol::kAny, Protocol::kTcp, Protocol::kUdp,
                                            Protocol::kSctp};
  range.protocol = kProtocols[section.word("protocol", {"any", "TCP", "UDP", "SCTP"}, 0)];
  return range;
}

std::vector<PortRange> read_ports(SectionReader& section, std::string_view field) {
  std::vector<PortRange> ports;
  std::size_t index = 0;
  for (const kube::Node& item : section.list(field))
    ports.push_back(read_port(section.item(field, index++, item)));
  return ports;
}

bool is_domain(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253 || name.front() == '.' ||
      name.find("..") != std::string_view::npos)
    return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::vector<std::string> read_domains(SectionReader& section) {
  std::vector<std::string> domains;
  for (std::string name : section.texts("domains")) {
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (name.ends_with('.')) name.pop_back();
    if (is_domain(name)) {
      domains.push_back(std::move(name));
    } else {
      section.error_at("domains", fmt::format("\"{}\" is no domain", name),
                       "a name, or *. and a name for all below it");
    }
  }
  return domains;
}

PolicyRule read_peer(SectionReader section, ygr_operation operation, Effect effect) {
  section.allow_only({"cidrs", "domains", "ports"});
  PolicyRule rule{.field = section.path(), .operations = bit(operation), .effect = effect};
  for (const kube::Node& item : section.list("cidrs")) {
    if (const auto cidr = parse_cidr(item.string_or())) {
      rule.cidrs.push_back(*cidr);
    } else {
      section.error(item, fmt::format("\"{}\" is no network", section.spelling(item)),
                    "an address or address/bits, without bits behind the length");
    }
  }
  rule.domains = read_domains(section);
  if (operation == YGR_OP_INGRESS && section.has("domains")) {
    section.error_at("domains", "domains say where to, not where from");
  }
  rule.ports = read_ports(section, "ports");
  if (!section.has("cidrs") && !section.has("domains") && !section.has("ports")) {
    section.error(section.node(), "a peer without cidrs, domains and ports",
                  "every address is cidrs: [0.0.0.0/0, '::/0']");
  }
  return rule;
}

void read_direction(SectionReader& section, ygr_operation operation, Policy& policy) {
  for (const std::string_view field : {"allow", "deny"}) {
    const Effect effect = field == "allow" ? Effect::kAllow : Effect::kDeny;
    const auto peers = section.list(field);
    std::size_t index = 0;
    for (const kube::Node& item : peers) {
      policy.rules.push_back(read_peer(section.item(field, index++, item), operation, effect));
    }
    // `allow: []` allows nothing, as an empty list of a NetworkPolicy does.
    if (section.has(field) && peers.empty() && effect == Effect::kAllow) {
      policy.rules.push_back({.field = section.path_of(field), .operations = bit(operation)});
    }
  }
}

// A rule for each list, so that a verdict tells which it was.
void read_watch_lists(SectionReader& section, Policy& policy) {
  for (std::string name : section.texts("denyWatchLists")) {
    policy.rules.push_back({.field = fmt::format("{}[{}]", section.path_of("denyWatchLists"), name),
                            .operations = bit(YGR_OP_EGRESS),
                            .watch_list = std::move(name)});
  }
}

void read_egress(SectionReader section, Policy& policy) {
  section.allow_only({"allow", "deny", "denyWatchLists"});
  read_direction(section, YGR_OP_EGRESS, policy);
  read_watch_lists(section, policy);
}

void read_ingress(SectionReader section, Policy& policy) {
  section.allow_only({"allow", "deny", "fromNode"});
  read_direction(section, YGR_OP_INGRESS, policy);
  policy.judges_node = section.word("fromNode", {"allow", "deny"}, 0) == 1;
  if (section.has("fromNode") && !section.has("allow") && !section.has("deny")) {
    section.error_at("fromNode", "fromNode without allow or deny",
                     "it says whether those lists are for the node too");
  }
}

void read_bind(SectionReader section, Policy& policy) {
  section.allow_only({"allow", "deny"});
  for (const std::string_view field : {"allow", "deny"}) {
    if (!section.has(field)) continue;
    PolicyRule rule{.field = section.path_of(field),
                    .operations = bit(YGR_OP_BIND),
                    .effect = field == "allow" ? Effect::kAllow : Effect::kDeny};
    rule.ports = read_ports(section, field);
    if (rule.ports.empty()) rule.effect = Effect::kDeny;
    policy.rules.push_back(std::move(rule));
  }
}

void read_sockets(SectionReader section, Policy& policy) {
  section.allow_only({"allow", "deny"});
  for (const std::string_view field : {"allow", "deny"}) {
    if (!section.has(field)) continue;
    policy.rules.push_back(
        {.field = section.path_of(field),
         .operations = bit(YGR_OP_SOCKET),
         .effect = field == "allow" ? Effect::kAllow : Effect::kDeny,
         .subjects = section.numbers(field, socket_names(), "kind of socket", 0)});
  }
}

}  // namespace

void read_network(SectionReader section, Policy& policy) {
  section.allow_only({"egress", "ingress", "bind", "listen", "sockets"});
  read_egress(section.child("egress"), policy);
  read_ingress(section.child("ingress"), policy);
  read_bind(section.child("bind"), policy);
  if (section.has("listen") && section.word("listen", {"allow", "deny"}, 1) == 1) {
    policy.rules.push_back({.field = section.path_of("listen"), .operations = bit(YGR_OP_LISTEN)});
  }
  read_sockets(section.child("sockets"), policy);
}

}  // namespace yagura::sensor::enforce
