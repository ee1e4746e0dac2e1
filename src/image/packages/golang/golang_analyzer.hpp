#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Go: the build information that programs carry (ELF, PE, Mach-O), and go.mod.
//
// A program's modules are what was really linked: replaced ones count by their replacement. The
// standard library is the package "stdlib". The main module's version is what the build stamped
// ("v1.2.3"), else the release that linker flags set, else "(devel)" with the commit as
// Package::revision. A Go program that does not tell its modules is a problem, not nothing.
class GolangAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "golang"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
