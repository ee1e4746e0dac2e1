#pragma once

// An event that is written down: for tests and benchmarks.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/event_view.hpp"
#include "rules/program/rule_set.hpp"

namespace yagura::rules::testing {

class ScriptedEvent : public EventView {
 public:
  // `type` is a name of event_types(); evt.type is set to it.
  explicit ScriptedEvent(std::string_view type, Source source = Source::kSyscall);

  ScriptedEvent& set(std::string_view field, std::string_view text);
  ScriptedEvent& set(std::string_view field, const char* text) {
    return set(field, std::string_view(text));
  }
  ScriptedEvent& set(std::string_view field, std::int64_t number);
  ScriptedEvent& set(std::string_view field, int number) {
    return set(field, static_cast<std::int64_t>(number));
  }
  ScriptedEvent& set(std::string_view field, double number);
  ScriptedEvent& set(std::string_view field, bool truth);
  ScriptedEvent& set_ip(std::string_view field, std::string_view address);
  ScriptedEvent& set_list(std::string_view field, const std::vector<std::string>& texts);
  ScriptedEvent& set_ips(std::string_view field, const std::vector<std::string>& addresses);

  [[nodiscard]] Source source() const override { return source_; }
  [[nodiscard]] std::uint16_t type() const override { return type_; }
  [[nodiscard]] Value get(const FieldRef& field) const override;
  [[nodiscard]] std::size_t gets() const { return gets_; }  // calls of get() so far

 private:
  struct Entry {
    FieldRef field;
    Value value;
  };

  ScriptedEvent& put(std::string_view field, Value value);
  std::string_view keep(std::string_view text);
  std::span<const std::string_view> keep(const std::vector<std::string>& texts, bool are_ips);

  Source source_;
  std::uint16_t type_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
  std::vector<std::vector<Entry>> entries_;  // by field
  mutable std::size_t gets_ = 0;
};

// Loads and compiles; the messages of `diagnostics` go to `messages` where that is given. Null:
// errors.
[[nodiscard]] std::shared_ptr<const RuleSet> rules_of(std::string_view yaml,
                                                      std::string* messages = nullptr);

}  // namespace yagura::rules::testing
