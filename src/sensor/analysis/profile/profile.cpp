#include "sensor/analysis/profile/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "rules/event_type.hpp"
#include "sensor/analysis/facts/domain_shape.hpp"
#include "sensor/analysis/profile/shapes.hpp"

namespace yagura::sensor {

namespace {

constexpr std::string_view kKindNames[kFeatureKinds] = {
    "executables",  "launches", "read_directories", "write_directories",
    "libraries",    "domains",  "mounts",           "calls",
    "capabilities", "peers"};

bool is_directory(FeatureKind kind) {
  return kind == FeatureKind::kReadDirectory || kind == FeatureKind::kWriteDirectory;
}

// The text of the group that a directory or a domain would belong to; empty: none. Directories
// right below the root are no group: "/*" would be everything.
std::string group_of(FeatureKind kind, std::string_view text) {
  if (is_directory(kind)) {
    const std::string_view parent = folder_of(text);
    if (parent.size() <= 1 || text.ends_with("/*")) return {};
    return std::string(parent) + "/*";
  }
  if (kind == FeatureKind::kDomain) {
    const std::string_view registered = registered_domain(text);
    if (registered.size() == text.size() || registered.find('.') == std::string_view::npos) {
      return {};
    }
    return "*." + std::string(registered);
  }
  return {};
}

std::size_t count_in_group(const FeatureTable& table, FeatureKind kind, std::string_view group) {
  return static_cast<std::size_t>(std::ranges::count_if(
      table.all(), [&](const Feature& feature) { return group_of(kind, feature.text) == group; }));
}

}  // namespace

std::string_view to_string(FeatureKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<FeatureKind> find_feature_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKindNames, name);
  if (found == std::end(kKindNames)) return std::nullopt;
  return static_cast<FeatureKind>(found - std::begin(kKindNames));
}

std::string display_text(FeatureKind kind, std::string_view text) {
  if (kind != FeatureKind::kLaunch) return std::string(text);
  const std::size_t zero = text.find('\0');
  if (zero == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, zero)) + " -> " + std::string(text.substr(zero + 1));
}

bool is_covered_by_group(FeatureKind kind, std::string_view text, const FeatureTable& table) {
  const std::string group = group_of(kind, text);
  return !group.empty() && table.find(group) != nullptr;
}

Labels lasting_labels(const Labels& labels) {
  static constexpr std::string_view kPassing[] = {"apps.kubernetes.io/pod-index",
                                                  "batch.kubernetes.io/controller-uid",
                                                  "batch.kubernetes.io/job-name",
                                                  "controller-revision-hash",
                                                  "controller-uid",
                                                  "job-name",
                                                  "pod-template-generation",
                                                  "pod-template-hash",
                                                  "statefulset.kubernetes.io/pod-name"};
  Labels lasting;
  std::ranges::copy_if(labels, std::back_inserter(lasting), [](const auto& label) {
    return std::ranges::find(kPassing, label.first) == std::end(kPassing);
  });
  return lasting;
}

std::string pod_peer_text(const Peer& peer, const Pod& pod) {
  const Labels labels = lasting_labels(pod.labels);
  if (labels.empty() || pod.name_space.empty()) return {};
  std::string text =
      fmt::format("{} {} {} {} ", to_string(peer.direction), protocol_name(peer.protocol),
                  profile_port(peer.service_port()), pod.name_space);
  for (const auto& [key, value] : labels) {
    if (text.back() != ' ') text += ',';
    text += key;
    text += '=';
    text += value;
  }
  return text;
}

Profile::Profile(std::string key, const ProfileLimits& limits)
    : key_(std::move(key)), limits_(limits) {
  for (std::size_t i = 0; i < kFeatureKinds; ++i) tables_[i] = FeatureTable(limits.features[i]);
}

bool Profile::knows(FeatureKind kind, std::string_view text) const {
  if (text.size() > limits_.max_text) text.remove_prefix(text.size() - limits_.max_text);
  const FeatureTable& known = table(kind);
  return known.find(text) != nullptr || is_covered_by_group(kind, text, known);
}

