#include "rules/judge/rule_files.hpp"

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

}  // namespace

LoadedRules load_rules(std::span<const std::filesystem::path> files, Source source,
                       Diagnostics& diagnostics) {
  Definitions definitions;
  for (const std::filesystem::path& file : files) {
    auto text = core::read_file(file);
    if (!text) {
      diagnostics.error(file.string(), 0, 0, text.error().message);
      continue;
    }
    load_rule_file(std::make_shared<const kube::Source>(file.string(), *std::move(text),
                                                        kube::SourceFormat::kYaml),
                   definitions, diagnostics);
  }
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
