#include "rules/load/loader.hpp"

#include <fmt/format.h>

#include "kube/reader.hpp"
#include "rules/language/suggest.hpp"
#include "rules/load/requirements.hpp"
#include "rules/load/rule_reader.hpp"

namespace yagura::rules {

namespace {

void read_item(ItemReader& item, Definitions& definitions) {
  if (item.has("required_engine_version")) {
    read_engine_version(item);
  } else if (item.has("required_plugin_versions")) {
    read_plugin_versions(item);
  } else if (item.has("list")) {
    read_list(item, definitions);
  } else if (item.has("macro")) {
    read_macro(item, definitions);
  } else if (item.has("rule")) {
    read_rule(item, definitions);
  } else {
    const auto members = item.node().members();
    const std::string_view first = members.empty() ? std::string_view() : members.front().key;
    item.warning(
        item.place(), fmt::format("unknown item \"{}\": ignored", first),
        did_you_mean(
            first, {"rule", "macro", "list", "required_engine_version", "required_plugin_versions"},
            "an item is a rule, a macro, a list or a requirement"));
  }
}

void read_document(const kube::Document& document, Definitions& definitions,
                   Diagnostics& diagnostics, const LoadLimits& limits) {
  const auto& source = document.shared_source();
  const kube::Node& root = document.root();
  ItemReader reader(source, root, diagnostics);
  if (root.is_null()) return;
  if (!root.is_list()) {
    reader.error(root, "a rule file is a list of items",
                 "each item begins with \"- rule:\", \"- macro:\" or \"- list:\"");
    return;
  }
  for (const kube::Node& node : root.items()) {
    if (node.is_null()) continue;
    ItemReader item(source, node, diagnostics);
    if (!node.is_map()) {
      item.error(node, "an item is no map", "write \"- rule: name\" and its keys below");
      continue;
    }
    if (definitions.next_index >= limits.max_definitions) {
      item.error(node, fmt::format("more than {} definitions", limits.max_definitions));
      return;
    }
    read_item(item, definitions);
  }
}

}  // namespace

void load_rule_file(const std::shared_ptr<const kube::Source>& source, Definitions& definitions,
                    Diagnostics& diagnostics, const LoadLimits& limits) {
  const kube::ReadLimits read_limits{.max_document_size = limits.max_file_size,
                                     .max_depth = limits.max_depth,
                                     .max_nodes = limits.max_nodes,
                                     .max_alias_nodes = 100'000};
  for (const kube::Document& document : kube::read_documents(source, diagnostics, read_limits)) {
    read_document(document, definitions, diagnostics, limits);
  }
}

}  // namespace yagura::rules
