#include "sensor/detect/testing/scene.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/file.hpp"
#include "kube/document.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/load/definitions.hpp"
#include "rules/load/loader.hpp"
#include "sensor/process/process_table.hpp"

namespace yagura::sensor::testing {

namespace {

std::shared_ptr<const rules::LoadedRules> compile(rules::Definitions& definitions,
                                                  Diagnostics& diagnostics) {
  auto loaded = std::make_shared<rules::LoadedRules>();
  loaded->set = rules::compile_rules(definitions, diagnostics);
  if (loaded->set == nullptr) {
    for (const auto& one : diagnostics.list()) std::fprintf(stderr, "%s\n", to_string(one).c_str());
    std::abort();
  }
  return loaded;
}

std::shared_ptr<const kube::Source> source(std::string name, std::string text) {
  return std::make_shared<const kube::Source>(std::move(name), std::move(text),
                                              kube::SourceFormat::kYaml);
}

std::shared_ptr<Container> busybox() {
  auto pod = std::make_shared<Pod>();
  pod->name = "web-1";
  pod->name_space = "shop";
  pod->uid = "0a1b";
  auto made = std::make_shared<Container>();
  made->cgroup_id = Scene::kContainerCgroup;
  made->cgroup_path = "/kubepods/pod0a1b/3b1f";
  made->id = std::string(64, '3');
  made->name = "web";
  made->runtime = Runtime::kContainerd;
  made->metadata = Metadata::kComplete;
  made->image = "docker.io/library/busybox:1.36";
  made->image_repository = "docker.io/library/busybox";
  made->image_tag = "1.36";
  made->pod = pod;
  return made;
}

}  // namespace

std::shared_ptr<const rules::LoadedRules> rules_of(std::string_view text) {
  rules::Definitions definitions;
  Diagnostics diagnostics;
  rules::load_rule_file(source("rules.yaml", std::string(text)), definitions, diagnostics);
  return compile(definitions, diagnostics);
}

std::shared_ptr<const rules::LoadedRules> published_rules() {
  const char* const named = std::getenv("YAGURA_CORPORA");
  const std::filesystem::path folder =
      std::filesystem::path(named != nullptr ? named : YAGURA_SOURCE_DIR "/../shared/corpora") /
      "falco-rules";
  rules::Definitions definitions;
  Diagnostics diagnostics;
  for (const char* name : {"falco_rules", "falco-incubating_rules", "falco-sandbox_rules"}) {
    auto text = core::read_file(folder / (std::string(name) + ".yaml"));
    if (!text) return nullptr;
    rules::load_rule_file(source(name, std::move(*text)), definitions, diagnostics);
  }
  for (rules::RuleDefinition& rule : definitions.rules.entries()) rule.enabled = true;
  return compile(definitions, diagnostics);
}

bool Names::has(std::string_view rule) const {
  return std::ranges::find(rules, rule) != rules.end();
}

Scene::Scene(std::shared_ptr<const rules::LoadedRules> rules, Matching matching,
             std::size_t remembered_verdicts)
    : pipeline(resolver, {.boot_offset_ns = 1'700'000'000'000'000'000}),
      users({.host_root = "/", .proc = {}}),
      container(busybox()),
      detector(std::move(rules), {.matching = matching, .remembered_verdicts = remembered_verdicts},
               {.processes = &pipeline.processes(), .users = &users, .hostname = "node-1"},
               alerts) {
  pipeline.add_consumer(detector);
  resolver.set(kContainerCgroup, container);
  start(1, 0, "/usr/lib/systemd/systemd", {"systemd"});
  start(70, 1, "/usr/sbin/sshd", {"sshd", "-D"});
  start(kLogin, 70, "/bin/bash", {"bash"});
  start(kShim, 1, "/usr/bin/containerd-shim", {"containerd-shim"});
  feed(exec(kInit, kShim, "/bin/app", {"app"}).cgroup(kContainerCgroup));
}

std::uint64_t Scene::cgroup_of(std::uint32_t pid) const {
  const Process* const known = pipeline.processes().get(pid);
  return known != nullptr && known->cgroup_id != 0 ? known->cgroup_id : kHostCgroup;
}

Scene& Scene::feed(RecordMaker record) {
  alerts.clear();
  pipeline.feed(record.view());
  return *this;
}

RecordMaker Scene::exec(std::uint32_t pid, std::uint32_t parent, std::string_view path,
                        std::initializer_list<std::string_view> argv) {
  time_ns += 1'000'000;
  feed(RecordMaker(YGR_FORK, "clone", pid)
           .time(time_ns)
           .cgroup(cgroup_of(parent))
           .task(parent, time_ns));
  RecordMaker record(YGR_EXEC, "execve", pid);
  record.time(time_ns + 1'000).cgroup(cgroup_of(parent)).task(parent, time_ns);
  record.credentials(uid, uid, capabilities).program(path, argv).text(YGR_S_CWD, "/srv");
  ygr_file exe{};
  exe.fd = -1;
  exe.mode = 0100755;
  exe.ino = 12;
  exe.layer = YGR_LAYER_LOWER;
  record.with(YGR_S_EXE, exe);
  return record;
}

RecordMaker Scene::call(std::uint32_t pid, std::string_view type, std::int64_t result) {
  time_ns += 1'000'000;
  RecordMaker record(YGR_CALL, type, pid);
  record.time(time_ns).cgroup(cgroup_of(pid)).result(result);
  const Process* const known = pipeline.processes().get(pid);
  if (known != nullptr) record.uid(known->credentials.uid);
  return record;
}

RecordMaker Scene::open(std::uint32_t pid, std::string_view path, std::uint64_t flags,
                        std::string_view resolved, std::uint32_t mode) {
  RecordMaker record = call(pid, "openat", 3);
  record.args({static_cast<std::uint64_t>(AT_FDCWD), 0, flags, 0600}).text(YGR_S_PATH0, path);
  if (!path.starts_with('/')) record.text(YGR_S_DIR0, "/srv");
  record.file(3, resolved.empty() ? path : resolved, mode, static_cast<std::uint32_t>(flags));
  return record;
}

}  // namespace yagura::sensor::testing
