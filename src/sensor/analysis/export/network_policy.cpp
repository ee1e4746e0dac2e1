#include "sensor/analysis/export/network_policy.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <optional>
#include <vector>

#include "sensor/analysis/export/target.hpp"

namespace yagura::sensor {

namespace {

constexpr std::uint8_t kProtocolSctp = 132;
constexpr std::size_t kMaxNames = 20;

std::optional<std::string_view> policy_protocol(std::uint8_t protocol) {
  switch (protocol) {
    case kProtocolTcp:
      return "TCP";
    case kProtocolUdp:
      return "UDP";
    case kProtocolSctp:
      return "SCTP";
    default:
      return std::nullopt;
  }
}

// A peer pod's text in its parts; see pod_peer_text().
struct PodPeer {
  Direction direction = Direction::kOutbound;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  std::string_view name_space;
  std::vector<std::pair<std::string_view, std::string_view>> labels;
};

std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

std::optional<PodPeer> parse_pod_peer(std::string_view text) {
  PodPeer peer;
  const std::string_view direction = take(text, ' ');
  const auto protocol = parse_protocol(take(text, ' '));
  const std::string port(take(text, ' '));
  peer.name_space = take(text, ' ');
  if (!protocol || (direction != "outbound" && direction != "inbound")) return std::nullopt;
  peer.direction = direction == "outbound" ? Direction::kOutbound : Direction::kInbound;
  peer.protocol = *protocol;
  peer.port = static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10));
  while (!text.empty()) {
    std::string_view label = take(text, ',');
    const std::string_view key = take(label, '=');
    peer.labels.emplace_back(key, label);
  }
  if (peer.labels.empty() || peer.name_space.empty()) return std::nullopt;
  return peer;
}

class Writer {
 public:
  Writer(const Profile& profile, ExportTarget target)
      : profile_(profile), target_(std::move(target)) {}

  std::string write() {
    add("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {}\n"
        "  namespace: {}\nspec:\n  podSelector:\n    matchLabels:\n",
        yaml_text(export_name(target_)), yaml_text(target_.name_space));
    for (const auto& [key, value] : profile_.labels) {
      add("      {}: {}\n", yaml_text(key), yaml_text(value));
    }
    add("  policyTypes: [Ingress, Egress]\n");
    write_direction(Direction::kInbound);
    write_direction(Direction::kOutbound);
    return std::move(out_);
  }

 private:
  template <typename... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
  }

  void write_direction(Direction direction) {
    const bool is_egress = direction == Direction::kOutbound;
    std::string rules;
    std::swap(rules, out_);
    if (is_egress) write_dns();
    for (const PeerGroup& group : profile_.peers.groups()) {
      if (group.direction == direction) write_group(group);
    }
    for (const Feature& feature : profile_.table(FeatureKind::kPeerPod).all()) {
      if (feature.state != FeatureState::kLearned) continue;
      const auto peer = parse_pod_peer(feature.text);
      if (peer && peer->direction == direction) write_pod(*peer);
    }
    std::swap(rules, out_);
    const bool has_rule = rules.find("      ports:\n") != std::string::npos;
    add("  {}:{}\n", is_egress ? "egress" : "ingress", has_rule ? "" : " []");
    out_ += rules;
  }

  void write_dns() {
    const FeatureTable& domains = profile_.table(FeatureKind::kDomain);
    if (domains.learned() == 0) return;
    add("    # names that were resolved:\n");
    std::size_t shown = 0;
    for (const Feature& domain : domains.all()) {
      if (domain.state != FeatureState::kLearned) continue;
      if (shown++ == kMaxNames) {
        add("    #   … and more\n");
        break;
      }
      add("    #   {}\n", yaml_text(domain.text));
    }
    add("    - to:\n        - namespaceSelector:\n            matchLabels: "
        "{{kubernetes.io/metadata.name: kube-system}}\n          podSelector:\n"
        "            matchLabels: {{k8s-app: kube-dns}}\n      ports:\n"
        "        - {{protocol: UDP, port: 53}}\n        - {{protocol: TCP, port: 53}}\n");
  }

  void write_port(std::string_view protocol, std::uint16_t port) {
    add("      ports:\n        - {{protocol: {}, port: {}", protocol, port);
    if (port >= kFirstEphemeralPort) add(", endPort: 65535");
    add("}}\n");
  }

  void write_group(const PeerGroup& group) {
    const auto protocol = policy_protocol(group.protocol);
    if (!protocol) {
      add("    # {} cannot be named in a NetworkPolicy\n", protocol_name(group.protocol));
      return;
    }
    std::vector<std::string> networks;
    for (const PeerNetwork& network : group.networks) {
      // Within the pod nothing is judged.
      if (!network.address.is_loopback()) networks.push_back(network.to_string());
    }
    if (networks.empty()) return;
    add("    - {}:\n", group.direction == Direction::kOutbound ? "to" : "from");
    for (const std::string& network : networks) {
      add("        - ipBlock: {{cidr: {}}}\n", yaml_text(network));
    }
    write_port(*protocol, group.port);
  }

  void write_pod(const PodPeer& peer) {
    const auto protocol = policy_protocol(peer.protocol);
    if (!protocol) return;
    add("    - {}:\n        - podSelector:\n            matchLabels:\n",
        peer.direction == Direction::kOutbound ? "to" : "from");
    for (const auto& [key, value] : peer.labels) {
      add("              {}: {}\n", yaml_text(key), yaml_text(value));
    }
    if (peer.name_space != target_.name_space) {
      add("          namespaceSelector:\n            matchLabels: "
          "{{kubernetes.io/metadata.name: {}}}\n",
          yaml_text(peer.name_space));
    }
    write_port(*protocol, peer.port);
  }

  const Profile& profile_;
  ExportTarget target_;
  std::string out_;
};

}  // namespace

Result<std::string> network_policy(const Profile& profile) {
  ExportTarget target = export_target(profile.key());
  if (!target.is_pod()) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: only pods have network policies", profile.key()));
  }
  if (profile.labels.empty()) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: the labels of its pods were never seen", profile.key()));
  }
  return Writer(profile, std::move(target)).write();
}

}  // namespace yagura::sensor
