#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Conda's record of what is installed in an environment: conda-meta/NAME-VERSION-BUILD.json, with
// the package's files. (Python packages of an environment also have their dist-info, which
// `python` reads.)
class CondaAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "conda"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
