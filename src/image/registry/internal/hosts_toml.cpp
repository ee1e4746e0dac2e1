#include "image/registry/internal/hosts_toml.hpp"

#include <algorithm>

#include "image/packages/toml/toml.hpp"

namespace yagura::image::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxHosts = 32;

// Without the key a host may do everything.
bool may_pull(const TomlValue& host) {
  const TomlValue* capabilities = host.find("capabilities");
  if (capabilities == nullptr) return true;
  return std::ranges::any_of(capabilities->items(),
                             [](const TomlValue& value) { return value.text() == "pull"; });
}

// A text, or a list of them.
std::vector<fs::path> paths_of(const TomlValue* value, const fs::path& folder) {
  std::vector<fs::path> paths;
  if (value == nullptr) return paths;
  if (!value->text().empty()) paths.push_back(folder / value->text());
  for (const TomlValue& item : value->items()) {
    if (!item.text().empty()) paths.push_back(folder / item.text());
  }
  return paths;
}

// "file", ["file", …], or [["certificate", "key"], …]: the first is taken.
void read_client(const TomlValue* value, const fs::path& folder, HostEntry& entry) {
  if (value == nullptr) return;
  const bool is_pair =
      value->is_array() && !value->items().empty() && value->items().front().is_array();
  const auto paths = paths_of(is_pair ? &value->items().front() : value, folder);
  if (paths.empty()) return;
  entry.client_certificate = paths[0];
  if (is_pair && paths.size() > 1) entry.client_key = paths[1];
}

bool is_true(const TomlValue& host, std::string_view key) {
  const TomlValue* value = host.find(key);
  return value != nullptr && value->scalar_text() == "true";
}

}  // namespace

Result<std::vector<HostEntry>> parse_hosts_toml(std::string_view text, const fs::path& folder) {
  YAGURA_TRY(const TomlValue document,
             read_toml(text, {.max_size = 1 << 20, .max_depth = 8, .max_values = 10'000}));
  std::vector<HostEntry> entries;
  const TomlValue* hosts = document.find("host");
  if (hosts == nullptr) return entries;
  for (const auto& [name, host] : hosts->members()) {
    if (!may_pull(host) || entries.size() == kMaxHosts) continue;
    HostEntry& entry = entries.emplace_back();
    entry.url = name.find("://") == std::string::npos ? "https://" + name : name;
    entry.is_override_path = is_true(host, "override_path");
    entry.skip_verify = is_true(host, "skip_verify");
    entry.authorities = paths_of(host.find("ca"), folder);
    read_client(host.find("client"), folder, entry);
  }
  return entries;
}

}  // namespace yagura::image::internal
