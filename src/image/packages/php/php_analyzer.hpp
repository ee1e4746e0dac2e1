#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Composer: what is installed (vendor/composer/installed.json, of both of its versions) and what is
// locked (composer.lock). Versions as they are written ("v5.4.0", "dev-main" with its commit). What
// lies in a directory of the project ("path") is its own code.
class PhpAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "php"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
