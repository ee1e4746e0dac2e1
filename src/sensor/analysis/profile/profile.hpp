#pragma once

// What one workload usually does. Grows while it is learned; then what is not in it is new.

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "sensor/analysis/profile/feature_table.hpp"
#include "sensor/analysis/profile/peer_table.hpp"
#include "sensor/event/container.hpp"

namespace yagura::sensor {

enum class FeatureKind : std::uint8_t {
  kExecutable,      // resolved path
  kLaunch,          // parent's executable, '\0', executable
  kReadDirectory,   // directories of files that were opened to read; paths as shapes.hpp makes them
  kWriteDirectory,  // the same to write, create, rename, remove
  kLibrary,         // file mapped executable
  kDomain,          // name that was resolved; "*.example.com" where there were many below it
  kMount,           // where something was mounted
  kCall,            // system calls by name
  kCapability,      // "CAP_NET_RAW", used, not only held
  kPeerPod,         // peers that are pods of this node, as pod_peer_text()
  kPeer,            // new ones alone, as peer_text(); the learned are in `peers`
};
inline constexpr std::size_t kFeatureKinds = 11;

// "executables", "read_directories": as files and alerts name them.
[[nodiscard]] std::string_view to_string(FeatureKind kind);
[[nodiscard]] std::optional<FeatureKind> find_feature_kind(std::string_view name);
// As people read it: "/bin/sh -> /bin/ls" of a launch.
[[nodiscard]] std::string display_text(FeatureKind kind, std::string_view text);

enum class ProfileState : std::uint8_t { kLearning, kLearned };

struct ProfileLimits {
  std::array<std::uint32_t, kFeatureKinds> features = {512, 1024, 2048, 1024, 1024, 1024,
                                                       128, 600,  64,   256,  256};
  std::uint32_t max_text = 1024;    // bytes of a feature; longer ones are cut in front
  std::uint32_t max_siblings = 32;  // directories or domains below one; then "*"
  std::uint32_t max_images = 32;
};

// Addresses of features are in its own arena: neither copied nor moved.
class Profile {
 public:
  explicit Profile(std::string key, const ProfileLimits& limits = {});
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  // Known means learned or new but told already.
  [[nodiscard]] bool knows(FeatureKind kind, std::string_view text) const;
  // The text under which it was added, which is "…/*" where siblings were put together; empty: it
  // was known, or the table is full.
  [[nodiscard]] std::string_view add(FeatureKind kind, std::string_view text,
                                     FeatureState feature_state, std::uint32_t seen_s);
  [[nodiscard]] const FeatureTable& table(FeatureKind kind) const {
    return tables_[static_cast<std::size_t>(kind)];
  }
  void mark_full(FeatureKind kind) { tables_[static_cast<std::size_t>(kind)].mark_full(); }

  // What is new becomes learned. How many that were.
  std::size_t accept_all();
  [[nodiscard]] std::size_t count_new() const;
  // Everything that `other` knows, of another replica or node, or of a file that somebody edited:
  // learned wins over new. What was learned for longer tells the times.
  void merge(const Profile& other);

  bool add_image(std::string_view digest);
  [[nodiscard]] bool has_image(std::string_view digest) const;

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] std::size_t bytes() const { return arena_.reserved(); }
  [[nodiscard]] const ProfileLimits& limits() const { return limits_; }

  // Plain facts without rules between them.
  ProfileState state = ProfileState::kLearning;
  std::uint32_t started_s = 0;          // seconds since 1970
  std::int64_t observed_ns = 0;         // time in which it did something, since learning began
  std::int64_t quiet_ns = 0;            // the same, since something was new
  std::int64_t learn_for_ns = 0;        // 0: as the options say
  std::uint64_t capabilities_held = 0;  // mask, of any process
  bool has_all_calls = false;           // every call of it was observed, not only those of rules
  std::vector<std::string> images;      // digests
  Labels labels;                        // of its pods, without those that differ by pod
  std::vector<std::string> volumes;     // where writable volumes are mounted
  PeerTable peers;
  bool is_changed = true;           // since it was saved
  std::uint32_t image_changes = 0;  // of the workload, as it was when last looked at

  // Front of the table kCall.
  std::bitset<1024> known_calls;

 private:
  [[nodiscard]] std::string grouped(FeatureKind kind, std::string_view text) const;

  std::string key_;
  ProfileLimits limits_;
  core::Arena arena_;
  std::array<FeatureTable, kFeatureKinds> tables_;
};

// Without those that controllers add for each pod or revision.
[[nodiscard]] Labels lasting_labels(const Labels& labels);
// "outbound tcp 8080 shop app=web,tier=front": a peer by its pod's namespace and lasting labels;
// empty where there are none.
[[nodiscard]] std::string pod_peer_text(const Peer& peer, const Pod& pod);

// Whether a learned "…/*" or "*.…" stands for the text.
[[nodiscard]] bool is_covered_by_group(FeatureKind kind, std::string_view text,
                                       const FeatureTable& table);

}  // namespace yagura::sensor
