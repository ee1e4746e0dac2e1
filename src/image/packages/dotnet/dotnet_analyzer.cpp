#include "image/packages/dotnet/dotnet_analyzer.hpp"

#include "image/packages/collect/path.hpp"
#include "image/packages/dotnet/dotnet_files.hpp"

namespace yagura::image {
namespace {

using Reader = void (*)(std::string_view, FileFacts&);

Reader reader_of(const FileEntry& file) {
  const std::string_view name = file.name();
  if (name.ends_with(".deps.json")) return read_deps_json;
  if (name == "packages.lock.json") return read_packages_lock;
  if (name == "project.assets.json") return read_project_assets;
  if (ends_with_ignoring_case(name, "packages.config") && name.size() == 15) {
    return read_packages_config;
  }
  return nullptr;
}

}  // namespace

bool DotnetAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  const char last = file.path.empty() ? '\0' : file.path.back();
  return (last == 'n' || last == 'g' || last == 'G') && reader_of(file) != nullptr;
}

void DotnetAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                             FileFacts& facts) const {
  if (const Reader reader = reader_of(file)) reader(content.bytes(), facts);
}

}  // namespace yagura::image
