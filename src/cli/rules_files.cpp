#include "cli/rules_files.hpp"

#include <algorithm>
#include <filesystem>

#include "core/file.hpp"
#include "rules/load/loader.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".yaml" || extension == ".yml") inside.push_back(entry.path().string());
    }
    if (inside.empty()) return fail(ErrorCode::kNotFound, path + ": no *.yaml in this folder");
    std::ranges::sort(inside);
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

}  // namespace

Result<LoadedRules> load_rules(const std::vector<std::string>& paths, Diagnostics& diagnostics,
                               const rules::CompileOptions& options) {
  const rules::LoadLimits limits;
  LoadedRules loaded;
  YAGURA_TRY(const std::vector<std::string> files, files_of(paths));
  for (const std::string& file : files) {
    YAGURA_TRY(std::string text, core::read_file(file, {.max_size = limits.max_file_size}));
    rules::load_rule_file(
        std::make_shared<const kube::Source>(file, std::move(text), kube::SourceFormat::kYaml),
        loaded.definitions, diagnostics, limits);
  }
  loaded.set = rules::compile_rules(loaded.definitions, diagnostics, options);
  return loaded;
}

}  // namespace yagura::cli
