#include "rules/load/requirements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace yagura::rules {

namespace {

// Plugins whose fields and events are built in here.
constexpr std::array<std::string_view, 6> kBuiltIn = {
    "container", "k8saudit", "json", "k8saudit-eks", "k8saudit-gke", "k8saudit-aks"};

// "x.y.z", or a number alone, which is 0.number.0.
std::optional<EngineVersion> parse_version(std::string_view text) {
  std::array<std::uint32_t, 3> parts{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  std::size_t count = 0;
  while (count < 3) {
    const auto [next, error] = std::from_chars(at, end, parts[count]);
    if (error != std::errc() || next == at) return std::nullopt;
    ++count;
    at = next;
    if (at == end || *at != '.') break;
    ++at;
  }
  if (count == 1 && at == end) return EngineVersion{0, parts[0], 0};
  // A label or a build's number may follow: 1.2.3-rc1.
  if (count != 3 || (at != end && *at != '-' && *at != '+')) return std::nullopt;
  return EngineVersion{parts[0], parts[1], parts[2]};
}

struct Plugin {
  std::string name;
  std::string version;
};

std::optional<Plugin> read_plugin(const ItemReader& parent, const kube::Node& node) {
  ItemReader entry(parent.source(), node, parent.diagnostics());
  if (!node.is_map()) {
    entry.error(node, "a plugin's requirement is no map", "write name: … and version: …");
    return std::nullopt;
  }
  auto name = entry.required_text("name");
  auto version = entry.required_text("version");
  if (!name || !version) return std::nullopt;
  if (!parse_version(*version) || version->find('.') == std::string::npos) {
    entry.error(*entry.find("version"), fmt::format("\"{}\" is no version of a plugin", *version),
                "write x.y.z");
    return std::nullopt;
  }
  return Plugin{std::move(*name), std::move(*version)};
}

bool is_built_in(const Plugin& plugin) {
  return std::ranges::find(kBuiltIn, plugin.name) != kBuiltIn.end();
}

}  // namespace

void read_engine_version(ItemReader& item) {
  const auto text = item.required_text("required_engine_version");
  if (!text) return;
  const kube::Node& node = *item.find("required_engine_version");
  const auto version = parse_version(*text);
  if (!version) {
    item.error(node, fmt::format("\"{}\" is no engine version", *text),
               "write x.y.z, or a number N for 0.N.0");
  } else if (*version > kEngineVersion || version->major != kEngineVersion.major) {
    item.error(node, fmt::format("the file requires rule engine {}; this one is {}.{}.{}", *text,
                                 kEngineVersion.major, kEngineVersion.minor, kEngineVersion.patch));
  }
}

void read_plugin_versions(ItemReader& item) {
  const kube::Node& list = *item.find("required_plugin_versions");
  if (!list.is_list()) {
    item.error(list, "\"required_plugin_versions\" is no list");
    return;
  }
  for (const kube::Node& node : list.items()) {
    const auto plugin = read_plugin(item, node);
    if (!plugin) continue;
    bool satisfied = is_built_in(*plugin);
    for (const kube::Node& other : node.list("alternatives")) {
      const auto alternative = read_plugin(item, other);
      satisfied = satisfied || (alternative && is_built_in(*alternative));
    }
    if (!satisfied) {
      item.warning(item.place(node), fmt::format("plugin {} is not built in", plugin->name),
                   "rules of its source are skipped");
    }
  }
}

}  // namespace yagura::rules
