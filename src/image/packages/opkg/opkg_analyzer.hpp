#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Packages of OpenWrt and Yocto: status, info/*.list and the licences of info/*.control in
// usr/lib/opkg and var/lib/opkg. The files have dpkg's forms.
class OpkgAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] std::string_view name() const override { return "opkg"; }
  [[nodiscard]] std::uint64_t version() const override { return 1; }
  [[nodiscard]] bool wants(const FileEntry& file, std::string_view head) const override;
  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override;
};

}  // namespace yagura::image
