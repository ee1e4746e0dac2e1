#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Java: archives (jar, war, ear and their like, nested), see jar.hpp; the pom.properties of
// unpacked archives; gradle.lockfile; and pom.xml of projects.
class JavaAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "java"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
