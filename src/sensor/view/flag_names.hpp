#pragma once

// Names of flags and of enumerations that calls take, as Falco's outputs write them. The numbers
// are the kernel's (uapi headers, x86-64 and arm64); ones that differ between the two are chosen
// when this is compiled.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace yagura::sensor {

struct FlagName {
  std::string_view name;
  std::uint64_t value = 0;
};

// A set of bits, or one of several values. Printed in the order of `names`.
struct FlagTable {
  std::span<const FlagName> names;
  bool is_enumeration = false;
};

// Appends "A|B"; nothing where nothing is set. A set's value of 0 is its name for 0, if it has one.
void append_flags(std::string& out, const FlagTable& table, std::uint64_t value);

// "ENOENT" of 2; "" for what is no error of Linux.
[[nodiscard]] std::string_view error_name(std::int64_t error);
// "ENOENT" of -2.
[[nodiscard]] inline std::string_view error_name_of_result(std::int64_t result) {
  constexpr std::int64_t kLowest = -4095;
  return result < 0 && result >= kLowest ? error_name(-result) : std::string_view();
}
// "SIGKILL" of 9.
[[nodiscard]] std::string_view signal_name(std::int64_t signal);
// "CAP_CHOWN CAP_KILL"; in order of their numbers.
void append_capabilities(std::string& out, std::uint64_t capabilities);
// "tcp", "udp", "icmp", "raw"; "" for others.
[[nodiscard]] std::string_view protocol_name(std::uint16_t protocol, std::uint16_t socket_type);

// O_… of open() as Falco numbers them: a value of 0 there says nothing, O_RDONLY is 1.
[[nodiscard]] std::uint64_t falco_open_flags(std::uint64_t flags, bool was_created);

extern const FlagTable kOpenFlagNames;  // of falco_open_flags()
extern const FlagTable kModeNames;
extern const FlagTable kCloneFlagNames;
extern const FlagTable kExecFlagNames;
extern const FlagTable kSocketFamilyNames;
extern const FlagTable kPtraceNames;
extern const FlagTable kBpfNames;
extern const FlagTable kPrctlNames;
extern const FlagTable kProtectionNames;
extern const FlagTable kMapFlagNames;
extern const FlagTable kMountFlagNames;
extern const FlagTable kUmountFlagNames;
extern const FlagTable kUnlinkatFlagNames;
extern const FlagTable kLinkatFlagNames;
extern const FlagTable kRenameFlagNames;
extern const FlagTable kStatFlagNames;
extern const FlagTable kAccessNames;
extern const FlagTable kMemfdFlagNames;
extern const FlagTable kDescriptorFlagNames;  // O_CLOEXEC, O_NONBLOCK of pipe2, dup3, eventfd2 …
extern const FlagTable kFcntlNames;
extern const FlagTable kFlockNames;
extern const FlagTable kWhenceNames;
extern const FlagTable kShutdownNames;
extern const FlagTable kResourceNames;
extern const FlagTable kResolveNames;
extern const FlagTable kSpliceFlagNames;
extern const FlagTable kModuleInitFlagNames;
extern const FlagTable kModuleDeleteFlagNames;
extern const FlagTable kFutexNames;
extern const FlagTable kLockAllNames;
extern const FlagTable kFsconfigNames;
extern const FlagTable kUringSetupNames;
extern const FlagTable kUringEnterNames;
extern const FlagTable kSocketLevelNames;
extern const FlagTable kSocketOptionNames;
extern const FlagTable kSeccompNames;
extern const FlagTable kSemctlNames;

// FILE flags that execve's parameter tells.
enum ExecFlag : std::uint64_t {
  kExeWritable = 1,
  kExeUpperLayer = 2,
  kExeFromMemfd = 4,
  kExeLowerLayer = 8,
};

}  // namespace yagura::sensor
