#include "sensor/incident/incident_store.hpp"

#include <fmt/format.h>

#include "core/file.hpp"
#include "sensor/incident/event_id.hpp"

namespace yagura::sensor {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".json";

}  // namespace

Result<IncidentStore> IncidentStore::open(fs::path folder, IncidentStoreLimits limits) {
  IncidentStore store;
  store.folder_ = std::move(folder);
  store.limits_ = limits;
  std::error_code error;
  if (fs::create_directories(store.folder_, error)) {
    fs::permissions(store.folder_, fs::perms::owner_all, error);
  }
  fs::directory_iterator at(store.folder_, error);
  if (error) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", store.folder_.string(), error.message()));
  }
  for (; at != fs::directory_iterator(); at.increment(error)) {
    if (error) break;
    const std::string name = at->path().filename().string();
    if (!name.ends_with(kEnding) || !at->is_regular_file(error)) continue;
    const std::string id = name.substr(0, name.size() - kEnding.size());
    if (!is_event_id_prefix(id)) continue;
    const std::uint64_t size = at->file_size(error);
    if (error) continue;
    store.files_[id] = size;
    store.bytes_ += size;
  }
  return store;
}

fs::path IncidentStore::path_of(const std::string& id) const {
  return folder_ / (id + std::string(kEnding));
}

void IncidentStore::make_room(std::uint64_t bytes) {
  while (!files_.empty() &&
         (files_.size() >= limits_.max_files || bytes_ + bytes > limits_.max_bytes)) {
    const auto oldest = files_.begin();
    std::error_code error;
    fs::remove(path_of(oldest->first), error);
    bytes_ -= oldest->second;
    files_.erase(oldest);
    ++counts_.deleted;
  }
}

Result<void> IncidentStore::write(const std::string& id, std::string_view document) {
  make_room(document.size());
  if (auto written = core::write_file(path_of(id), document); !written) {
    ++counts_.failed;
    return written;
  }
  files_[id] = document.size();
  bytes_ += document.size();
  ++counts_.written;
  return {};
}

Result<std::string> IncidentStore::read(std::string_view id) const {
  std::string found;
  if (id == "last") {
    if (files_.empty()) return fail(ErrorCode::kNotFound, "there are no incidents yet");
    found = files_.rbegin()->first;
  } else {
    if (!is_event_id_prefix(id)) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("\"{}\" is no event's id: alerts have theirs in the field "
                              "yagura.event_id",
                              id));
    }
    const auto first = files_.lower_bound(std::string(id));
    if (first == files_.end() || !first->first.starts_with(id)) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("no incident {} in {}: it may have been deleted for newer ones", id,
                              folder_.string()));
    }
    const auto second = std::next(first);
    if (second != files_.end() && second->first.starts_with(id) && first->first != id) {
      return fail(ErrorCode::kInvalidInput, fmt::format("several incidents begin with {}: {}, {} …",
                                                        id, first->first, second->first));
    }
    found = first->first;
  }
  return core::read_file(path_of(found), {.max_size = kMaxIncidentSize});
}

std::vector<std::string> IncidentStore::ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, size] : files_) ids.push_back(id);
  return ids;
}

IncidentStoreCounts IncidentStore::counts() const {
  IncidentStoreCounts counts = counts_;
  counts.files = files_.size();
  counts.bytes = bytes_;
  return counts;
}

}  // namespace yagura::sensor
