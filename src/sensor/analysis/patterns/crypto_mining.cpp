#include "sensor/analysis/patterns/crypto_mining.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "sensor/analysis/facts/hash.hpp"
#include "sensor/analysis/profile/novelty.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kQuiet = 3600'000'000'000;
constexpr std::size_t kMinPoolData = 20;

// Operators of pools, as their sites name them.
constexpr std::string_view kPools[] = {
    "2miners.com",       "antpool.com",        "braiins.com",    "c3pool.com",
    "c3pool.org",        "dwarfpool.com",      "ethermine.org",  "f2pool.com",
    "flypool.org",       "hashvault.pro",      "herominers.com", "k1pool.com",
    "kryptex.network",   "luckpool.net",       "minergate.com",  "minexmr.com",
    "miningpoolhub.com", "moneroocean.stream", "monerohash.com", "monerop.com",
    "nanopool.org",      "nicehash.com",       "poolin.com",     "prohashing.com",
    "slushpool.com",     "supportxmr.com",     "unmineable.com", "viabtc.com",
    "woolypooly.com",    "xmrpool.eu",         "xmrpool.net",    "zergpool.com",
    "zpool.ca"};

constexpr std::uint16_t kPorts[] = {3333,  3334,  4444,  5555,  6666,  7777,  8333,  9999, 10128,
                                    10343, 13333, 14433, 14444, 20535, 20580, 45560, 45700};

constexpr std::string_view kMethods[] = {"\"mining.subscribe\"",      "\"mining.authorize\"",
                                         "\"mining.submit\"",         "\"mining.notify\"",
                                         "\"mining.set_difficulty\"", "\"eth_submitLogin\"",
                                         "\"eth_submitHashrate\"",    "\"eth_submitWork\""};

constexpr std::string_view kArgumentParts[] = {
    "stratum+tcp://", "stratum+ssl://", "stratum2+tcp://", "stratum1+tcp://", "stratum+tls://"};
constexpr std::string_view kArgumentHeads[] = {
    "--donate-level",         "--coin=monero", "--algo=rx/", "--randomx-",
    "--cpu-max-threads-hint", "--nicehash",    "--rig-id"};
constexpr std::string_view kMiners[] = {
    "xmrig",    "xmr-stak",     "minerd",  "cpuminer", "ethminer",      "nbminer", "t-rex",
    "lolminer", "phoenixminer", "cgminer", "bfgminer", "minergate-cli", "kinsing", "kdevtmpfsi"};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string_view find_stratum(std::string_view data) {
  // A JSON message a line.
  if (data.size() < kMinPoolData || !has(data.substr(0, 256), "{")) return {};
  for (const std::string_view method : kMethods) {
    if (has(data, method)) return method.substr(1, method.size() - 2);
  }
  // Monero's dialect: {"method":"login","params":{"login":WALLET,"pass":…,"agent":"XMRig/6.2",
  // "algo":["rx/0",…]}}, answered with a job that has a blob and a target.
  const bool is_login = has(data, "\"login\"") && has(data, "\"pass\"") &&
                        (has(data, "\"agent\"") || has(data, "\"algo\""));
  if (is_login) return "login";
  if (has(data, "\"job_id\"") && has(data, "\"blob\"") && has(data, "\"target\"")) return "job";
  return {};
}

std::string_view find_miner_argument(std::string_view argv) {
  std::string_view found;
  bool is_program = true;
  for_each_string(argv, [&](std::string_view argument) {
    if (!found.empty()) return;
    const bool is_named = std::exchange(is_program, false) &&
                          std::ranges::find(kMiners, base_name(argument)) != std::end(kMiners);
    const bool is_telling =
        is_named ||
        std::ranges::any_of(kArgumentParts, [&](auto part) { return has(argument, part); }) ||
        std::ranges::any_of(kArgumentHeads, [&](auto head) { return argument.starts_with(head); });
    if (is_telling) found = argument;
  });
  return found;
}

bool is_mining_pool(std::string_view domain) {
  return std::ranges::any_of(kPools, [&](std::string_view pool) {
    return domain == pool || (domain.size() > pool.size() && domain.ends_with(pool) &&
                              domain[domain.size() - pool.size() - 1] == '.');
  });
}

bool is_mining_port(std::uint16_t port) {
  return std::ranges::find(kPorts, port) != std::end(kPorts);
}

MiningFinder::MiningFinder(AlertSink& sink)
    : sink_(sink),
      kind_{.origin = AlertOrigin::kPattern,
            .rule = "Crypto-mining",
            .priority = "Critical",
            .output =
                "A process mines or speaks with a mining pool (connection=%fd.name "
                "user=%user.name process=%proc.name command=%proc.cmdline "
                "exe=%proc.exepath parent=%proc.pname container=%container.name "
                "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)",
            .tags = {"process", "network", "pattern", "mitre_impact", "T1496"}} {}

void MiningFinder::on_event(const SensorEvent& event, const EventFacts& facts) {
  const RecordView& record = *event.record;
  if (facts.event_class == EventClass::kExec && record.header().result >= 0) {
    if (const auto argument = find_miner_argument(event.process->image->argv); !argument.empty()) {
      tell(event, facts, "command line", argument, 0.85);
    }
    return;
  }
  if (facts.dns != nullptr) {
    for (const DnsQuestion& question : facts.dns->questions) {
      if (is_mining_pool(question.name)) tell(event, facts, "pool's domain", question.name, 0.85);
    }
    return;
  }
  const bool moves_data = facts.event_class == EventClass::kSend ||
                          facts.event_class == EventClass::kReceive ||
                          (facts.event_class == EventClass::kOther && record.has(YGR_S_SOCKET));
  if (moves_data && record.has(YGR_S_DATA)) {
    if (const auto method = find_stratum(record.text(YGR_S_DATA)); !method.empty()) {
      tell(event, facts, "Stratum message", method, 0.95);
    }
    return;
  }
  if (facts.event_class == EventClass::kConnect && facts.peer && is_mining_port(facts.peer->port) &&
      !facts.peer->address.is_private() && is_written(event.process->image->exe)) {
    tell(event, facts, "pool's port, by an executable that is not of the image",
         facts.peer->address.to_string() + ":" + std::to_string(facts.peer->port), 0.7);
  }
}

void MiningFinder::tell(const SensorEvent& event, const EventFacts& facts, std::string_view what,
                        std::string_view detail, double score) {
  const Process& process = *event.process;
  std::int64_t& told =
      told_.at(combine_hash(combine_hash(process.pid, process.start_ns), hash_text(what)));
  if (told != 0 && event.wall_ns - told < kQuiet) return;
  told = event.wall_ns;
  Notice notice(kind_);
  notice.field("yagura.sign", std::string(what)).field("yagura.detail", std::string(detail));
  if (facts.workload != nullptr) notice.field("yagura.workload", facts.workload->key);
  notice.score(score).send(sink_, event);
}

}  // namespace yagura::sensor
