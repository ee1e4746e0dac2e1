#include "image/packages/npm/npm_analyzer.hpp"

#include <array>
#include <utility>

#include "image/packages/collect/path.hpp"
#include "image/packages/npm/bun_lock.hpp"
#include "image/packages/npm/package_json.hpp"
#include "image/packages/npm/package_lock.hpp"
#include "image/packages/npm/pnpm_lock.hpp"
#include "image/packages/npm/yarn_lock.hpp"

namespace yagura::image {
namespace {

using Reader = void (*)(std::string_view, FileFacts&);

constexpr std::array<std::pair<std::string_view, Reader>, 5> kLocks{{
    {"package-lock.json", read_package_lock},
    {"npm-shrinkwrap.json", read_package_lock},
    {"yarn.lock", read_yarn_lock},
    {"pnpm-lock.yaml", read_pnpm_lock},
    {"bun.lock", read_bun_lock},
}};

Reader reader_of(const FileEntry& file) {
  const std::string_view name = file.name();
  if (name == "package.json") {
    return is_installed_package_json(file.path) ? read_package_json : nullptr;
  }
  for (const auto& [lock, reader] : kLocks) {
    if (name == lock) return is_below(file.path, "node_modules") ? nullptr : reader;
  }
  return nullptr;
}

}  // namespace

bool NpmAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  // Most files are decided here.
  const char last = file.path.empty() ? '\0' : file.path.back();
  return (last == 'n' || last == 'k' || last == 'l') && reader_of(file) != nullptr;
}

void NpmAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                          FileFacts& facts) const {
  if (const Reader reader = reader_of(file)) reader(content.bytes(), facts);
}

}  // namespace yagura::image
