#include "sensor/analysis/analysis.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "rules/event_type.hpp"
#include "sensor/analysis/patterns/crypto_mining.hpp"
#include "sensor/analysis/patterns/reverse_shell.hpp"
#include "sensor/analysis/profile/shapes.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxPods = 4096;
constexpr std::int64_t kInUseSaveEvery = 300LL * 1'000'000'000;

ProfileOptions profile_options(const AnalysisOptions& options) {
  ProfileOptions profiles = options.profiles;
  if (!options.state_directory.empty()) profiles.directory = options.state_directory / "profiles";
  return profiles;
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::ranges::move(from, std::back_inserter(to));
}

// One metric with its help and type.
template <typename Number>
void append_metric(std::string& out, std::string_view name, std::string_view type,
                   std::string_view help, Number value) {
  fmt::format_to(std::back_inserter(out),
                 "# HELP yagura_sensor_analysis_{0} {1}\n# TYPE yagura_sensor_analysis_{0} {2}\n"
                 "yagura_sensor_analysis_{0} {3}\n",
                 name, help, type, value);
}

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::span<const std::uint16_t> analysed_calls() {
  static const std::vector<std::uint16_t> types = [] {
    std::vector<std::uint16_t> found;
    for (std::size_t type = 0; type < rules::event_types().size(); ++type) {
      if (is_always_told(static_cast<std::uint16_t>(type))) {
        found.push_back(static_cast<std::uint16_t>(type));
      }
    }
    return found;
  }();
  return types;
}

struct Analysis::Patterns {
  BeaconFinder beacons;
  PortScanFinder port_scans;
  DnsTunnelFinder dns_tunnels;
  MiningFinder mining;
  ReverseShellFinder reverse_shells;
};

Analysis::Analysis(AnalysisOptions options, AlertSink& sink)
    : options_(std::move(options)),
      workloads_({.with_host = options_.with_host}),
      names_(options_.domain_names),
      profiler_(profile_options(options_), sink),
      counts_(options_.counts, sink),
      lists_(options_.watch_lists),
      watch_(options_.watch, lists_, sink),
      in_use_(options_.in_use) {
  if (!options_.with_patterns) return;
  patterns_ = std::unique_ptr<Patterns>(new Patterns{
      .beacons = BeaconFinder(options_.beacons, sink,
                              [this](const EventFacts& facts) { return is_usual(facts); }),
      .port_scans = PortScanFinder(options_.port_scans, sink),
      .dns_tunnels = DnsTunnelFinder(options_.dns_tunnels, sink),
      .mining = MiningFinder(sink),
      .reverse_shells = ReverseShellFinder(sink)});
}

Analysis::~Analysis() = default;

std::filesystem::path Analysis::in_use_path() const {
  return options_.state_directory / "in-use.json";
}

std::vector<std::string> Analysis::load() {
  std::vector<std::string> problems = lists_.load();
  append(problems, profiler_.load());
  if (options_.state_directory.empty()) return problems;
  if (auto loaded = in_use_.load(in_use_path());
      !loaded && loaded.error().code != ErrorCode::kNotFound) {
    // It would be written over at the next saving.
    std::error_code error;
    std::filesystem::rename(in_use_path(), in_use_path().string() + ".refused", error);
    problems.push_back("record of files in use refused, and kept as .refused: " +
                       loaded.error().message);
  }
  return problems;
}

std::vector<std::string> Analysis::reload() {
  std::vector<std::string> problems = lists_.load();
  append(problems, profiler_.reload());
  return problems;
}

std::vector<std::string> Analysis::save() {
  std::vector<std::string> problems = profiler_.save();
  if (options_.state_directory.empty() || !in_use_.is_changed()) return problems;
  std::error_code error;
  std::filesystem::create_directories(options_.state_directory, error);
  if (auto saved = in_use_.save(in_use_path()); !saved) {
    ++save_errors_;
    problems.push_back(saved.error().message);
  }
  return problems;
}

// What a learned profile knows needs no alert of a pattern.
bool Analysis::is_usual(const EventFacts& facts) const {
  if (facts.workload == nullptr || !facts.peer) return false;
  const Profile* profile = profiler_.find(facts.workload->key);
  if (profile == nullptr || profile->state != ProfileState::kLearned) return false;
  return profile->peers.contains(*facts.peer) ||
         std::ranges::any_of(facts.peer_names, [&](const std::string& name) {
           const Feature* known = profile->table(FeatureKind::kDomain).find(shape_of_domain(name));
           return known != nullptr && known->state == FeatureState::kLearned;
         });
}

void Analysis::note_pod(const std::shared_ptr<const Container>& container) {
  last_container_ = container;
  const Pod* pod = container->pod.get();
  if (pod == nullptr || pod->host_network) return;
  const auto address = IpAddress::parse(pod->ip);
  if (!address || pod->labels.empty()) return;
  if (pods_.size() >= kMaxPods) pods_.clear();
  pods_[*address] = container->pod;
}

void Analysis::find_peer(const SensorEvent& event, EventFacts& facts) {
  facts.peer = read_peer(event, facts.event_class);
  if (facts.peer) {
    facts.peer_names =
        names_.find(facts.scope, facts.peer->address, event.record->header().time_ns);
    const auto pod = pods_.find(facts.peer->address);
    if (pod != pods_.end()) facts.peer_pod = pod->second.get();
  }
}

void Analysis::read_dns(const SensorEvent& event, EventFacts& facts) {
  const auto socket = event.record->get<ygr_socket>(YGR_S_SOCKET);
  const bool is_stream = socket && socket->type == SOCK_STREAM;
  auto message = read_dns_message(event.record->text(YGR_S_DATA),
                                  is_stream ? DnsTransport::kStream : DnsTransport::kDatagram);
  ++dns_messages_;
  if (!message) {
    ++broken_dns_;
    return;
  }
  dns_ = std::move(*message);
  facts.dns = &dns_;
  names_.learn(facts.scope, dns_, event.record->header().time_ns);
}

