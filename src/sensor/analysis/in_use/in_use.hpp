#pragma once

// Which files of an image were ever executed or mapped executable, so that a finding about a
// package of the image can say whether the package is in use. By image digest; files of the image
// alone: what a container wrote itself is not in the image.
//
//   {"version":1,"images":[{"digest":"sha256:…","repository":"docker.io/library/nginx",
//     "first_seen":1767312000,"last_seen":1767398400,"is_full":false,
//     "executed":["/usr/sbin/nginx"],"loaded":["/usr/lib/x86_64-linux-gnu/libssl.so.3"]}]}

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/arena.hpp"
#include "core/result.hpp"
#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/hash.hpp"
#include "sensor/analysis/facts/known_facts.hpp"
#include "sensor/analysis/profile/feature_table.hpp"

namespace yagura::sensor {

struct InUseLimits {
  std::uint32_t max_files = 4096;                // executed and, apart, loaded, of an image
  std::size_t max_images = 2000;                 // those seen least recently go
  std::size_t max_bytes = std::size_t{8} << 20;  // of paths, all images together
};

// Used by one thread.
class InUse {
 public:
  explicit InUse(const InUseLimits& limits = {}) : limits_(limits) {}

  // O(1) for files that are known.
  void on_event(const SensorEvent& event, const EventFacts& facts);

  [[nodiscard]] bool is_executed(std::string_view digest, std::string_view path) const;
  [[nodiscard]] bool is_loaded(std::string_view digest, std::string_view path) const;
  [[nodiscard]] std::size_t images() const { return images_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool is_changed() const { return is_changed_; }

  [[nodiscard]] std::string to_json() const;
  // Adds what a file says. Errors: no such file (kNotFound), or it is none of these; nothing is
  // changed then.
  [[nodiscard]] Result<void> load(const std::filesystem::path& path);
  // Atomic.
  [[nodiscard]] Result<void> save(const std::filesystem::path& path);

 private:
  struct Image {
    std::string repository;
    std::uint32_t first_seen_s = 0;
    std::uint32_t last_seen_s = 0;
    core::Arena arena;
    FeatureTable executed;
    FeatureTable loaded;
  };
  Image* image_for(std::string_view digest, std::string_view repository, std::uint32_t now_s);
  void add(Image& image, FeatureTable& table, std::string_view path, std::uint32_t now_s);
  void forget_oldest();

  InUseLimits limits_;
  std::unordered_map<std::string, Image, TextHash, std::equal_to<>> images_;
  KnownFacts known_{13};
  std::size_t bytes_ = 0;
  bool is_changed_ = false;
};

}  // namespace yagura::sensor
