#pragma once

// A diagnostic at a position of a SecLang file.

#include <string>
#include <utility>

#include "core/diagnostics.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf::seclang {

inline void report_error(Diagnostics& diagnostics, const Position& position, std::string message,
                         std::string hint = {}) {
  diagnostics.error(position.file ? *position.file : std::string(), position.line, position.column,
                    std::move(message), std::move(hint));
}

inline void report_warning(Diagnostics& diagnostics, const Position& position, std::string message,
                           std::string hint = {}) {
  diagnostics.warning(position.file ? *position.file : std::string(), position.line,
                      position.column, std::move(message), std::move(hint));
}

}  // namespace yagura::waf::seclang
