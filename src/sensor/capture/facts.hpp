#pragma once

// What a capture says besides records, as JSON and back.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensor/event/container.hpp"

namespace yagura::sensor {

struct MachineFacts {
  std::int64_t boot_offset_ns = 0;  // CLOCK_REALTIME minus CLOCK_BOOTTIME
  std::string hostname;
  std::string kernel;        // "6.1.0-18-amd64"
  std::string architecture;  // "x86_64", "aarch64"
  std::string program;       // that wrote it: "yagura 0.4"
};

// Of this machine, now.
[[nodiscard]] MachineFacts this_machine();

struct UserFacts {
  std::uint32_t id = 0;
  std::uint32_t group = 0;
  std::string name;
  std::string home;
  std::string shell;
};

struct GroupFacts {
  std::uint32_t id = 0;
  std::string name;
};

// Users and groups of this machine's files. Empty where those cannot be read; at most 10,000 each.
[[nodiscard]] std::vector<UserFacts> users_of_this_machine();
[[nodiscard]] std::vector<GroupFacts> groups_of_this_machine();

struct ContainerFact {
  std::uint64_t cgroup_id = 0;  // of the processes in it; null container: none any more
  std::shared_ptr<const Container> container;
};

// A facts block's content; what is empty is left out.
struct Facts {
  bool has_machine = false;
  MachineFacts machine;
  std::vector<std::string> event_types;  // the position is the number in records' headers
  std::vector<ContainerFact> containers;
  std::vector<UserFacts> users;
  std::vector<GroupFacts> groups;
  std::uint64_t dropped = 0;  // events that the writer had to leave out before this block
};

[[nodiscard]] std::string to_json(const Facts& facts);
void append_container_json(std::string& out, const Container& container);

// Tolerant: what is missing or of another kind keeps its default. False: no JSON object.
[[nodiscard]] bool read_facts(std::string_view json, Facts& facts);

}  // namespace yagura::sensor
