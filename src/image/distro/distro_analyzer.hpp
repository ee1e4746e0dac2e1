#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Which distribution the files of an image say that it is: FileFacts::distro of each file that says
// so; choose_distro() picks among them when the layers are merged.
class DistroAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "distro"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
