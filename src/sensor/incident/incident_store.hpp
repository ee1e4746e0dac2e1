#pragma once

// Incidents in a folder, a file each, named by their ids. Bounded in number and size: the oldest go
// first.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/incident/incident.hpp"

namespace yagura::sensor {

struct IncidentStoreLimits {
  std::size_t max_files = 1'000;
  std::uint64_t max_bytes = std::uint64_t{256} << 20;
};

struct IncidentStoreCounts {
  std::uint64_t written = 0;
  std::uint64_t failed = 0;   // the disk refused
  std::uint64_t deleted = 0;  // for newer ones
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

class IncidentStore {
 public:
  // Makes the folder where it is missing (0700: documents hold command lines) and looks at what is
  // in it. Errors: it cannot be made or read.
  [[nodiscard]] static Result<IncidentStore> open(std::filesystem::path folder,
                                                  IncidentStoreLimits limits = {});

  // Errors: the disk refused; the count says how often.
  [[nodiscard]] Result<void> write(const std::string& id, std::string_view document);
  // The document of the id, or of the one id that begins so; "last" is the newest. Errors: none
  // such, several, or it cannot be read.
  [[nodiscard]] Result<std::string> read(std::string_view id) const;
  // Oldest first.
  [[nodiscard]] std::vector<std::string> ids() const;
  [[nodiscard]] IncidentStoreCounts counts() const;

 private:
  IncidentStore() = default;
  [[nodiscard]] std::filesystem::path path_of(const std::string& id) const;
  void make_room(std::uint64_t bytes);

  std::filesystem::path folder_;
  IncidentStoreLimits limits_;
  std::map<std::string, std::uint64_t> files_;  // size by id
  std::uint64_t bytes_ = 0;
  IncidentStoreCounts counts_;
};

}  // namespace yagura::sensor