void Analysis::on_event(const SensorEvent& event) {
  EventFacts facts;
  facts.event_class = class_of(event);
  if (facts.event_class == EventClass::kNothing) return;
  ++events_;
  const Container* container = event.container();
  facts.scope = container == nullptr ? event.record->header().cgroup_id : container->cgroup_id;
  if (container != nullptr && event.process->container != last_container_) {
    note_pod(event.process->container);
  }
  facts.workload = workloads_.find(event.process->container);
  switch (facts.event_class) {
    case EventClass::kConnect:
    case EventClass::kAccept:
    case EventClass::kSend:
    case EventClass::kReceive:
      find_peer(event, facts);
      watch_.on_event(event, facts);
      break;
    case EventClass::kDns:
      read_dns(event, facts);
      watch_.on_event(event, facts);
      break;
    case EventClass::kExec:
    case EventClass::kLibrary:
      in_use_.on_event(event, facts);
      break;
    default:
      break;
  }
  if (patterns_ != nullptr && (container != nullptr || options_.with_host)) {
    switch (facts.event_class) {
      case EventClass::kConnect:
        patterns_->beacons.on_event(event, facts);
        patterns_->port_scans.on_event(event, facts);
        patterns_->mining.on_event(event, facts);
        patterns_->reverse_shells.on_event(event, facts);
        break;
      case EventClass::kDns:
        patterns_->dns_tunnels.on_event(event, facts);
        patterns_->mining.on_event(event, facts);
        break;
      case EventClass::kExec:
        patterns_->mining.on_event(event, facts);
        patterns_->reverse_shells.on_event(event, facts);
        break;
      case EventClass::kDuplicate:
        patterns_->reverse_shells.on_event(event, facts);
        break;
      case EventClass::kSend:
      case EventClass::kReceive:
      case EventClass::kOther:
        patterns_->mining.on_event(event, facts);
        break;
      default:
        break;
    }
  }
  if (facts.workload == nullptr) return;
  if (options_.with_statistics) counts_.on_event(event, facts);
  if (options_.with_profiles) profiler_.on_event(event, facts);
}

void Analysis::note_calls(const std::shared_ptr<const Container>& container,
                          std::span<const std::uint16_t> calls) {
  const Workload* const workload = workloads_.find(container);
  if (workload != nullptr && options_.with_profiles) profiler_.note_calls(*workload, calls);
}

void Analysis::on_tick(std::int64_t wall_ns) {
  watch_.on_tick(wall_ns);
  if (options_.with_statistics) counts_.on_tick(wall_ns);
  if (options_.with_profiles) profiler_.on_tick(wall_ns);
  if (options_.state_directory.empty() || !in_use_.is_changed()) return;
  if (last_in_use_save_ == 0) last_in_use_save_ = wall_ns;
  if (wall_ns - last_in_use_save_ < kInUseSaveEvery) return;
  last_in_use_save_ = wall_ns;
  if (!in_use_.save(in_use_path())) ++save_errors_;
}

std::string Analysis::metrics() const {
  std::string out;
  const ProfilerCounts profiles = profiler_.counts();
  append_metric(out, "events_total", "counter", "Events that were analysed.", events_);
  append_metric(out, "workloads", "gauge", "Workloads that were seen.", workloads_.size());
  append_metric(out, "workloads_refused_total", "counter", "Workloads beyond the limit.",
                workloads_.refused());
  append_metric(out, "profiles", "gauge", "Profiles.", profiles.profiles);
  append_metric(out, "profiles_learning", "gauge", "Profiles that are being learned.",
                profiles.profiles_learning);
  append_metric(out, "profile_bytes", "gauge", "Memory of the texts in profiles.", profiles.bytes);
  append_metric(out, "profile_features_total", "counter", "Facts that were learned.",
                profiles.learned);
  append_metric(out, "profile_alerts_total", "counter", "Alerts about what is new.",
                profiles.alerts);
  append_metric(out, "profile_unjudged_total", "counter",
                "Facts that could not be judged because a table was full.", profiles.unjudged);
  append_metric(out, "profile_refused_files_total", "counter", "Profiles that could not be read.",
                profiles.refused_files);
  append_metric(out, "save_errors_total", "counter", "Files that could not be written.",
                profiles.save_errors + save_errors_);
  append_metric(out, "dns_messages_total", "counter", "DNS messages that were read.",
                dns_messages_);
  append_metric(out, "dns_broken_total", "counter", "DNS messages that are none.", broken_dns_);
  append_metric(out, "dns_addresses", "gauge", "Addresses whose names are known.",
                names_.addresses());
  append_metric(out, "watch_hits_total", "counter", "Events about listed addresses and domains.",
                watch_.hits());
  append_metric(out, "images_in_use", "gauge", "Images whose used files are recorded.",
                in_use_.images());
  out +=
      "# HELP yagura_sensor_analysis_watch_entries Entries of watch lists.\n"
      "# TYPE yagura_sensor_analysis_watch_entries gauge\n";
  for (const WatchListState& state : lists_.states()) {
    for (const auto& [kind, count] :
         {std::pair("network", state.counts.networks), std::pair("domain", state.counts.domains),
          std::pair("skipped", state.counts.skipped)}) {
      fmt::format_to(std::back_inserter(out),
                     "yagura_sensor_analysis_watch_entries{{list=\"{}\",kind=\"{}\"}} {}\n",
                     label_value(state.name), kind, count);
    }
  }
  return out;
}

}  // namespace yagura::sensor
