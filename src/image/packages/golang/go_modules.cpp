#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/golang/build_info.hpp"
#include "image/packages/golang/go_version.hpp"

namespace yagura::image {
namespace {

constexpr std::string_view kDevelopment = "(devel)";

void add_main(const GoBuildInfo& info, PackageCollector& packages) {
  const GoModule& module = info.main->replacement.value_or(info.main->module);
  if (module.path.empty()) return;
  const bool is_stamped = !module.version.empty() && module.version != kDevelopment;
  std::string version(is_stamped ? module.version : std::string_view());
  if (!is_stamped) version = version_of_linker_flags(info.setting("-ldflags"), module.path);
  const auto added =
      packages.add(module.path, version.empty() ? kDevelopment : std::string_view(version));
  if (added.is_new && info.setting("vcs") == "git") {
    added.package->revision = info.setting("vcs.revision").substr(0, 64);
  }
}

// A directory that replaces a module has no version: what is known is whose place it takes.
void add_dependency(const GoDependency& dependency, PackageCollector& packages) {
  const GoModule& linked = dependency.replacement.value_or(dependency.module);
  if (linked.version.empty() || linked.version == kDevelopment) {
    packages.add(dependency.module.path, kDevelopment);
  } else {
    packages.add(linked.path, linked.version);
  }
}

}  // namespace

void read_go_program(const ObjectFile& object, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kGo, PackageEvidence::kBinary);
  const auto info = read_go_build_info(object);
  if (!info) {
    if (is_go_program(object)) {
      packages.problem("a Go program without build information: its modules are not known");
    }
    return;
  }
  if (const std::string version = semantic_go_version(info->go_version); !version.empty()) {
    packages.add("stdlib", version);
  } else {
    packages.problem("a Go program of a toolchain that is no release: " +
                     std::string(info->go_version.substr(0, 100)));
  }
  if (info->main) add_main(*info, packages);
  for (const GoDependency& dependency : info->dependencies) add_dependency(dependency, packages);
  // Single files have no module, and the toolchain's own commands need none.
  const bool needs_modules =
      info->main_package != "command-line-arguments" && !info->main_package.starts_with("cmd/");
  if (!info->main && info->dependencies.empty() && needs_modules) {
    packages.problem(
        "a Go program that was built without modules: what it is made of is not known");
  }
}

}  // namespace yagura::image
