#include "image/packages/rpm/rpm_analyzer.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include "image/model/problems.hpp"
#include "image/packages/rpm/berkeley_db.hpp"
#include "image/packages/rpm/manifest.hpp"
#include "image/packages/rpm/ndb.hpp"
#include "image/packages/rpm/package.hpp"
#include "image/packages/rpm/sqlite.hpp"

namespace yagura::image {
namespace {

// A log of SQLite has a header of this size, also where nothing was logged.
constexpr std::uint64_t kLogHeaderSize = 32;

enum class Role : std::uint8_t { kNone, kDatabase, kLog, kManifest };

Role role_of(std::string_view path) {
  if (path == "var/lib/rpmmanifest/container-manifest-2") return Role::kManifest;
  for (const std::string_view folder :
       {"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string_view name = path.substr(folder.size());
    if (name == "rpmdb.sqlite" || name == "Packages.db" || name == "Packages")
      return Role::kDatabase;
    if (name == "rpmdb.sqlite-wal") return Role::kLog;
  }
  return Role::kNone;
}

class DatabaseReader {
 public:
  explicit DatabaseReader(FileFacts& facts) : facts_(facts) {}

  void read(std::string_view bytes) {
    if (bytes.empty()) return;  // made and never filled
    const TakeBlob take = [this](std::string_view blob) { take_blob(blob); };
    const Result<void> done = is_sqlite(bytes)          ? each_sqlite_package(bytes, take)
                              : is_ndb(bytes)           ? each_ndb_package(bytes, take)
                              : is_berkeley_hash(bytes) ? each_berkeley_package(bytes, take)
                                                        : unknown_form();
    if (!done) problems_.add(done.error().message);
    if (packages_left_out_) problems_.add("more packages than are kept; the rest was not read");
    if (budget_.relations_left_out) {
      problems_.add("more relations than are kept; what packages need is not whole");
    }
    if (budget_.paths_left_out) {
      problems_.add("more or longer paths than are kept; lists of files are not whole");
    }
  }

 private:
  static Result<void> unknown_form() {
    return fail(ErrorCode::kUnsupported, "has a form that is not known");
  }

  void take_blob(std::string_view blob) {
    ++number_;
    if (budget_.packages == 0) {
      packages_left_out_ = true;
      return;
    }
    auto header = RpmHeader::parse(blob);
    if (!header) return complain(header.error().message);
    auto package = rpm_package(*header, budget_);
    if (!package) return complain(package.error().message);
    --budget_.packages;
    facts_.packages.push_back(*std::move(package));
  }

  void complain(std::string_view about) {
    problems_.add("package " + std::to_string(number_) + ": " + std::string(about));
  }

  FileFacts& facts_;
  Problems problems_{facts_, "rpm database"};
  RpmBudget budget_;
  std::size_t number_ = 0;
  bool packages_left_out_ = false;
};

}  // namespace

bool RpmAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  const Role role = role_of(file.path);
  return role == Role::kLog ? file.size > kLogHeaderSize : role != Role::kNone;
}

void RpmAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                          FileFacts& facts) const {
  switch (role_of(file.path)) {
    case Role::kNone:
      return;
    case Role::kDatabase:
      return DatabaseReader(facts).read(content.bytes());
    case Role::kManifest: {
      RpmBudget budget;
      return read_rpm_manifest(content.bytes(), budget, facts);
    }
    case Role::kLog:
      facts.problems.emplace_back(
          "rpm database: its write-ahead log was not merged; packages that were installed or "
          "removed "
          "last may be told wrongly");
      return;
  }
}

}  // namespace yagura::image
