#include "core/diagnostics.hpp"

#include <utility>

namespace yagura {

namespace {

const char* level_name(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kNote:
      return "note";
    case DiagnosticLevel::kWarning:
      return "warning";
    case DiagnosticLevel::kError:
      break;
  }
  return "error";
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (!text.empty() && diagnostic.line > 0) {
    text += ":" + std::to_string(diagnostic.line);
    if (diagnostic.column > 0) text += ":" + std::to_string(diagnostic.column);
  }
  if (!text.empty()) text += ": ";
  text += level_name(diagnostic.level);
  text += ": " + diagnostic.message;
  if (!diagnostic.hint.empty()) text += " (hint: " + diagnostic.hint + ")";
  return text;
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.level == DiagnosticLevel::kError) ++error_count_;
  if (list_.size() >= kMaxKept) {
    ++dropped_count_;
    return;
  }
  list_.push_back(std::move(diagnostic));
}

void Diagnostics::error(std::string file, std::uint32_t line, std::uint32_t column,
                        std::string message, std::string hint) {
  add({.level = DiagnosticLevel::kError,
       .file = std::move(file),
       .line = line,
       .column = column,
       .message = std::move(message),
       .hint = std::move(hint)});
}

void Diagnostics::warning(std::string file, std::uint32_t line, std::uint32_t column,
                          std::string message, std::string hint) {
  add({.level = DiagnosticLevel::kWarning,
       .file = std::move(file),
       .line = line,
       .column = column,
       .message = std::move(message),
       .hint = std::move(hint)});
}

}  // namespace yagura