std::string_view Profile::add(FeatureKind kind, std::string_view text, FeatureState feature_state,
                              std::uint32_t seen_s) {
  if (text.size() > limits_.max_text) text.remove_prefix(text.size() - limits_.max_text);
  FeatureTable& known = tables_[static_cast<std::size_t>(kind)];
  if (known.find(text) != nullptr || is_covered_by_group(kind, text, known)) return {};
  const std::string group =
      feature_state == FeatureState::kLearned ? grouped(kind, text) : std::string();
  const std::string_view added = group.empty() ? text : std::string_view(group);
  if (!known.add(added, feature_state, seen_s, arena_)) return {};
  is_changed = true;
  if (kind == FeatureKind::kCall) {
    const auto type = rules::find_event_type(text);
    if (type && *type < known_calls.size()) known_calls.set(*type);
  }
  return known.all().back().text;
}

// The group's text when there are that many siblings already. Linear in the table, and only for
// what is new.
std::string Profile::grouped(FeatureKind kind, std::string_view text) const {
  std::string group = group_of(kind, text);
  if (group.empty() || count_in_group(table(kind), kind, group) < limits_.max_siblings) return {};
  return group;
}

std::size_t Profile::count_new() const {
  std::size_t count = 0;
  for (const FeatureTable& table : tables_) count += table.size() - table.learned();
  return count;
}

std::size_t Profile::accept_all() {
  const std::size_t count = count_new();
  for (const Feature& feature : table(FeatureKind::kPeer).all()) {
    if (const auto peer = parse_peer_text(feature.text)) peers.add(*peer);
  }
  for (FeatureTable& table : tables_) {
    const std::vector<Feature> features = table.all();
    for (const Feature& feature : features) table.set_learned(feature.text);
  }
  is_changed = is_changed || count != 0;
  return count;
}

void Profile::merge(const Profile& other) {
  for (std::size_t i = 0; i < kFeatureKinds; ++i) {
    const auto kind = static_cast<FeatureKind>(i);
    for (const Feature& feature : other.table(kind).all()) {
      if (add(kind, feature.text, feature.state, feature.first_seen_s).empty() &&
          feature.state == FeatureState::kLearned) {
        tables_[i].set_learned(feature.text);
      }
    }
    if (other.table(kind).is_full()) tables_[i].mark_full();
  }
  for (const PeerGroup& group : other.peers.groups()) {
    for (const PeerNetwork& network : group.networks) {
      peers.add(group.direction, group.protocol, group.port, network);
    }
  }
  // Files do not list accepted peers one by one: their networks tell.
  FeatureTable& new_peers = tables_[static_cast<std::size_t>(FeatureKind::kPeer)];
  const std::vector<Feature> features = new_peers.all();
  for (const Feature& feature : features) {
    const auto peer = parse_peer_text(feature.text);
    if (peer && peers.contains(*peer)) new_peers.set_learned(feature.text);
  }
  for (const std::string& image : other.images) add_image(image);
  if (labels.empty()) labels = other.labels;
  if (volumes.empty()) volumes = other.volumes;
  capabilities_held |= other.capabilities_held;
  has_all_calls = has_all_calls && other.has_all_calls;
  if (other.state == ProfileState::kLearned) state = ProfileState::kLearned;
  if (other.observed_ns > observed_ns) {
    observed_ns = other.observed_ns;
    quiet_ns = other.quiet_ns;
  }
  if (started_s == 0 || (other.started_s != 0 && other.started_s < started_s)) {
    started_s = other.started_s;
  }
  is_changed = true;
}

bool Profile::has_image(std::string_view digest) const {
  return std::ranges::find(images, digest) != images.end();
}

bool Profile::add_image(std::string_view digest) {
  if (digest.empty() || has_image(digest)) return false;
  if (images.size() >= limits_.max_images) images.erase(images.begin());
  images.emplace_back(digest);
  is_changed = true;
  return true;
}

}  // namespace yagura::sensor
