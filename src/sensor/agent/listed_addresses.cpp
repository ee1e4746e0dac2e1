#include "sensor/agent/listed_addresses.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "sensor/analysis/watch/list_reader.hpp"

namespace yagura::sensor {
namespace {

constexpr std::int64_t kLookEveryNs = 10'000'000'000;

enforce::Cidr cidr_of(const WatchedNetwork& network) {
  const unsigned mapped = network.address.is_v4() ? 96 : 0;
  enforce::Cidr cidr;
  std::ranges::copy(network.address.bytes, cidr.address.begin());
  cidr.length = static_cast<std::uint8_t>(mapped + network.prefix);
  return cidr;
}

Result<enforce::WatchedNetworks> read_networks(const std::filesystem::path& file) {
  NetworkSetBuilder networks;
  DomainSetBuilder domains;  // no business of the kernel's
  ListReader reader(networks, domains, 0, false);
  YAGURA_TRY([[maybe_unused]] const ListCounts counts, reader.read_file(file));
  const NetworkSet set = networks.build();
  enforce::WatchedNetworks read{.name = file.stem().string(), .networks = {}};
  read.networks.reserve(set.size());
  set.for_each_network(
      [&](const WatchedNetwork& network) { read.networks.push_back(cidr_of(network)); });
  return read;
}

ListedAddresses::Made make_lines(const std::vector<std::filesystem::path>& files) {
  std::vector<enforce::WatchedNetworks> lists;
  for (const auto& file : files) {
    YAGURA_TRY(auto list, read_networks(file));
    lists.push_back(std::move(list));
  }
  return enforce::WatchedLines::make(lists);
}

}  // namespace

ListedAddresses::ListedAddresses(std::vector<std::filesystem::path> files)
    : files_(std::move(files)) {}

ListedAddresses::~ListedAddresses() {
  if (reading_.valid()) reading_.wait();
}

std::vector<std::string> ListedAddresses::want(const std::set<std::string>& names) {
  std::vector<std::string> unknown;
  wanted_.clear();
  for (const std::string& name : names) {
    const auto found = std::ranges::find(
        files_, name, [](const std::filesystem::path& file) { return file.stem().string(); });
    if (found == files_.end()) {
      unknown.push_back(name);
    } else {
      wanted_.push_back(*found);
    }
  }
  next_look_ns_ = 0;
  return unknown;
}

std::vector<ListedAddresses::FileState> ListedAddresses::look() const {
  std::vector<FileState> states;
  for (const auto& path : wanted_) {
    FileState state{.path = path};
    struct stat facts{};
    if (stat(path.c_str(), &facts) == 0) {
      state.mtime_ns = std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
      state.inode = facts.st_ino;
      state.size = facts.st_size;
    }
    states.push_back(std::move(state));
  }
  return states;
}

std::optional<ListedAddresses::Made> ListedAddresses::poll(std::int64_t wall_ns) {
  if (reading_.valid()) {
    if (reading_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return {};
    return reading_.get();
  }
  if (wall_ns < next_look_ns_) return {};
  next_look_ns_ = wall_ns + kLookEveryNs;
  auto now = look();
  if (read_ == now) return {};
  read_ = std::move(now);
  reading_ = std::async(std::launch::async, make_lines, wanted_);
  return {};
}

std::optional<ListedAddresses::Made> ListedAddresses::wait() {
  if (!reading_.valid()) return {};
  return reading_.get();
}

}  // namespace yagura::sensor
