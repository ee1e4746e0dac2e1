#include "cli/rules_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "rules/judge/rule_files.hpp"

namespace yagura::cli {

Result<LoadedRules> load_rules(const std::vector<std::string>& paths, Diagnostics& diagnostics,
                               const rules::CompileOptions& options) {
  for (const std::string& path : paths) {
    if (path != "-" && ::access(path.c_str(), R_OK) != 0) {
      return fail(ErrorCode::kNotFound, path + ": " + std::strerror(errno));
    }
  }
  const std::vector<std::filesystem::path> files(paths.begin(), paths.end());
  LoadedRules loaded;
  rules::read_definitions(files, loaded.definitions, diagnostics);
  loaded.set = rules::compile_rules(loaded.definitions, diagnostics, options);
  return loaded;
}

}  // namespace yagura::cli
