#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// NuGet packages: *.deps.json (what is deployed with an application or a shared framework),
// packages.lock.json, packages.config, obj/project.assets.json.
class DotnetAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "dotnet"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
