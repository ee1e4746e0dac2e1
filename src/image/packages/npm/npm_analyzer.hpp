#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// JavaScript packages.
//
// Installed: package.json directly in a directory of a node_modules ("node_modules/a/package.json",
// "node_modules/@s/a/package.json", at any depth, so pnpm's store too). Deeper ones are parts and
// test data of packages, not packages.
//
// Locked: package-lock.json (versions 1 to 3), npm-shrinkwrap.json, yarn.lock (classic and berry),
// pnpm-lock.yaml (5, 6, 9), bun.lock. Those within a node_modules are left out: nobody installs by
// them.
class NpmAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "npm"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
