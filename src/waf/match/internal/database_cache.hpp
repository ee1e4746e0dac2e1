#pragma once

// Compiled databases on disk, one file a group.
//
// A file holds a page of header (what made it, sizes, a checksum) and behind it the database as
// Hyperscan lays it out in memory, which does not depend on the address as long as that is aligned
// to a page: so it is mapped and used in place, shared by every process that maps it. A file is
// made under another name and renamed, so that no one sees half of one. A database is close to
// code, so files count only in a folder, and with an owner, that no stranger can write to.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "waf/match/internal/database.hpp"

namespace yagura::waf::internal {

class DatabaseCache {
 public:
  // An empty folder: nothing is kept. Makes the folder where it is not there.
  explicit DatabaseCache(const std::filesystem::path& folder);
  DatabaseCache(const DatabaseCache&) = delete;
  DatabaseCache& operator=(const DatabaseCache&) = delete;
  ~DatabaseCache();

  [[nodiscard]] bool usable() const { return folder_ >= 0; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  // why it is not usable

  // The key of what `description` compiles to with this library on this processor.
  [[nodiscard]] static std::string key_of(std::string_view description);

  // Nothing where there is no such file, or it is damaged or foreign.
  [[nodiscard]] std::optional<CompiledGroup> load(const std::string& key) const;
  // Writes the group and gives it back mapped from the file; in the heap where that fails.
  [[nodiscard]] CompiledGroup store(const std::string& key, CompiledGroup group) const;

 private:
  int folder_ = -1;
  std::string problem_;
};

}  // namespace yagura::waf::internal
