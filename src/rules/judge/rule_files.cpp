#include "rules/judge/rule_files.hpp"

#include <algorithm>
#include <utility>

#include "core/file.hpp"
#include "kube/document.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/load/definitions.hpp"
#include "rules/load/loader.hpp"

namespace yagura::rules {
namespace {

OutputTemplate output_of(const CompiledRule& rule, Source source, Diagnostics& diagnostics) {
  const bool ours = rule.source == source;
  auto output =
      OutputTemplate::parse(rule.source, ours ? std::string_view(rule.output) : std::string_view());
  if (output) return *std::move(output);
  const FilePlace& place = rule.output_place;
  diagnostics.error(place.file, place.line, place.column,
                    "rule \"" + rule.name + "\": " + output.error().message, output.error().hint);
  return *OutputTemplate::parse(source, {});
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path,
                                            Diagnostics& diagnostics) {
  std::error_code error;
  if (path == "-" || !std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path());
  }
  if (files.empty()) {
    diagnostics.error(path.string(), 0, 0, "no *.yaml or *.yml in this folder");
  }
  std::ranges::sort(files);
  return files;
}

void read_definitions_of(const std::filesystem::path& file, Definitions& definitions,
                         Diagnostics& diagnostics) {
  const LoadLimits limits;
  auto text = core::read_file(file, {.max_size = limits.max_file_size});
  if (!text) {
    diagnostics.error(file.string(), 0, 0, text.error().message);
    return;
  }
  load_rule_file(std::make_shared<const kube::Source>(file.string(), *std::move(text),
                                                      kube::SourceFormat::kYaml),
                 definitions, diagnostics, limits);
}

}  // namespace

void read_definitions(std::span<const std::filesystem::path> paths, Definitions& definitions,
                      Diagnostics& diagnostics) {
  for (const std::filesystem::path& path : paths) {
    for (const auto& file : files_of(path, diagnostics)) {
      read_definitions_of(file, definitions, diagnostics);
    }
  }
}

LoadedRules load_rules(std::span<const std::filesystem::path> paths, Source source,
                       Diagnostics& diagnostics, const EditDefinitions& edit) {
  Definitions definitions;
  read_definitions(paths, definitions, diagnostics);
  if (edit) edit(definitions, diagnostics);
  LoadedRules loaded;
  auto set = compile_rules(definitions, diagnostics);
  if (set == nullptr) return loaded;
  for (const CompiledRule& rule : set->rules) {
    loaded.outputs.push_back(output_of(rule, source, diagnostics));
  }
  if (!diagnostics.has_errors()) loaded.set = std::move(set);
  return loaded;
}

}  // namespace yagura::rules
