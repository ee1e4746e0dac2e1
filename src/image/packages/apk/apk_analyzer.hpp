#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Alpine's packages: lib/apk/db/installed (usr/lib where directories are merged), etc/apk/world.
class ApkAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "apk"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
