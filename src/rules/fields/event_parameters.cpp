// The table as text that the compiler keeps; split into names once, at the first question.

#include "rules/fields/event_parameters.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace yagura::rules {
namespace {

struct Row {
  std::string_view type;
  EventCategory category;
  std::string_view parameters;  // separated by one blank
};

constexpr std::string_view kGeneric = "ID nativeID";

constexpr Row kRows[] = {
#include "rules/fields/event_parameters.inc"
};

static_assert(std::ranges::is_sorted(kRows, {}, &Row::type));

// Of versions of Falco's events that it makes no more: rules may name them, and no event has them.
constexpr std::string_view kOldNames[] = {"image", "res_or_fd"};

struct Schema {
  std::vector<std::vector<std::string_view>> parameters;
  std::vector<EventInfo> infos;
  std::unordered_set<std::string_view> names;
};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Schema make_schema() {
  Schema schema;
  schema.parameters.reserve(std::size(kRows));
  for (const Row& row : kRows) {
    const auto& names = schema.parameters.emplace_back(split(row.parameters));
    schema.names.insert(names.begin(), names.end());
    schema.infos.push_back({.type = row.type, .category = row.category, .parameters = names});
  }
  schema.names.insert(std::begin(kOldNames), std::end(kOldNames));
  return schema;
}

const Schema& schema() {
  static const Schema made = make_schema();
  return made;
}

}  // namespace

std::string_view to_string(EventCategory category) {
  switch (category) {
    case EventCategory::kFile:
      return "file";
    case EventCategory::kNetwork:
      return "net";
    case EventCategory::kIpc:
      return "IPC";
    case EventCategory::kMemory:
      return "memory";
    case EventCategory::kProcess:
      return "process";
    case EventCategory::kSleep:
      return "sleep";
    case EventCategory::kSystem:
      return "system";
    case EventCategory::kSignal:
      return "signal";
    case EventCategory::kUser:
      return "user";
    case EventCategory::kTime:
      return "time";
    case EventCategory::kWait:
      return "wait";
    case EventCategory::kScheduler:
      return "scheduler";
    case EventCategory::kInternal:
      return "internal";
    case EventCategory::kOther:
      return "other";
    case EventCategory::kByDescriptor:
      break;
  }
  return "unknown";
}

std::span<const EventInfo> event_infos() { return schema().infos; }

const EventInfo* find_event_info(std::string_view type) {
  const auto& infos = schema().infos;
  const auto found = std::ranges::lower_bound(infos, type, {}, &EventInfo::type);
  return found != infos.end() && found->type == type ? &*found : nullptr;
}

bool is_event_parameter(std::string_view name) { return schema().names.contains(name); }

}  // namespace yagura::rules
