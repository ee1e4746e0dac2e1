#include "sensor/analysis/watch/watch_lists.hpp"

#include <sys/stat.h>

#include <utility>

namespace yagura::sensor {

WatchLists::WatchLists(std::vector<WatchListOptions> lists, const ListLimits& limits)
    : lists_(std::move(lists)), limits_(limits) {
  auto empty = std::make_shared<WatchSet>();
  empty->lists = lists_;
  current_.store(std::move(empty));
}

WatchLists::~WatchLists() { wait(); }

std::vector<WatchLists::FileState> WatchLists::look() const {
  std::vector<FileState> states;
  for (const WatchListOptions& list : lists_) {
    struct stat status{};
    FileState state;
    if (stat(list.path.c_str(), &status) == 0) {
      state = {.mtime_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
               .inode = status.st_ino,
               .size = status.st_size};
    }
    states.push_back(state);
  }
  return states;
}

std::vector<std::string> WatchLists::load() {
  wait();
  files_ = look();
  return read_and_publish();
}

void WatchLists::poll() {
  if (lists_.empty() || is_reading_.load(std::memory_order_acquire)) return;
  std::vector<FileState> now = look();
  if (now == files_) return;
  files_ = std::move(now);
  wait();
  is_reading_.store(true, std::memory_order_release);
  reader_ = std::jthread([this] {
    read_and_publish();
    is_reading_.store(false, std::memory_order_release);
  });
}

void WatchLists::wait() {
  if (reader_.joinable()) reader_.join();
}

std::vector<WatchListState> WatchLists::states() const {
  const std::scoped_lock lock(states_mutex_);
  return states_;
}

std::vector<std::string> WatchLists::read_and_publish() {
  NetworkSetBuilder networks;
  DomainSetBuilder domains;
  std::vector<WatchListState> states;
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    ListReader reader(networks, domains, static_cast<std::uint16_t>(i),
                      lists_[i].bare_names_cover_below, limits_);
    WatchListState state{.name = lists_[i].name, .counts = {}, .problem = {}};
    if (auto counts = reader.read_file(lists_[i].path)) {
      state.counts = std::move(*counts);
    } else {
      state.problem = "watch list " + lists_[i].name + ": " + counts.error().message;
      problems.push_back(state.problem);
    }
    states.push_back(std::move(state));
  }
  const bool is_first = generation() == 0;
  if (problems.empty() || is_first) {
    auto set = std::make_shared<WatchSet>();
    set->lists = lists_;
    set->states = states;
    set->networks = networks.build();
    set->domains = domains.build();
    set->generation = generation() + 1;
    current_.store(set, std::memory_order_release);
    generation_.store(set->generation, std::memory_order_release);
  }
  const std::scoped_lock lock(states_mutex_);
  states_ = std::move(states);
  return problems;
}

}  // namespace yagura::sensor
