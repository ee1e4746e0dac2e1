#pragma once

// Learns profiles from events, and says what is new once they are learned.
//
// A workload is learned until it was observed for `learn_for`, or earlier when nothing new came for
// `quiet_for` (but not before `min_learn`). Only time in which it did something counts: a job that
// runs a minute a day is not learned in a day. An image that the profile does not know starts a
// shorter learning, or does not, by choice.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/known_facts.hpp"
#include "sensor/analysis/profile/novelty.hpp"
#include "sensor/analysis/profile/profile.hpp"
#include "sensor/analysis/profile/profile_store.hpp"
#include "sensor/analysis/statistics/rarity.hpp"

namespace yagura::sensor {

enum class ImageChange : std::uint8_t {
  kRelearn,  // learn again for relearn_for, on top of what is known
  kKeep,     // what the new image does differently is new
};

struct ProfileOptions {
  std::filesystem::path directory;  // empty: profiles live in memory alone
  std::int64_t learn_for_ns = 24LL * 3600 * 1'000'000'000;
  std::int64_t min_learn_ns = 3600LL * 1'000'000'000;
  std::int64_t quiet_for_ns = 6LL * 3600 * 1'000'000'000;
  std::int64_t relearn_for_ns = 3600LL * 1'000'000'000;
  ImageChange on_image_change = ImageChange::kRelearn;
  std::int64_t save_every_ns = 300LL * 1'000'000'000;
  ProfileLimits limits;
  std::size_t max_profiles = 10'000;
  std::size_t max_bytes = std::size_t{24} << 20;  // texts of all profiles; beyond: tables are full
};

struct ProfilerCounts {
  std::uint64_t learned = 0;  // features
  std::uint64_t alerts = 0;
  std::uint64_t unjudged = 0;  // new or not, where a table was full
  std::uint64_t save_errors = 0;
  std::uint64_t refused_files = 0;
  std::uint32_t profiles = 0;
  std::uint32_t profiles_learning = 0;
  std::size_t bytes = 0;
};

// Used by one thread.
class Profiler {
 public:
  // `sink` must outlive it.
  Profiler(ProfileOptions options, AlertSink& sink);

  // Reads the directory: messages about files that were refused.
  [[nodiscard]] std::vector<std::string> load();
  // Takes over what others changed in files.
  [[nodiscard]] std::vector<std::string> reload();
  // Writes what has changed: messages about what could not be written.
  [[nodiscard]] std::vector<std::string> save();

  // O(1) where nothing is new. Ignores events without a workload.
  void on_event(const SensorEvent& event, const EventFacts& facts);
  // Ages learning, and saves a few profiles at a time.
  void on_tick(std::int64_t wall_ns);

  // What is new in a workload becomes usual; how many facts that were. 0: no such workload.
  std::size_t accept(std::string_view workload_key);
  // Ends a workload's learning now. False: no such workload.
  bool finish_learning(std::string_view workload_key);
  // Calls that were counted elsewhere (a probe that marks every call in a bitmap): `types` are
  // rules::EventType. While the workload is learned they become part of its profile; afterwards
  // those of which no event tells are kept as new, without an alert.
  void note_calls(const Workload& workload, std::span<const std::uint16_t> types);

  [[nodiscard]] const Profile* find(std::string_view workload_key) const;
  [[nodiscard]] std::vector<const Profile*> all() const;
  [[nodiscard]] ProfilerCounts counts() const;
  [[nodiscard]] const Rarity& rarity() const { return rarity_; }

 private:
  struct Entry {
    std::unique_ptr<Profile> profile;
    bool was_active = false;              // since the last tick
    std::uint64_t used_capabilities = 0;  // front of the table kCapability
  };
  struct Context {
    const SensorEvent& event;
    const EventFacts& facts;
    Entry& entry;
  };

  Entry* entry_of(const Workload& workload, std::int64_t wall_ns);
  Entry* make_entry(const Workload& workload, std::int64_t wall_ns);
  void adopt(std::unique_ptr<Profile> profile);
  void on_image(Context& context);

  void note_call(Context& context);
  void note_capabilities(Context& context);
  void note_open(Context& context);
  void note_change(Context& context);
  void note_exec(Context& context);
  void note_library(Context& context);
  void note_mount(Context& context);
  void note_peer(Context& context);
  void note_dns(Context& context);

  void note_directory(Context& context, std::string_view directory, bool is_write);
  // Learns the fact, or tells that it is new.
  void note(Context& context, FeatureKind kind, std::string_view text, Novelty novelty);
  bool add(Entry& entry, FeatureKind kind, std::string_view text, FeatureState state,
           std::int64_t wall_ns);
  void tell(Context& context, FeatureKind kind, std::string_view text, Novelty novelty);
  void age(Profile& profile, std::int64_t elapsed_ns) const;

  ProfileOptions options_;
  AlertSink& sink_;
  ProfileStore store_;
  Rarity rarity_;
  KnownFacts known_;
  std::vector<Entry*> by_workload_;
  std::unordered_map<std::string, std::unique_ptr<Entry>, TextHash, std::equal_to<>> entries_;
  std::vector<Entry*> save_queue_;
  std::int64_t last_tick_ns_ = 0;
  std::int64_t last_save_ns_ = 0;
  std::size_t bytes_ = 0;
  ProfilerCounts counts_;
};

}  // namespace yagura::sensor
