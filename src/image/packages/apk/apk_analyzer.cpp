#include "image/packages/apk/apk_analyzer.hpp"

#include "image/packages/apk/installed.hpp"

namespace yagura::image {
namespace {

bool is_database(std::string_view path) {
  return path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed";
}

bool is_world(std::string_view path) { return path == "etc/apk/world"; }

}  // namespace

bool ApkAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  return is_database(file.path) || is_world(file.path);
}

void ApkAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                          FileFacts& facts) const {
  if (is_database(file.path)) read_apk_installed(content.bytes(), facts);
  if (is_world(file.path)) read_apk_world(content.bytes(), facts);
}

}  // namespace yagura::image
