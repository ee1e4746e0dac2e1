#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Programs whose code unpacks itself at run time: what they are made of can't be seen, so they are
// told as Suspicion "packed-binary" of the category "unknown-contents". See packer.hpp.
class PackedAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "packed"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
