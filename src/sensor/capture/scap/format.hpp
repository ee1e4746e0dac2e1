#pragma once

// Falco's capture files: blocks as pcapng frames them (draft-ietf-opsawg-pcapng, section 3.1), with
// block types of their own. Numbers are in the byte order of the machine that wrote the file, in
// practice little-endian; structures are packed. Facts from falcosecurity/libs,
// userspace/libscap/engine/savefile and driver/ppm_events_public.h, as of 2026.

#include <cstdint>

namespace yagura::sensor::scap {

// Section header: byte order magic, major, minor version, length.
inline constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
inline constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
inline constexpr std::uint16_t kMajorVersion = 1;

inline constexpr std::uint32_t kMachine = 0x201;
inline constexpr std::uint32_t kMachineOld = 0x8002ABCD;

// Descriptors of one thread; from version 2 each entry begins with its length.
inline constexpr std::uint32_t kDescriptors = 0x203;
inline constexpr std::uint32_t kDescriptorsOld = 0x8001ABCD;
inline constexpr std::uint32_t kDescriptors2 = 0x218;

inline constexpr std::uint32_t kUsers = 0x206;
inline constexpr std::uint32_t kUsersOld = 0x8012ABCD;
inline constexpr std::uint32_t kUsers2 = 0x220;

inline constexpr std::uint32_t kInterfaces = 0x205;
inline constexpr std::uint32_t kInterfacesOld = 0x8011ABCD;
inline constexpr std::uint32_t kInterfaces2 = 0x219;

// The version of a list of processes, 1 to 9; 0: the block is none.
[[nodiscard]] constexpr unsigned process_list_version(std::uint32_t type) {
  switch (type) {
    case 0x202:
    case 0x8000ABCD:
      return 1;
    case 0x207:
    case 0x8013ABCD:
      return 2;
    case 0x209:
    case 0x8014ABCD:
      return 3;
    case 0x210:
    case 0x211:
    case 0x212:
    case 0x213:
    case 0x214:
    case 0x215:
      return 4 + (type - 0x210);
    default:
      return 0;
  }
}

// How an event's block is laid out: CPU, flags (32 bits) or not, number of parameters or not, their
// lengths in 16 or 32 bits.
struct EventLayout {
  bool is_event = false;
  bool has_flags = false;
  bool has_count = false;
  bool is_large = false;
};

[[nodiscard]] constexpr EventLayout event_layout(std::uint32_t type) {
  switch (type) {
    case 0x204:
    case 0x8010ABCD:
      return {.is_event = true};
    case 0x208:
      return {.is_event = true, .has_flags = true};
    case 0x216:
      return {.is_event = true, .has_count = true};
    case 0x217:
      return {.is_event = true, .has_flags = true, .has_count = true};
    case 0x221:
      return {.is_event = true, .has_count = true, .is_large = true};
    case 0x222:
      return {.is_event = true, .has_flags = true, .has_count = true, .is_large = true};
    default:
      return {};
  }
}

}  // namespace yagura::sensor::scap
