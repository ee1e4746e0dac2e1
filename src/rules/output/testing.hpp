#pragma once

// An event of fixed values, for tests of outputs.

#include <map>
#include <string>
#include <string_view>

#include "rules/event_type.hpp"
#include "rules/event_view.hpp"

namespace yagura::rules {

// Values by the field's name with its argument as "name[index]" or "name[key]".
class FixedEvent final : public EventView {
 public:
  FixedEvent(Source source, std::map<std::string, Value> values)
      : source_(source), values_(std::move(values)) {}

  [[nodiscard]] Source source() const override { return source_; }
  [[nodiscard]] std::uint16_t type() const override { return kPluginEvent; }
  [[nodiscard]] Value get(const FieldRef& field) const override {
    std::string name(fields_of(source_)[field.id].name);
    if (field.index != FieldRef::kNoIndex) name += "[" + std::to_string(field.index) + "]";
    if (!field.key.empty()) name += "[" + std::string(field.key) + "]";
    const auto found = values_.find(name);
    return found == values_.end() ? Value::absent() : found->second;
  }

 private:
  Source source_;
  std::map<std::string, Value> values_;
};

}  // namespace yagura::rules
