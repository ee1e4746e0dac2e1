#pragma once

// What the YAML and the JSON reader share: the source, where problems go, and the limits. Internal
// to src/kube.

#include <cstdint>
#include <string>
#include <utility>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"

namespace yagura::kube {

struct ReadContext {
  const Source& source;
  Diagnostics& diagnostics;
  const ReadLimits& limits;

  void error(std::uint32_t offset, std::string message, std::string hint = {}) const {
    report(DiagnosticLevel::kError, offset, std::move(message), std::move(hint));
  }
  void warning(std::uint32_t offset, std::string message, std::string hint = {}) const {
    report(DiagnosticLevel::kWarning, offset, std::move(message), std::move(hint));
  }
  // "key "name" is given twice: the value in line 7 wins"
  void duplicate_key(const Member& first, const Member& last) const;

 private:
  void report(DiagnosticLevel level, std::uint32_t offset, std::string message,
              std::string hint) const;
};

// Text of hostile origin as a message may quote it: cut to a bearable length, no line ends or
// control bytes.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace yagura::kube
