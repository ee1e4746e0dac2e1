#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Ruby gems: installed ones by RubyGems' own record ("specifications/NAME-VERSION.gemspec", default
// gems below "specifications/default"), locked ones by Gemfile.lock and gems.locked.
class RubyAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "ruby"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
