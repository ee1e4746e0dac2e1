#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Python packages.
//
// Installed: NAME.dist-info/METADATA with the files of RECORD, NAME.egg-info (a file, or a
// directory with PKG-INFO and installed-files.txt), EGG-INFO/PKG-INFO. Also those that packages
// carry within themselves (setuptools/_vendor/…): their code is there.
//
// Locked: Pipfile.lock, poetry.lock, uv.lock, pdm.lock, pylock.toml (PEP 751). Declared: pins of
// requirements*.txt. Those below site-packages are left out: they are parts of packages.
//
// Names are normalised (PEP 503).
class PythonAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "python"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
