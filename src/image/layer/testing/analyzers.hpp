#pragma once

// Analyzers for tests and benchmarks: what they saw becomes a package.

#include <atomic>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "image/blob/digest_thread.hpp"
#include "image/model/analyzer.hpp"

namespace yagura::image::testing {

// Wants files whose name ends in `suffix`; tells of each the digest of its content.
class DigestAnalyzer final : public Analyzer {
 public:
  explicit DigestAnalyzer(std::string suffix = "", std::uint64_t version = 1)
      : suffix_(std::move(suffix)), version_(version) {}
  [[nodiscard]] std::string_view name() const override { return "digest"; }
  [[nodiscard]] std::uint64_t version() const override { return version_; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override {
    if (head.size() < 4096 && head.size() < file.size) short_heads.fetch_add(1);
    return file.path.ends_with(suffix_);
  }
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override {
    analyzed.fetch_add(1);
    Sha256 sum;
    sum.update(content.bytes());
    facts.packages.push_back({.name = std::string(file.path), .version = sum.finish()});
  }

  mutable std::atomic<int> short_heads{0};  // a head that is shorter than promised
  mutable std::atomic<int> analyzed{0};

 private:
  std::string suffix_;
  std::uint64_t version_;
};

class ThrowingAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "throwing"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry&, std::string_view) const override { return true; }
  void analyze(const FileEntry&, const FileContent&, FileFacts&) const override {
    throw std::runtime_error("out of luck");
  }
};

template <class... A>
[[nodiscard]] Analyzers analyzers(std::unique_ptr<A>... list) {
  Analyzers out;
  (out.push_back(std::move(list)), ...);
  return out;
}

}  // namespace yagura::image::testing
