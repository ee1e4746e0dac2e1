#pragma once

// What rule files define, all files together, with appends and overrides applied: names are not
// resolved and conditions not parsed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/language/condition_text.hpp"

namespace yagura::rules {

// Falco's, and the field's (syslog's): lower is worse.
enum class Priority : std::uint8_t {
  kEmergency,
  kAlert,
  kCritical,
  kError,
  kWarning,
  kNotice,
  kInformational,
  kDebug,
};

[[nodiscard]] std::string_view to_string(Priority priority);
// In any case; INFO is Informational.
[[nodiscard]] std::optional<Priority> find_priority(std::string_view name);

// The version of Falco's rule engine whose language this is; files that require a later one are
// refused.
struct EngineVersion {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;
  friend auto operator<=>(const EngineVersion&, const EngineVersion&) = default;
};
inline constexpr EngineVersion kEngineVersion = {0, 62, 0};

struct TextItem {
  std::string text;
  FilePlace place;
};

// `index` orders the first definitions, `visibility` the last changes: a macro sees the macros
// whose index is below its visibility.
struct ListDefinition {
  std::string name;
  std::vector<TextItem> items;
  FilePlace place;
  std::uint32_t index = 0;
  std::uint32_t visibility = 0;
};

struct MacroDefinition {
  std::string name;
  std::shared_ptr<const ConditionText> condition;
  FilePlace place;
  std::uint32_t index = 0;
  std::uint32_t visibility = 0;
};

// One text, or several.
struct ExceptionEntry {
  bool is_list = false;
  std::vector<TextItem> items;  // one, where this is no list
};

struct ExceptionDefinition {
  std::string name;
  FilePlace place;
  std::optional<ExceptionEntry> fields;
  std::optional<ExceptionEntry> comps;
  // Of a single field: one entry with one text each. Of a list of fields: one row each, an entry a
  // field.
  struct Row {
    FilePlace place;
    bool is_list = false;
    std::vector<ExceptionEntry> entries;
  };
  std::vector<Row> rows;
};

struct RuleDefinition {
  std::string name;
  std::shared_ptr<const ConditionText> condition;
  std::string output;
  std::string description;
  Priority priority = Priority::kDebug;
  std::string source = "syscall";
  std::vector<std::string> tags;  // each once, in order of appearance
  std::vector<ExceptionDefinition> exceptions;
  bool enabled = true;
  bool warn_evttypes = true;
  bool skip_if_unknown_filter = false;
  bool capture = false;
  std::uint32_t capture_duration_ms = 0;
  FilePlace place;
  FilePlace output_place;
  std::uint32_t index = 0;
};

template <typename T>
class NamedTable {
 public:
  [[nodiscard]] T* find(std::string_view name) {
    const auto found = positions_.find(std::string(name));
    return found == positions_.end() ? nullptr : &entries_[found->second];
  }
  [[nodiscard]] const T* find(std::string_view name) const {
    return const_cast<NamedTable*>(this)->find(name);
  }
  void add(T entry) {
    positions_.emplace(entry.name, entries_.size());
    entries_.push_back(std::move(entry));
  }
  [[nodiscard]] const std::vector<T>& entries() const { return entries_; }
  [[nodiscard]] std::vector<T>& entries() { return entries_; }

 private:
  std::vector<T> entries_;  // in order of first definition
  std::unordered_map<std::string, std::size_t> positions_;
};

struct Definitions {
  NamedTable<ListDefinition> lists;
  NamedTable<MacroDefinition> macros;
  NamedTable<RuleDefinition> rules;
  std::uint32_t next_index = 0;
};

}  // namespace yagura::rules
