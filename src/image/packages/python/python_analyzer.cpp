#include "image/packages/python/python_analyzer.hpp"

#include <array>
#include <utility>

#include "image/packages/collect/path.hpp"
#include "image/packages/python/metadata.hpp"
#include "image/packages/python/python_locks.hpp"
#include "image/packages/python/requirements.hpp"

namespace yagura::image {
namespace {

using Reader = void (*)(std::string_view, FileFacts&);

constexpr std::array<std::pair<std::string_view, Reader>, 5> kLocks{{
    {"Pipfile.lock", read_pipfile_lock},
    {"poetry.lock", read_poetry_lock},
    {"uv.lock", read_uv_lock},
    {"pdm.lock", read_pdm_lock},
    {"pylock.toml", read_pylock},
}};

// Files of packages that are of use to those who make the package.
bool is_part_of_a_package(std::string_view path) {
  return is_below(path, "site-packages") || is_below(path, "dist-packages") ||
         is_below(path, "node_modules");
}

Reader lock_reader(const FileEntry& file) {
  const std::string_view name = file.name();
  for (const auto& [lock, reader] : kLocks) {
    if (name == lock) return is_part_of_a_package(file.path) ? nullptr : reader;
  }
  // "pylock.NAME.toml"
  const bool is_named_lock = name.starts_with("pylock.") && name.ends_with(".toml");
  return is_named_lock && !is_part_of_a_package(file.path) ? read_pylock : nullptr;
}

}  // namespace

bool PythonAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  const std::string_view path = file.path;
  switch (path.empty() ? '\0' : path.back()) {
    case 'A':  // METADATA
    case 'O':  // PKG-INFO
    case 'D':  // RECORD
    case 'o':  // .egg-info
      return python_metadata_kind(path) != PythonMetadata::kNone;
    case 't':  // .txt
      return python_metadata_kind(path) != PythonMetadata::kNone ||
             (is_requirements_file(path) && !is_part_of_a_package(path));
    case 'k':  // .lock
    case 'l':  // .toml
      return lock_reader(file) != nullptr;
    default:
      return false;
  }
}

void PythonAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                             FileFacts& facts) const {
  switch (python_metadata_kind(file.path)) {
    case PythonMetadata::kHeaders:
      return read_python_headers(file.path, content.bytes(), facts);
    case PythonMetadata::kRecord:
      return read_python_record(file.path, content.bytes(), facts);
    case PythonMetadata::kInstalledFiles:
      return read_python_installed_files(file.path, content.bytes(), facts);
    case PythonMetadata::kNone:
      break;
  }
  if (const Reader reader = lock_reader(file)) return reader(content.bytes(), facts);
  if (is_requirements_file(file.path)) read_requirements(file.path, content.bytes(), facts);
}

}  // namespace yagura::image
