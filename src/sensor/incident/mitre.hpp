#pragma once

// MITRE ATT&CK (attack.mitre.org, Enterprise and Containers, version 17): what the tags of Falco
// rules mean. Tactics are tagged `mitre_execution`, techniques `T1059` or `T1059.004`.

#include <optional>
#include <string>
#include <string_view>

namespace yagura::sensor {

struct Technique {
  std::string_view id;    // "TA0002", "T1059", "T1059.004"
  std::string_view name;  // of a sub-technique: "Command and Scripting Interpreter: Unix Shell"
};

// None: the tag is no technique or tactic, or one that this table does not have. O(log n).
[[nodiscard]] std::optional<Technique> find_technique(std::string_view tag);

// "Execution (TA0002)", "Unix Shell (T1059.004)"; for a technique that the table does not have its
// id; none where the tag is no such thing.
[[nodiscard]] std::optional<std::string> readable_technique(std::string_view tag);

}  // namespace yagura::sensor
