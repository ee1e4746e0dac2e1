#pragma once

// What this node's kernel can refuse, found by loading and running the least that tells: lists of
// modules and versions say little.

#include <string>

namespace yagura::sensor::enforce {

// Empty: it works. Else why it does not, for people.
struct Ladder {
  std::string lsm;           // BPF LSM programs load and are called
  std::string cgroup_hooks;  // programs of control groups load
  std::string tracepoints;   // programs that kill load and are called
  std::string fanotify;      // the kernel asks before a program is started

  // 'A', 'B' or 'C'; see README.
  [[nodiscard]] char tier() const;
};

// Loads a handful of programs, opens a file and unloads them. Touches nobody else. Tiers stronger
// than `strongest_tier` are not asked for, nor those below the first that works.
[[nodiscard]] Ladder probe_ladder(char strongest_tier = 'A');

}  // namespace yagura::sensor::enforce
