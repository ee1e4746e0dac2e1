#include "sensor/analysis/watch/watch_judge.hpp"

#include <string>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

NoticeKind kind_of(std::string_view rule, std::string_view output, std::vector<std::string> tags) {
  tags.insert(tags.begin(), {"network", "watch_list", "mitre_command_and_control"});
  return {.origin = AlertOrigin::kWatchList,
          .rule = rule,
          .priority = "Critical",
          .output = output,
          .tags = std::move(tags)};
}

}  // namespace

WatchJudge::WatchJudge(const WatchOptions& options, WatchLists& lists, AlertSink& sink)
    : options_(options),
      lists_(lists),
      sink_(sink),
      set_(lists.current()),
      address_kind_(kind_of(
          "Connection with a listed address",
          "Traffic with an address of a watch list (connection=%fd.name protocol=%fd.l4proto "
          "event=%evt.type user=%user.name process=%proc.name command=%proc.cmdline "
          "exe=%proc.exepath parent=%proc.pname container=%container.name "
          "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)",
          {"T1071"})),
      domain_kind_(kind_of(
          "Listed domain resolved",
          "A domain of a watch list is asked for or answered (server=%fd.name user=%user.name "
          "process=%proc.name command=%proc.cmdline exe=%proc.exepath parent=%proc.pname "
          "container=%container.name image=%container.image.repository pod=%k8s.pod.name "
          "ns=%k8s.ns.name)",
          {"T1071.004"})),
      resolved_kind_(kind_of(
          "Connection with an address of a listed domain",
          "Traffic with an address that a domain of a watch list was answered with "
          "(connection=%fd.name event=%evt.type user=%user.name process=%proc.name "
          "command=%proc.cmdline exe=%proc.exepath parent=%proc.pname container=%container.name "
          "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)",
          {"T1071"})) {}

void WatchJudge::refresh() {
  if (lists_.generation() != set_->generation) set_ = lists_.current();
}

void WatchJudge::on_tick(std::int64_t wall_ns) {
  if (wall_ns - last_poll_ >= options_.poll_every_ns || wall_ns < last_poll_) {
    last_poll_ = wall_ns;
    lists_.poll();
  }
  refresh();
}

void WatchJudge::on_event(const SensorEvent& event, const EventFacts& facts) {
  if (facts.peer) {
    refresh();
    judge_peer(event, facts);
  } else if (facts.dns != nullptr) {
    refresh();
    judge_dns(event, facts);
  }
}

void WatchJudge::judge_peer(const SensorEvent& event, const EventFacts& facts) {
  if (const auto hit = set_->networks.find(facts.peer->address)) {
    tell(event, facts, address_kind_, hit->list, hit->to_string(), facts.peer->address.to_string());
  }
  for (const std::string& name : facts.peer_names) {
    const auto hit = set_->domains.find(name);
    if (!hit) continue;
    tell(event, facts, resolved_kind_, hit->list, hit->name, name);
    return;
  }
}

void WatchJudge::judge_dns(const SensorEvent& event, const EventFacts& facts) {
  const auto judge_name = [&](std::string_view name) {
    if (const auto hit = set_->domains.find(name)) {
      tell(event, facts, domain_kind_, hit->list, hit->name, name);
    }
  };
  for (const DnsQuestion& question : facts.dns->questions) judge_name(question.name);
  for (const DnsAnswer& answer : facts.dns->answers) {
    if (!answer.target.empty()) judge_name(answer.target);
    if (answer.type != kDnsA && answer.type != kDnsAaaa) continue;
    if (const auto hit = set_->networks.find(answer.address)) {
      tell(event, facts, domain_kind_, hit->list, hit->to_string(), answer.name);
    }
  }
}

bool WatchJudge::was_told(const EventFacts& facts, const NoticeKind& kind, std::string_view entry) {
  const std::uint64_t fact =
      combine_hash(combine_hash(hash_text(entry), hash_text(kind.rule)), facts.scope);
  if (told_.has(fact)) return true;
  told_.add(fact);
  return false;
}

void WatchJudge::tell(const SensorEvent& event, const EventFacts& facts, const NoticeKind& kind,
                      std::uint16_t list, std::string_view entry, std::string_view subject) {
  ++hits_;
  if (event.wall_ns - told_since_ >= options_.repeat_ns || event.wall_ns < told_since_) {
    told_.clear();
    told_since_ = event.wall_ns;
  }
  if (was_told(facts, kind, entry)) return;
  const WatchListOptions& options = set_->lists[list];
  Notice notice(kind);
  notice.priority(options.priority)
      .field("yagura.list", options.name)
      .field("yagura.entry", std::string(entry))
      .field("yagura.subject", std::string(subject));
  if (facts.workload != nullptr) notice.field("yagura.workload", facts.workload->key);
  notice.score(0.9).send(sink_, event);
}

}  // namespace yagura::sensor
