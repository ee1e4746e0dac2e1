#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Debian's packages: var/lib/dpkg/status, status.d (distroless), info/*.list, apt's marks of what
// was installed automatically, and the licences of copyright files.
//
// info/*.md5sums is not read: it names nothing that info/*.list does not. Of status.d the *.md5sums
// are, for there is no list.
class DpkgAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "dpkg"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
