#include "sensor/analysis/patterns/dns_tunnel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sensor/analysis/facts/domain_shape.hpp"
#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kQuiet = 3600'000'000'000;
constexpr std::string_view kLeftOut[] = {"cluster.local", "in-addr.arpa", "ip6.arpa"};

bool is_odd_type(std::uint16_t type) {
  return type == kDnsTxt || type == kDnsNull || type == kDnsAny || type == kDnsMx ||
         (type > 256 && type != 257);  // 257: CAA
}

}  // namespace

DnsTunnelFinder::DnsTunnelFinder(const DnsTunnelOptions& options, AlertSink& sink)
    : options_(options),
      sink_(sink),
      kind_{.origin = AlertOrigin::kPattern,
            .rule = "DNS tunnelling",
            .priority = "Critical",
            .output =
                "Many long names without meaning are asked for below one domain "
                "(server=%fd.name user=%user.name process=%proc.name command=%proc.cmdline "
                "exe=%proc.exepath parent=%proc.pname container=%container.name "
                "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)",
            .tags = {"network", "pattern", "mitre_exfiltration", "T1048.003",
                     "mitre_command_and_control", "T1071.004", "T1572"}},
      domains_(options.max_domains) {}

void DnsTunnelFinder::on_event(const SensorEvent& event, const EventFacts& facts) {
  if (facts.dns == nullptr || facts.dns->is_answer) return;
  for (const DnsQuestion& question : facts.dns->questions) on_question(event, facts, question);
}

void DnsTunnelFinder::on_question(const SensorEvent& event, const EventFacts& facts,
                                  const DnsQuestion& question) {
  const std::string_view registered = registered_domain(question.name);
  if (registered.size() + 1 >= question.name.size()) return;
  if (std::ranges::find(kLeftOut, registered) != std::end(kLeftOut)) return;
  const std::string_view below =
      std::string_view(question.name).substr(0, question.name.size() - registered.size() - 1);
  Domain& domain = domains_.at(combine_hash(hash_text(registered), facts.scope));
  if (event.wall_ns >= domain.window_end) {
    domain =
        Domain{.window_end = event.wall_ns + options_.window_ns, .quiet_until = domain.quiet_until};
  }
  ++domain.questions;
  domain.bytes += below.size();
  domain.entropy += text_entropy(below);
  domain.odd_types += is_odd_type(question.type) ? 1 : 0;
  domain.names.add(hash_text(below));
  if (event.wall_ns < domain.quiet_until || domain.questions < options_.min_names) return;
  if (!is_tunnel(domain)) return;
  domain.quiet_until = event.wall_ns + kQuiet;
  tell(event, facts, question.name, domain);
}

bool DnsTunnelFinder::is_tunnel(const Domain& domain) const {
  const double names = domain.names.count();
  if (names < options_.min_names || domain.bytes < options_.min_bytes) return false;
  // The same names again and again carry nothing.
  if (names < 0.5 * domain.questions && names < 1000) return false;
  const double length = static_cast<double>(domain.bytes) / domain.questions;
  const double entropy = domain.entropy / domain.questions;
  const bool is_odd = domain.odd_types >= options_.min_odd_types;
  return entropy >= options_.min_entropy &&
         length >= (is_odd ? options_.min_length / 2 : options_.min_length);
}

void DnsTunnelFinder::tell(const SensorEvent& event, const EventFacts& facts, std::string_view name,
                           const Domain& domain) {
  Notice notice(kind_);
  notice.field("yagura.domain", std::string(registered_domain(name)))
      .field("yagura.example", std::string(name))
      .field("yagura.distinct", fmt::format("{:.0f}", domain.names.count()))
      .field("yagura.bytes", std::to_string(domain.bytes))
      .field("yagura.entropy", fmt::format("{:.2f}", domain.entropy / domain.questions))
      .field("yagura.odd_types", std::to_string(domain.odd_types));
  if (facts.workload != nullptr) notice.field("yagura.workload", facts.workload->key);
  notice.score(0.85).send(sink_, event);
}

}  // namespace yagura::sensor
