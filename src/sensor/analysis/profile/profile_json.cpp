#include "sensor/analysis/profile/profile_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/json_text.hpp"
#include "core/utf8.hpp"
#include "kube/reader.hpp"
#include "sensor/analysis/profile/capability_use.hpp"

namespace yagura::sensor {

namespace {

using core::JsonWriter;
using kube::Node;

constexpr std::int64_t kSecond = 1'000'000'000;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::vector<const Feature*> sorted(const FeatureTable& table, FeatureState state) {
  std::vector<const Feature*> features;
  for (const Feature& feature : table.all()) {
    if (feature.state == state) features.push_back(&feature);
  }
  std::ranges::sort(features, {}, [](const Feature* feature) { return feature->text; });
  return features;
}

void write_features(JsonWriter& json, const Profile& profile) {
  json.key("features").begin_object();
  for (std::size_t i = 0; i < kFeatureKinds; ++i) {
    const auto kind = static_cast<FeatureKind>(i);
    if (kind == FeatureKind::kPeer) continue;
    json.key(to_string(kind)).begin_array();
    for (const Feature* feature : sorted(profile.table(kind), FeatureState::kLearned)) {
      json.value(escape_feature(feature->text));
    }
    json.end_array();
  }
  json.end_object();
}

void write_new(JsonWriter& json, const Profile& profile) {
  json.key("new").begin_object();
  for (std::size_t i = 0; i < kFeatureKinds; ++i) {
    const auto kind = static_cast<FeatureKind>(i);
    const auto features = sorted(profile.table(kind), FeatureState::kNew);
    if (features.empty()) continue;
    json.key(to_string(kind)).begin_array();
    for (const Feature* feature : features) {
      json.begin_object().member("text", escape_feature(feature->text));
      json.member("first_seen", feature->first_seen_s).end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void write_peers(JsonWriter& json, const PeerTable& peers) {
  json.key("peers").begin_array();
  for (const PeerGroup& group : peers.groups()) {
    json.begin_object().member("direction", to_string(group.direction));
    json.member("protocol", protocol_name(group.protocol));
    json.member("port", static_cast<int>(group.port)).key("networks").begin_array();
    for (const PeerNetwork& network : group.networks) json.value(network.to_string());
    json.end_array().end_object();
  }
  json.end_array();
}

// Reads one file; the first problem is kept.
class Reader {
 public:
  Reader(const kube::Document& document, std::string_view file, const ProfileLimits& limits)
      : document_(document), file_(file), limits_(limits) {}

  Result<std::unique_ptr<Profile>> read() {
    const Node& root = document_.root();
    if (!root.is_map()) return wrong(root, "a profile is an object");
    if (const Node* version = root.find("version");
        version == nullptr || !version->is_int() || version->as_int() != kProfileVersion) {
      return wrong(
          root, fmt::format("\"version\" is not {}: this Yagura reads no other", kProfileVersion));
    }
    const std::string_view key = string(root, "workload");
    auto profile = std::make_unique<Profile>(std::string(key), limits_);
    read_facts(root, *profile);
    read_features(root, *profile);
    read_new(root, *profile);
    read_peers(root, *profile);
    read_full(root, *profile);
    if (!problem_.empty()) return fail(ErrorCode::kInvalidInput, problem_);
    profile->is_changed = false;
    return profile;
  }

 private:
  std::unexpected<Error> wrong(const Node& node, std::string_view what) {
    note(node, what);
    return fail(ErrorCode::kInvalidInput, problem_);
  }
  void note(const Node& node, std::string_view what) {
    if (!problem_.empty()) return;
    const auto place = document_.source().position(node.begin());
    problem_ = fmt::format("{}:{}: {}", file_, place.line, what);
  }
  std::string_view string(const Node& map, std::string_view name) {
    const Node* node = map.find(name);
    if (node != nullptr && node->is_string()) return node->as_string();
    note(node == nullptr ? map : *node, fmt::format("\"{}\" must be a string", name));
    return {};
  }
  std::int64_t integer(const Node& map, std::string_view name, std::int64_t max) {
    const Node* node = map.find(name);
    if (node != nullptr && node->is_int() && node->as_int() >= 0 && node->as_int() <= max) {
      return node->as_int();
    }
    note(node == nullptr ? map : *node, fmt::format("\"{}\" must be a number up to {}", name, max));
    return 0;
  }
  std::span<const Node> list(const Node& map, std::string_view name) {
    const Node* node = map.find(name);
    if (node != nullptr && node->is_list()) return node->items();
    note(node == nullptr ? map : *node, fmt::format("\"{}\" must be a list", name));
    return {};
  }

  void read_facts(const Node& root, Profile& profile) {
    const std::string_view state = string(root, "state");
    if (state != "learning" && state != "learned")
      note(root, "\"state\" must be learning or learned");
    profile.state = state == "learned" ? ProfileState::kLearned : ProfileState::kLearning;
    constexpr std::int64_t kMaxSeconds = 4'000'000'000;
    profile.started_s = static_cast<std::uint32_t>(integer(root, "started", kMaxSeconds));
    profile.observed_ns = integer(root, "observed_seconds", kMaxSeconds) * kSecond;
    profile.quiet_ns = integer(root, "quiet_seconds", kMaxSeconds) * kSecond;
    profile.learn_for_ns = integer(root, "learn_for_seconds", kMaxSeconds) * kSecond;
    const Node* all = root.find("has_all_calls");
    profile.has_all_calls = all != nullptr && all->bool_or(false);
    for (const Node& image : list(root, "images")) profile.add_image(image.string_or());
    if (const Node* labels = root.find("labels"); labels != nullptr && labels->is_map()) {
      for (const kube::Member& label : labels->members()) {
        profile.labels.emplace_back(label.key, label.value.string_or());
      }
      std::ranges::sort(profile.labels);
    }
    for (const Node& volume : root.list("volumes")) {
      profile.volumes.push_back(unescape_feature(volume.string_or()));
    }
    for (const Node& name : list(root, "capabilities_held")) {
      if (const auto number = find_capability(name.string_or())) {
        profile.capabilities_held |= std::uint64_t{1} << *number;
      } else {
        note(name, "not a capability");
      }
    }
  }

  void read_features(const Node& root, Profile& profile) {
    const Node* features = root.find("features");
    if (features == nullptr || !features->is_map())
      return note(root, "\"features\" must be an object");
    for (const kube::Member& member : features->members()) {
      const auto kind = find_feature_kind(member.key);
      if (!kind || *kind == FeatureKind::kPeer || !member.value.is_list()) {
        note(member.value, "not a list of features that there is");
        continue;
      }
      for (const Node& item : member.value.items()) {
        add_feature(profile, *kind, item, item, FeatureState::kLearned, 0);
      }
    }
  }

  void read_new(const Node& root, Profile& profile) {
    const Node* features = root.find("new");
    if (features == nullptr) return;
    if (!features->is_map()) return note(*features, "\"new\" must be an object");
    for (const kube::Member& member : features->members()) {
      const auto kind = find_feature_kind(member.key);
      if (!kind || !member.value.is_list()) {
        note(member.value, "not a list of features that there is");
        continue;
      }
      for (const Node& item : member.value.items()) {
        const Node* text = item.find("text");
        if (text == nullptr) {
          note(item, "\"text\" is missing");
          continue;
        }
        add_feature(profile, *kind, item, *text, FeatureState::kNew,
                    static_cast<std::uint32_t>(integer(item, "first_seen", 0xffffffff)));
      }
    }
  }

  void add_feature(Profile& profile, FeatureKind kind, const Node& place, const Node& text,
                   FeatureState state, std::uint32_t seen_s) {
    if (!text.is_string() || text.as_string().empty())
      return note(place, "a feature must be a text");
    std::ignore = profile.add(kind, unescape_feature(text.as_string()), state, seen_s);
  }

  void read_peers(const Node& root, Profile& profile) {
    for (const Node& group : list(root, "peers")) {
      const std::string_view direction = string(group, "direction");
      const auto protocol = parse_protocol(string(group, "protocol"));
      const auto port = static_cast<std::uint16_t>(integer(group, "port", 65535));
      if ((direction != "outbound" && direction != "inbound") || !protocol) {
        note(group, "not a direction and a protocol");
        continue;
      }
      for (const Node& item : list(group, "networks")) {
        const auto network = PeerNetwork::parse(item.string_or());
        if (!network) {
          note(item, "not a network");
          continue;
        }
        profile.peers.add(direction == "outbound" ? Direction::kOutbound : Direction::kInbound,
                          *protocol, profile_port(port), *network);
      }
    }
  }

  void read_full(const Node& root, Profile& profile) {
    for (const Node& item : list(root, "full")) {
      if (const auto kind = find_feature_kind(item.string_or())) {
        profile.mark_full(*kind);
      } else {
        note(item, "not a kind of features");
      }
    }
  }

  const kube::Document& document_;
  std::string_view file_;
  ProfileLimits limits_;
  std::string problem_;
};

}  // namespace

std::string escape_feature(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = core::utf8_sequence_length(text, at);
    if (length == 0 || byte < 0x20 || byte == 0x7f || byte == '\\') {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xf];
      ++at;
      continue;
    }
    out += text.substr(at, length);
    at += length;
  }
  return out;
}

std::string unescape_feature(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_escape = text[at] == '\\' && at + 3 < text.size() && text[at + 1] == 'x' &&
                           hex_value(text[at + 2]) >= 0 && hex_value(text[at + 3]) >= 0;
    if (!is_escape) {
      out += text[at];
      continue;
    }
    out += static_cast<char>(hex_value(text[at + 2]) * 16 + hex_value(text[at + 3]));
    at += 3;
  }
  return out;
}

