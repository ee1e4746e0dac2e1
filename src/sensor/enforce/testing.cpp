#include "sensor/enforce/testing.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sensor/enforce/kernel/cgroup_files.hpp"
#include "sensor/enforce/policy/policy_reader.hpp"

namespace yagura::sensor::enforce::testing {

OwnCgroup::OwnCgroup(std::string_view name) {
  const auto root = find_cgroup_root();
  if (root.empty()) return;
  path_ = fmt::format("/yagura-{}-{}", name, getpid());
  folder_ = root / path_.substr(1);
  if (mkdir(folder_.c_str(), 0755) != 0) return;
  id_ = cgroup_id_of(folder_).value_or(0);
}

OwnCgroup::~OwnCgroup() {
  if (id_ == 0) return;
  for (int round = 0; round < 1000 && rmdir(folder_.c_str()) != 0 && errno == EBUSY; ++round) {
    for (const std::uint32_t pid : processes_of(folder_)) kill(static_cast<pid_t>(pid), SIGKILL);
    sched_yield();
  }
}

PolicedContainer OwnCgroup::container() const {
  auto container = std::make_shared<Container>();
  container->id = std::string(64, 'a');
  container->cgroup_id = id_;
  container->cgroup_path = path_;
  container->metadata = Metadata::kComplete;
  return {.cgroup_id = id_, .container = container};
}

std::string to_string(const Outcome& outcome) {
  if (outcome.signal != 0) return fmt::format("signal {}", outcome.signal);
  return outcome.error == 0 ? "done" : std::strerror(outcome.error);
}

Outcome attempt(const OwnCgroup* cgroup, const std::function<int()>& action) {
  const int entry = cgroup == nullptr
                        ? -1
                        : open((cgroup->folder() / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
  const pid_t child = fork();
  if (child == 0) {
    if (entry >= 0 && write(entry, "0", 1) != 1) _exit(255);
    _exit(action());
  }
  if (entry >= 0) close(entry);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return {.error = 254};
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
  return {.error = WEXITSTATUS(status)};
}

int error_of(long result) { return result < 0 ? errno : 0; }

std::vector<Policy> policies_of(const std::vector<std::string>& specs) {
  std::string text;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    text += fmt::format(
        "---\napiVersion: yagura.dev/v1alpha1\nkind: RuntimePolicy\nmetadata: {{name: p{}}}\n"
        "spec: {{selector: {{}}, {}}}\n",
        i, specs[i]);
  }
  Diagnostics diagnostics;
  auto policies = read_policies(
      std::make_shared<const kube::Source>("test.yaml", text, kube::SourceFormat::kYaml),
      diagnostics);
  if (diagnostics.has_errors()) {
    for (const Diagnostic& diagnostic : diagnostics.list()) {
      std::fprintf(stderr, "%s\n", yagura::to_string(diagnostic).c_str());
    }
    std::abort();
  }
  return policies;
}

}  // namespace yagura::sensor::enforce::testing
