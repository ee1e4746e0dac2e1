#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// RPM's packages: rpmdb.sqlite, Packages.db (ndb) and Packages (Berkeley DB) in var/lib/rpm,
// usr/lib/sysimage/rpm and usr/share/rpm, and the manifest of distroless CBL-Mariner. Which form a
// database has is told by its bytes.
//
// A write-ahead log beside rpmdb.sqlite is reported and not read: it only makes sense with the
// database, and an analyzer sees one file.
class RpmAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "rpm"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
