#pragma once

// What was around an alert: what `yagura sensor show` shows and the store keeps, a JSON document
// each. Whose bytes: names, paths and arguments are the watched processes'.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "sensor/event/container.hpp"
#include "sensor/incident/notes.hpp"

namespace yagura::sensor {

struct IncidentProcess {
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ns = 0;   // CLOCK_BOOTTIME: names the process together with the pid
  std::int64_t started_ns = 0;  // wall time; 0: before the sensor, or unknown
  std::string name;
  std::string exe_path;
  std::string command_line;
  std::string cwd;
  std::string user;  // "root" or a number
  std::uint32_t uid = 0;
  bool is_subject = false;   // the alert is about it
  bool is_ancestor = false;  // of the subject
  bool is_in_container = false;
  bool has_exited = false;
};

struct EarlierAlert {
  std::string id;
  std::int64_t wall_ns = 0;
  std::string rule;
  std::string priority;
};

struct Incident {
  std::string id;
  std::int64_t wall_ns = 0;
  std::string host;
  std::string rule;
  std::string priority;
  std::string origin;  // "rule", "profile", …
  std::string output;  // the alert's text, filled in
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string call;
  std::int64_t result = 0;
  // Parents before children.
  std::vector<IncidentProcess> processes;
  std::vector<Note> notes;  // of the same container, oldest first
  std::vector<EarlierAlert> earlier;
  // Null: the host. Read back they have the members that people look for first.
  std::shared_ptr<const Container> container;
  bool is_process_list_cut = false;
  bool are_notes_cut = false;
};

[[nodiscard]] std::string to_json(const Incident& incident);

// Reads a document that to_json() made. Errors: no JSON, or no incident. Tolerant of what is
// missing. Bounded by the size of the text: at most kMaxIncidentSize.
inline constexpr std::size_t kMaxIncidentSize = std::size_t{8} << 20;
[[nodiscard]] Result<Incident> read_incident(std::string_view json);

enum class Colours : std::uint8_t { kNone, kAnsi };

// For people: a heading, the tree of processes, then files, connections, names and the rest by
// process. Hostile bytes are spelt out.
[[nodiscard]] std::string to_text(const Incident& incident, Colours colours);

}  // namespace yagura::sensor
