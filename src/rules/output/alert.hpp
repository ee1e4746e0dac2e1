#pragma once

// A firing as Falco prints it, so that what reads Falco's output (falcosidekick and everything
// behind it) reads ours.
//
//   03:04:05.000000006: Warning Shell in a container (user=root)
//
//   {"hostname":…,"output":"03:04:05.…: Warning
//   …","output_fields":{"evt.time":…,"user.name":"root"},
//    "priority":"Warning","rule":…,"source":"syscall","tags":[…],"time":"2026-01-02T03:04:05.000000006Z"}
//
// Members stand in alphabetical order, and so do tags. `output_fields` holds the fields of the
// rule's output, those within transformers too, and the time (in nanoseconds) under their written
// names; one without a value is null.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "model/event.hpp"
#include "model/severity.hpp"
#include "rules/event_view.hpp"
#include "rules/output/json_members.hpp"
#include "rules/output/output_template.hpp"

namespace yagura::rules {

enum class AlertTime : std::uint8_t {
  kLocal,    // 03:04:05.000000006, under evt.time
  kIso8601,  // 2026-01-02T03:04:05.000000006+0000, under evt.time.iso8601
};

// Owns nothing; everything lives until it is written.
struct Alert {
  std::string_view rule;
  std::string_view priority;  // as Falco writes it: "Warning", "Informational"
  std::span<const std::string> tags;
  const OutputTemplate* output = nullptr;  // never null
  std::string_view addition;         // text behind the output: no template, cleaned as values are
  const EventView* event = nullptr;  // never null
  std::string_view hostname;
  AlertTime time_style = AlertTime::kLocal;
  JsonMembers members;
  // Further members of output_fields, behind those of the output; all of them texts.
  std::span<const std::pair<std::string, std::string>> extra_fields;
};

// Emergency to Critical: critical; Error: high; Warning: medium; Notice: low; below: info.
[[nodiscard]] model::Severity severity_of(std::string_view priority);

// The time of the event in nanoseconds since 1970 (evt.rawtime); 0 where the view knows none.
[[nodiscard]] std::int64_t event_time(const EventView& event);

// One line without its end.
void append_text_line(std::string& out, const Alert& alert);
void append_json_line(std::string& out, const Alert& alert);

// The product's event: kind by the source, the template's fields as attributes, process, container,
// user and pod where the source says them.
[[nodiscard]] model::Event to_event(const Alert& alert);

}  // namespace yagura::rules
