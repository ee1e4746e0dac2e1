#pragma once

// How bad it is that something is new, and how that is said.

#include <cstdint>
#include <string_view>

#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

// From bad to harmless.
enum class Novelty : std::uint8_t {
  kWrittenExecutable,  // from the container's writable layer, a memfd, or unlinked
  kWrittenLibrary,     // the same, mapped executable
  kExecutable,         // of the image
  kCapability,
  kMount,
  kSensitiveCall,
  kInboundPort,
  kDomain,
  kOutboundPeer,
  kLaunch,  // of known executables, by one that did not do that
  kLibrary,
  kWriteDirectory,
  kReadDirectory,
  kCall,
  kImage,  // the workload runs another image
};
inline constexpr std::size_t kNovelties = 15;

struct NoveltyGrade {
  NoticeKind notice;
  double score = 0;  // 0 to 1, before rarity
};

[[nodiscard]] const NoveltyGrade& grade_of(Novelty novelty);

// Calls that change what a process may reach, or that exploits of the kernel begin with.
[[nodiscard]] bool is_sensitive_call(std::string_view name);

// Written after the image was made: upper layer, memfd, or without a name.
[[nodiscard]] bool is_written(const ygr_file& file);

}  // namespace yagura::sensor
