#pragma once

// Where each parameter of each type of event (rules/fields/event_parameters.hpp) stands in its
// record, and how it is written.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sensor/view/flag_names.hpp"

namespace yagura::sensor {

enum class ParameterKind : std::uint8_t {
  kUnknown,        // no section tells it
  kResult,         // the call's result, an error's name where it failed
  kNewDescriptor,  // the same, and a descriptor where it did not fail
  kDescriptor,     // argument: a descriptor
  kDirectory,      // argument: a descriptor of a directory, or AT_FDCWD
  kPath,           // text: a path; absolute when written
  kText,           // text
  kTextOrNumber,   // text, else the argument as a number
  kNumber,         // argument: signed 32 bits
  kLong,           // argument: signed 64 bits
  kHex,            // argument: an address
  kFlags,          // argument: by `flags`
  kMode,           // argument: S_…
  kOpenFlags,      // argument: O_…
  kUser,           // argument
  kGroup,          // argument
  kSignal,         // argument
  kTuple,
  kAddress,
  kData,
  kSize,    // length of the data: the argument
  kDevice,  // of the descriptor
  kInode,
  kBlobInt,   // 32 bits of the blob at `index` * 4
  kHowFlags,  // of openat2's open_how
  kHowMode,
  kHowResolve,
  // Of the task.
  kExe,
  kArgs,
  kTid,
  kPid,
  kParentPid,
  kCwd,
  kDescriptorLimit,
  kVmSize,
  kVmRss,
  kVmSwap,
  kComm,
  kEnvironment,
  kTty,
  kVirtualGroup,
  kGroupId,
  kLoginUser,
  kExecFlags,
  kInheritable,
  kPermitted,
  kEffective,
  kExeInode,
  kExeChange,
  kExeModification,
  kUserNow,
  kGroupNow,
  kExePath,
  kFilename,
  kVirtualTid,
  kVirtualPid,
  kCloneFlags,
  kNamespaceStart,
  // Of YGR_EXIT.
  kExitStatus,
  kExitCode,
  kExitSignal,
  kExitCore,
  // Of credentials, as calls return them.
  kRealUser,
  kEffectiveUser,
  kSavedUser,
  kRealGroup,
  kEffectiveGroup,
  kSavedGroup,
};

struct Parameter {
  std::string_view name;
  ParameterKind kind = ParameterKind::kUnknown;
  std::uint8_t index = 0;  // of the argument or the text
  const FlagTable* flags = nullptr;
};

// Which descriptor a call works on, where the record does not say.
enum class DescriptorUse : std::uint8_t {
  kNone,
  kMakes,  // the result
  kTakes,  // an argument
};

// What a call does with data and files; answers of evt.is_io, evt.is_open_… and so on.
struct TypeInfo {
  std::vector<Parameter> parameters;  // in order
  std::string_view category;          // "" : that of the descriptor
  DescriptorUse descriptor = DescriptorUse::kNone;
  std::uint8_t descriptor_argument = 0;
  char failed_type = 'o';  // fd.typechar of a call that failed to make one
  bool is_open = false;    // open, openat, openat2, creat, open_by_handle_at
  bool is_read = false;
  bool is_write = false;
  bool is_wait = false;
  // Which texts fs.path.name, .source and .target are; -1: none.
  std::int8_t path_text = -1;
  std::int8_t source_text = -1;
  std::int8_t target_text = -1;
};

// By type of event; made once, read by all threads.
[[nodiscard]] std::span<const TypeInfo> type_infos();

}  // namespace yagura::sensor
