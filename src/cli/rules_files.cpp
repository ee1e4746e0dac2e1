#include "cli/rules_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/command.hpp"
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

Result<std::shared_ptr<const rules::RuleSet>> usable_rules(const std::vector<std::string>& paths) {
  Diagnostics diagnostics;
  YAGURA_TRY(const LoadedRules loaded, load_rules(paths, diagnostics));
  print_diagnostics(diagnostics);
  if (loaded.set == nullptr) return fail(ErrorCode::kInvalidInput, "the rules cannot be used");
  return loaded.set;
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

}  // namespace yagura::cli
