#include "sensor/analysis/profile/profile_store.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "core/file.hpp"
#include "sensor/analysis/profile/profile_json.hpp"

namespace yagura::sensor {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxReadableName = 120;

// FNV-1a: the same in every run, unlike hash.hpp's.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.';
}

}  // namespace

std::string profile_file_name(std::string_view workload_key) {
  std::string name(workload_key.substr(0, kMaxReadableName));
  std::ranges::replace_if(name, [](char c) { return !is_plain(c); }, '_');
  if (name.starts_with('.')) name.front() = '_';
  return fmt::format("{}-{:016x}.json", name, stable_hash(workload_key));
}

ProfileStore::ProfileStore(fs::path directory, const ProfileLimits& limits, std::size_t max_files)
    : directory_(std::move(directory)), limits_(limits), max_files_(max_files) {}

ProfileStore::Known ProfileStore::stat_of(const fs::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return {};
  return {.mtime_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
          .inode = status.st_ino};
}

LoadedProfiles ProfileStore::load_all() { return load_files(false); }
LoadedProfiles ProfileStore::load_changed() { return load_files(true); }

LoadedProfiles ProfileStore::load_files(bool only_changed) {
  LoadedProfiles loaded;
  std::error_code error;
  fs::directory_iterator entries(directory_, error);
  if (error) {
    if (error != std::errc::no_such_file_or_directory) {
      loaded.problems.push_back(fmt::format("{}: {}", directory_.string(), error.message()));
    }
    return loaded;
  }
  std::size_t files = 0;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) break;
    const fs::path& path = entries->path();
    if (path.extension() != ".json") continue;
    if (++files > max_files_) {
      loaded.problems.push_back(fmt::format("{}: more than {} profiles: the rest is not read",
                                            directory_.string(), max_files_));
      break;
    }
    const auto known = known_.find(path.filename().string());
    Known now = stat_of(path);
    if (only_changed && known != known_.end()) {
      now.is_refused = known->second.is_refused;
      if (known->second == now) continue;
    }
    auto profile = read(path);
    if (profile) {
      loaded.profiles.push_back(std::move(*profile));
    } else {
      loaded.problems.push_back("profile refused, and kept as it is: " + profile.error().message);
    }
  }
  return loaded;
}

Result<std::unique_ptr<Profile>> ProfileStore::read(const fs::path& path) {
  const std::string name = path.filename().string();
  Known known = stat_of(path);
  auto text = core::read_file(path, {.max_size = kMaxProfileFile});
  if (!text) {
    known_[name] = known;
    known_[name].is_refused = true;
    return std::unexpected(std::move(text).error());
  }
  auto profile = read_profile(*text, path.string(), limits_);
  if (profile && profile_file_name((*profile)->key()) != name) {
    profile = fail(ErrorCode::kInvalidInput,
                   fmt::format("{}: says to be of the workload {}, whose file has another name",
                               path.string(), (*profile)->key()));
  }
  known.is_refused = !profile;
  known_[name] = known;
  return profile;
}

Result<std::unique_ptr<Profile>> ProfileStore::load(std::string_view workload_key) {
  return read(directory_ / profile_file_name(workload_key));
}

Result<void> ProfileStore::save(Profile& profile) {
  const std::string name = profile_file_name(profile.key());
  const fs::path path = directory_ / name;
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", directory_.string(), error.message()));
  }
  const Known now = stat_of(path);
  if (now.inode != 0) {
    const auto found = known_.find(name);
    Known expected = found == known_.end() ? Known{} : found->second;
    expected.is_refused = false;
    bool is_refused = found != known_.end() && found->second.is_refused;
    if (now != expected) {
      const auto others = read(path);
      is_refused = !others;
      if (others) profile.merge(**others);
    }
    if (is_refused) {
      fs::rename(path, path.string() + ".refused", error);
      if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), error.message()));
    }
  }
  YAGURA_TRY_VOID(core::write_file(path, profile_json(profile)));
  known_[name] = stat_of(path);
  profile.is_changed = false;
  return {};
}

}  // namespace yagura::sensor
