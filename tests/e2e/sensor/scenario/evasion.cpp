#include "scenario/evasion.hpp"

namespace yagura::sensor::e2e {

std::span<const Evasion> evasions() {
  constexpr std::string_view kRead = "Read sensitive file untrusted";
  constexpr std::string_view kShell = "Run shell untrusted";
  static const std::vector<Evasion> kEvasions{
      // Other names of the file.
      {"SymlinkToTheFile", kRead, {"ln -s /etc/shadow /tmp/f"}, {"cat /tmp/f"}, "cat"},
      {"SymlinkToTheDirectory", kRead, {"ln -s /etc /tmp/d"}, {"cat /tmp/d/shadow"}, "cat"},
      {"RelativePath", kRead, {}, {"actor chdir /etc cat shadow"}, "cat"},
      {"RelativeToADescriptor", kRead, {}, {"actor openat /etc shadow"}, "actor"},
      {"UpwardsFromADescriptor", kRead, {}, {"actor openat /etc/pam.d ../shadow"}, "actor"},
      {"DotsAndSlashes", kRead, {}, {"cat //etc/./pam.d/..//shadow"}, "cat"},
      {"RootOfAProcess", kRead, {}, {"cat /proc/self/root/etc/shadow"}, "cat"},
      {"DirectoryOfAProcess", kRead, {}, {"actor chdir /etc cat /proc/self/cwd/shadow"}, "cat"},
      {"Jail", kRead, {}, {"actor jail /etc /shadow"}, "actor"},
      {"HardLinkByARelativePath",
       "Create Hardlink Over Sensitive Files",
       {},
       {"actor chdir /etc ln shadow linked"},
       "ln"},
      {"TraversalByASymlinkOfTheRoot",
       kRead,
       {"ln -s / /tmp/root"},
       {"cat /tmp/root/etc/shadow"},
       "cat"},
      // Other ways into the kernel.
      {"Openat2", kRead, {}, {"actor openat2 /etc/shadow"}, "actor"},
      {"AnotherThread", kRead, {}, {"actor thread /etc/shadow"}, "actor"},
      {"IoUring", kRead, {}, {"actor uring-open /etc/shadow"}, "actor"},
      {"IoUringByAWorker", kRead, {}, {"actor uring-open /etc/shadow async"}, "actor"},
      {"IoUringWithoutCompletion", kRead, {}, {"actor uring-open /etc/shadow silent"}, "actor"},
      {"IoUringRemoval",
       "Delete or rename shell history",
       {"touch /root/.bash_history"},
       {"actor uring-remove /root/.bash_history"},
       "actor"},
      {"IoUringConnection",
       "Contact EC2 Instance Metadata Service From Container",
       {"listen 169.254.169.254 80"},
       {"actor uring-connect 169.254.169.254 80"},
       "actor",
       Place::kNetwork},
      {"ThirtyTwoBitCall", kRead, {}, {"actor int80 /etc/shadow"}, "actor"},
      // Programs that are not what they seem.
      {"MemfdByExecveat",
       "Fileless execution via memfd_create",
       {},
       {"actor memfd kworker noop"},
       ""},
      {"RenamedTool",
       "Drop and execute new binary in container",
       {"cp /opt/bin/nc /tmp/harmless"},
       {"/tmp/harmless -e sh"},
       "harmless"},
      {"SpoofedTaskName", kRead, {}, {"actor comm sshd open /etc/shadow"}, ""},
      {"SpoofedZerothArgument", kRead, {}, {"actor argv0 sshd /opt/bin/nc open /etc/shadow"}, "nc"},
      {"LongArguments",
       "Netcat Remote Code Execution in Container",
       {},
       {"actor padded 8000 nc '-e sh'"},
       "nc"},
      {"ArgumentsBeyondEveryLimit",
       "Launch Suspicious Network Tool in Container",
       {},
       {"actor padded 100000 nc '-e sh'"},
       "nc"},
      // Ancestors that are not to be found.
      {"Orphan", kShell, {}, {"nginx orphan sh -c id"}, "sh"},
      {"Sibling", kShell, {}, {"nginx sibling sh -c id"}, "sh"},
      // Bytes that break what reads alerts.
      {"NameThatIsNoText",
       "Create Hidden Files or Directories",
       {},
       {"actor badname /tmp"},
       "actor"},
  };
  return kEvasions;
}

}  // namespace yagura::sensor::e2e