std::string profile_json(const Profile& profile) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("version", kProfileVersion).member("workload", profile.key());
  json.member("state", profile.state == ProfileState::kLearned ? "learned" : "learning");
  json.member("started", profile.started_s);
  json.member("observed_seconds", profile.observed_ns / kSecond);
  json.member("quiet_seconds", profile.quiet_ns / kSecond);
  json.member("learn_for_seconds", profile.learn_for_ns / kSecond);
  json.member("has_all_calls", profile.has_all_calls);
  json.key("images").begin_array();
  for (const std::string& image : profile.images) json.value(image);
  json.end_array();
  json.key("labels").begin_object();
  for (const auto& [key, value] : profile.labels) json.member(key, value);
  json.end_object().key("volumes").begin_array();
  for (const std::string& volume : profile.volumes) json.value(escape_feature(volume));
  json.end_array();
  json.key("capabilities_held").begin_array();
  for (const std::string& name : capability_names(profile.capabilities_held)) json.value(name);
  json.end_array();
  write_features(json, profile);
  write_peers(json, profile.peers);
  write_new(json, profile);
  json.key("full").begin_array();
  for (std::size_t i = 0; i < kFeatureKinds; ++i) {
    const auto kind = static_cast<FeatureKind>(i);
    if (profile.table(kind).is_full()) json.value(to_string(kind));
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

Result<std::unique_ptr<Profile>> read_profile(std::string_view json, std::string_view file_name,
                                              const ProfileLimits& limits) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<kube::Source>(std::string(file_name), std::string(json),
                                                     kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(
      source, diagnostics,
      {.max_document_size = kMaxProfileFile, .max_depth = 16, .max_nodes = 200'000});
  if (diagnostics.has_errors()) {
    return fail(ErrorCode::kInvalidInput, to_string(diagnostics.list().front()));
  }
  if (documents.size() != 1) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: not one profile", file_name));
  }
  return Reader(documents.front(), file_name, limits).read();
}

}  // namespace yagura::sensor
