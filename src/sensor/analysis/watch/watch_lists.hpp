#pragma once

// The watch lists that are in force: read from files, read again when these change, swapped whole.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sensor/analysis/watch/domain_set.hpp"
#include "sensor/analysis/watch/list_reader.hpp"
#include "sensor/analysis/watch/network_set.hpp"

namespace yagura::sensor {

struct WatchListOptions {
  std::string name;  // "abuse-c2": alerts name it
  std::filesystem::path path;
  std::string priority = "Critical";
  bool bare_names_cover_below = false;
};

struct WatchListState {
  std::string name;
  ListCounts counts;
  std::string problem;  // why it could not be read; the entries it had before stay in force
};

// All lists at one time. Immutable.
struct WatchSet {
  std::vector<WatchListOptions> lists;  // by number; earlier ones win
  std::vector<WatchListState> states;
  NetworkSet networks;
  DomainSet domains;
  std::uint64_t generation = 0;

  // For the kernel's LPM map: each network once.
  void for_each_network(const std::function<void(const WatchedNetwork&)>& next) const {
    networks.for_each_network(next);
  }
};

// current() is for any thread, the rest for one.
class WatchLists {
 public:
  explicit WatchLists(std::vector<WatchListOptions> lists, const ListLimits& limits = {});
  ~WatchLists();
  WatchLists(const WatchLists&) = delete;
  WatchLists& operator=(const WatchLists&) = delete;

  // Reads all lists now. A list that cannot be read keeps the whole set as it was: half a set is
  // worse than an old one; at the first reading the others are used. Messages about problems.
  [[nodiscard]] std::vector<std::string> load();

  // Looks whether a file changed (time, size, inode), and then reads on a thread of its own; the
  // new set is there when it is ready. Cheap: a stat a file; call it every few seconds.
  void poll();
  // Waits for a reading under way.
  void wait();

  // Never null.
  [[nodiscard]] std::shared_ptr<const WatchSet> current() const {
    return current_.load(std::memory_order_acquire);
  }
  // Grows with each new set: whoever keeps one asks for this first.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }
  // Of the last reading.
  [[nodiscard]] std::vector<WatchListState> states() const;

 private:
  struct FileState {
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    friend bool operator==(const FileState&, const FileState&) = default;
  };
  [[nodiscard]] std::vector<FileState> look() const;
  std::vector<std::string> read_and_publish();

  std::vector<WatchListOptions> lists_;
  ListLimits limits_;
  std::vector<FileState> files_;
  std::atomic<std::shared_ptr<const WatchSet>> current_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex states_mutex_;
  std::vector<WatchListState> states_;
  std::atomic<bool> is_reading_{false};
  std::jthread reader_;
};

}  // namespace yagura::sensor
