#include "sensor/analysis/export/security_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "sensor/analysis/export/target.hpp"
#include "sensor/analysis/profile/capability_use.hpp"
#include "sensor/analysis/profile/shapes.hpp"

namespace yagura::sensor {

namespace {

// Needed in ways that no call shows: by limits, ioctl, socket options.
constexpr std::string_view kHiddenUses[] = {"CAP_IPC_LOCK",     "CAP_NET_ADMIN", "CAP_SYS_NICE",
                                            "CAP_SYS_RESOURCE", "CAP_KILL",      "CAP_SETPCAP"};

bool is_at_or_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

// "/tmp/*/x" is written below "/tmp".
std::string without_stars(std::string_view directory) {
  const std::size_t star = directory.find('*');
  if (star == std::string_view::npos) return std::string(directory);
  const std::string_view parent = folder_of(directory.substr(0, star));
  return std::string(parent);
}

struct Place {
  std::string_view head;  // before the pod's spec, one line a level
  int indent = 0;         // of the pod's spec's members
};

Place place_of(std::string_view kind) {
  if (kind == "Pod") return {"spec:\n", 2};
  if (kind == "CronJob") {
    return {"spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n", 10};
  }
  return {"spec:\n  template:\n    spec:\n", 6};
}

std::vector<std::string> used_capabilities(const Profile& profile) {
  std::vector<std::string> names;
  for (const Feature& feature : profile.table(FeatureKind::kCapability).all()) {
    if (feature.state == FeatureState::kLearned) names.emplace_back(feature.text.substr(4));
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> hidden_capabilities(const Profile& profile) {
  std::vector<std::string> names;
  for (const std::string_view name : kHiddenUses) {
    const auto number = find_capability(name);
    const bool is_held = number && ((profile.capabilities_held >> *number) & 1) != 0;
    if (is_held) names.emplace_back(name.substr(4));
  }
  return names;
}

}  // namespace

std::vector<std::string> directories_to_write(const Profile& profile) {
  std::set<std::string> written;
  for (const Feature& feature : profile.table(FeatureKind::kWriteDirectory).all()) {
    if (feature.state != FeatureState::kLearned) continue;
    const std::string directory = without_stars(feature.text);
    const auto is_below = [&](std::string_view other) { return is_at_or_below(directory, other); };
    const bool is_elsewhere = is_below("/proc") || is_below("/sys") || is_below("/dev") ||
                              std::ranges::any_of(profile.volumes, is_below);
    if (!is_elsewhere && !directory.empty()) written.insert(directory);
  }
  std::vector<std::string> outermost;
  for (const std::string& directory : written) {
    if (outermost.empty() || !is_at_or_below(directory, outermost.back())) {
      outermost.push_back(directory);
    }
  }
  return outermost;
}

Result<std::string> security_context_patch(const Profile& profile) {
  const ExportTarget target = export_target(profile.key());
  if (!target.is_pod()) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: only pods have security contexts", profile.key()));
  }
  const Place place = place_of(target.kind);
  const std::string indent(static_cast<std::size_t>(place.indent), ' ');
  const std::vector<std::string> directories = directories_to_write(profile);
  // A volume over the root would hide the image.
  const bool writes_root = std::ranges::find(directories, "/") != directories.end();
  std::string out = fmt::format("# {}: what it did needs no more than this\n", profile.key());
  const auto line = [&]<typename... Arguments>(fmt::format_string<Arguments...> format,
                                               Arguments&&... arguments) {
    out += indent;
    fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
    out += '\n';
  };
  out += place.head;
  line("containers:");
  line("  - name: {}", yaml_text(target.container));
  line("    securityContext:");
  if (writes_root) {
    line("      # it writes right below /: no read-only root");
  } else {
    line("      readOnlyRootFilesystem: true");
  }
  line("      allowPrivilegeEscalation: false");
  line("      capabilities:");
  line("        drop: [ALL]");
  const std::vector<std::string> used = used_capabilities(profile);
  if (!used.empty()) line("        add: [{}]", fmt::join(used, ", "));
  for (const std::string& name : hidden_capabilities(profile)) {
    if (std::ranges::find(used, name) == used.end()) {
      line("        # {} was held; whether it was needed does not show in calls", name);
    }
  }
  if (!writes_root && !directories.empty()) {
    line("    volumeMounts:");
    for (std::size_t i = 0; i < directories.size(); ++i) {
      line("      - {{name: yagura-write-{}, mountPath: {}}}", i, yaml_text(directories[i]));
    }
    line("volumes:");
    for (std::size_t i = 0; i < directories.size(); ++i) {
      line("  - {{name: yagura-write-{}, emptyDir: {{}}}}", i);
    }
  }
  return out;
}

}  // namespace yagura::sensor
