#pragma once

// A call's parameters by name: those of its end, and behind them those of its beginning, which
// Falco told apart until 2025.

#include <optional>
#include <string_view>

#include "sensor/capture/scap/event.hpp"
#include "sensor/capture/scap/state.hpp"

namespace yagura::sensor::scap {

class Parameters {
 public:
  // `enter` null: the beginning is unknown. Both must outlive it.
  Parameters(const Event& exit, const Thread* enter) : exit_(&exit), enter_(enter) {}

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    for (const Parameter& parameter : exit_->parameters) {
      if (parameter.name == name && !parameter.bytes.empty()) return parameter.bytes;
    }
    if (enter_ == nullptr) return std::nullopt;
    for (const auto& [its_name, value] : enter_->enter) {
      if (its_name == name && !value.empty()) return value;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string_view bytes(std::string_view name) const {
    return find(name).value_or(std::string_view());
  }
  [[nodiscard]] std::string_view text(std::string_view name) const { return as_text(bytes(name)); }
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const {
    return as_number(bytes(name));
  }
  [[nodiscard]] std::uint32_t flags(std::string_view name) const {
    return static_cast<std::uint32_t>(number(name).value_or(0));
  }
  // The first parameter of an end: a result or a descriptor.
  [[nodiscard]] std::int64_t result() const {
    return exit_->parameters.empty() ? 0 : as_number(exit_->parameters[0].bytes).value_or(0);
  }

 private:
  const Event* exit_;
  const Thread* enter_;
};

}  // namespace yagura::sensor::scap
