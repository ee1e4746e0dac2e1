#include "sensor/analysis/export/runtime_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <set>

#include "sensor/analysis/export/target.hpp"
#include "sensor/analysis/profile/shapes.hpp"

namespace yagura::sensor {

namespace {

// What policies take before a star in a name (enforce/policy/policy.hpp).
constexpr std::size_t kMaxNamePrefix = 64;

// Policies know a star at the end alone. "/a/b-*" stays; of "/a/*/x" all below "/a" is taken.
std::string policy_path(std::string_view path) {
  const std::size_t star = path.find('*');
  if (star == std::string_view::npos) return std::string(path);
  const std::string_view head = path.substr(0, star);
  const bool is_in_name = path.find('/', star) == std::string_view::npos;
  const std::size_t name_size = head.size() - head.rfind('/') - 1;
  if (is_in_name && name_size != 0) {
    // A longer head would be refused; a shorter one lets more through, never less.
    return std::string(
               head.substr(0, head.size() - name_size + std::min(name_size, kMaxNamePrefix))) +
           "*";
  }
  const std::string_view parent = folder_of(head);
  return (parent == "/" ? std::string() : std::string(parent)) + "/**";
}

// Policies have no way to write these; such a program is named in a comment, and not allowed.
bool is_nameable(std::string_view path) {
  return path.starts_with('/') && std::ranges::none_of(path, [](char c) {
           if (c == '?' || c == '[') return true;
           return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f;
         });
}

bool has_call(const Profile& profile, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view name) {
    const Feature* call = profile.table(FeatureKind::kCall).find(name);
    return call != nullptr && call->state == FeatureState::kLearned;
  });
}

}  // namespace

Result<std::string> runtime_policy(const Profile& profile) {
  const ExportTarget target = export_target(profile.key());
  if (!target.is_pod()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: policies select pods", profile.key()));
  }
  std::set<std::string> programs;
  std::set<std::string_view> unnameable;
  bool runs_memfd = false;
  for (const Feature& feature : profile.table(FeatureKind::kExecutable).all()) {
    if (feature.state != FeatureState::kLearned) continue;
    if (is_nameable(feature.text)) {
      programs.insert(policy_path(feature.text));
    } else if (feature.text.starts_with('/')) {
      unnameable.insert(feature.text);
    }
    runs_memfd = runs_memfd || feature.text.starts_with("memfd:");
  }
  if (programs.empty()) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: no program of it was seen", profile.key()));
  }
  std::string out = fmt::format(
      "apiVersion: yagura.dev/v1alpha1\nkind: RuntimePolicy\nmetadata:\n  name: {}\nspec:\n"
      "  selector:\n    namespaces: [{}]\n    workload: {{kind: {}, name: {}}}\n"
      "    containers: [{}]\n  mode: alert\n  executables:\n    allow:\n",
      yaml_text(export_name(target)), yaml_text(target.name_space), yaml_text(target.kind),
      yaml_text(target.name), yaml_text(target.container));
  for (const std::string& program : programs) {
    fmt::format_to(std::back_inserter(out), "      - {}\n", yaml_text(program));
  }
  for (const std::string_view program : unnameable) {
    fmt::format_to(std::back_inserter(out), "      # not to be written here: {}\n",
                   yaml_text(program));
  }
  out += "    writableLayer: deny\n";
  if (!runs_memfd) out += "    memfd: deny\n";
  if (!has_call(profile, {"mount", "move_mount", "fsmount", "umount2"})) out += "  mounts: deny\n";
  if (!has_call(profile, {"ptrace", "process_vm_readv", "process_vm_writev"})) {
    out += "  ptrace: deny\n";
  }
  if (!has_call(profile, {"init_module", "finit_module", "delete_module"})) {
    out += "  kernelModules: deny\n";
  }
  if (!has_call(profile, {"bpf"})) out += "  bpf: deny\n";
  return out;
}

}  // namespace yagura::sensor
