#include "sensor/analysis/profile/novelty.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace yagura::sensor {

namespace {

constexpr std::string_view kWhoIsIt =
    " user=%user.name process=%proc.name command=%proc.cmdline exe=%proc.exepath "
    "parent=%proc.pname container=%container.name image=%container.image.repository "
    "pod=%k8s.pod.name ns=%k8s.ns.name)";

// Notices hold views: the texts live as long as the program.
std::string_view output_text(Novelty novelty, std::string_view head) {
  static std::array<std::string, kNovelties> texts;
  std::string& text = texts[static_cast<std::size_t>(novelty)];
  text = std::string(head) + std::string(kWhoIsIt);
  return text;
}

NoveltyGrade grade(Novelty novelty, std::string_view rule, std::string_view priority, double score,
                   std::string_view head, std::vector<std::string> tags) {
  tags.insert(tags.begin(), "profile");
  return {.notice = {.origin = AlertOrigin::kProfile,
                     .rule = rule,
                     .priority = priority,
                     .output = output_text(novelty, head),
                     .tags = std::move(tags)},
          .score = score};
}

std::array<NoveltyGrade, kNovelties> make_grades() {
  using enum Novelty;
  std::array<NoveltyGrade, kNovelties> grades;
  const auto set = [&](Novelty novelty, auto&&... rest) {
    grades[static_cast<std::size_t>(novelty)] = grade(novelty, rest...);
  };
  using Tags = std::vector<std::string>;
  set(kWrittenExecutable, "New executable in workload from outside its image", "Critical", 0.95,
      "An executable that is not of the image runs in a workload that did not use it "
      "(written=%proc.is_exe_upper_layer memfd=%proc.is_exe_from_memfd",
      Tags{"process", "mitre_execution", "T1204.003", "mitre_command_and_control", "T1105"});
  set(kWrittenLibrary, "New library in workload from outside its image", "Error", 0.85,
      "A library that is not of the image is loaded by a workload that did not use it "
      "(file=%fd.name",
      Tags{"process", "mitre_defense_evasion", "T1574.006"});
  set(kExecutable, "New executable in workload", "Warning", 0.75,
      "An executable of the image runs in a workload that did not use it (tty=%proc.tty",
      Tags{"process", "mitre_execution", "T1059"});
  set(kCapability, "New capability used in workload", "Warning", 0.7,
      "A workload uses a capability that it did not use (event=%evt.type",
      Tags{"process", "mitre_privilege_escalation", "T1548"});
  set(kMount, "New mount in workload", "Warning", 0.7,
      "A workload mounts what it did not mount (arguments=%evt.args",
      Tags{"container", "mitre_privilege_escalation", "T1611"});
  set(kSensitiveCall, "New sensitive system call in workload", "Warning", 0.65,
      "A workload makes a privileged or dangerous system call that it did not make (call=%evt.type",
      Tags{"process", "mitre_privilege_escalation", "T1068"});
  set(kInboundPort, "New inbound peer of workload", "Notice", 0.5,
      "A workload is connected to from where it was not, or on another port (connection=%fd.name",
      Tags{"network", "mitre_command_and_control", "T1571"});
  set(kDomain, "New outbound domain of workload", "Warning", 0.6,
      "A workload resolves a domain that it did not resolve (server=%fd.name",
      Tags{"network", "mitre_command_and_control", "T1071.004"});
  set(kOutboundPeer, "New outbound peer of workload", "Notice", 0.55,
      "A workload speaks with an address that it did not speak with (connection=%fd.name",
      Tags{"network", "mitre_command_and_control", "T1071"});
  set(kLaunch, "New parent of an executable in workload", "Notice", 0.45,
      "A known executable is started by one that did not start it (grandparent=%proc.aname[2]",
      Tags{"process", "mitre_execution", "T1059"});
  set(kLibrary, "New library in workload", "Notice", 0.45,
      "A library of the image is loaded by a workload that did not use it (file=%fd.name",
      Tags{"process", "mitre_defense_evasion", "T1574"});
  set(kWriteDirectory, "New directory written in workload", "Notice", 0.4,
      "A workload writes in a directory where it did not write (file=%fd.name",
      Tags{"filesystem", "mitre_persistence", "T1543"});
  set(kReadDirectory, "New directory read in workload", "Informational", 0.3,
      "A workload reads in a directory where it did not read (file=%fd.name",
      Tags{"filesystem", "mitre_discovery", "T1083"});
  set(kCall, "New system call in workload", "Informational", 0.2,
      "A workload makes a system call that it did not make (call=%evt.type", Tags{"process"});
  set(kImage, "New image of workload", "Informational", 0.2,
      "A workload runs an image that it did not run (digest=%container.image.digest",
      Tags{"container"});
  return grades;
}

constexpr std::string_view kSensitive[] = {"add_key",
                                           "bpf",
                                           "chroot",
                                           "delete_module",
                                           "finit_module",
                                           "init_module",
                                           "io_uring_setup",
                                           "ioperm",
                                           "iopl",
                                           "kexec_load",
                                           "keyctl",
                                           "memfd_create",
                                           "mount",
                                           "move_mount",
                                           "open_by_handle_at",
                                           "perf_event_open",
                                           "personality",
                                           "pidfd_getfd",
                                           "pivot_root",
                                           "process_vm_readv",
                                           "process_vm_writev",
                                           "ptrace",
                                           "reboot",
                                           "request_key",
                                           "setns",
                                           "swapon",
                                           "umount2",
                                           "unshare",
                                           "userfaultfd"};

}  // namespace

const NoveltyGrade& grade_of(Novelty novelty) {
  static const std::array<NoveltyGrade, kNovelties> grades = make_grades();
  return grades[static_cast<std::size_t>(novelty)];
}

bool is_sensitive_call(std::string_view name) {
  return std::ranges::find(kSensitive, name) != std::end(kSensitive);
}

bool is_written(const ygr_file& file) {
  return file.layer == YGR_LAYER_UPPER || (file.flags & (YGR_FILE_MEMFD | YGR_FILE_UNLINKED)) != 0;
}

}  // namespace yagura::sensor
