#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Rust: what cargo-auditable wrote into programs (ELF, PE, Mach-O), and Cargo.lock.
class RustAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "rust"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
