// Brackets are counted line by line, strings left out. A line that ends with all of them closed
// ends a text. A value that was cut off (the server was killed while it wrote) must not swallow
// what follows: a line that begins with `{"` at its first column, as the server's lines do and the
// inner lines of a value laid out over many do not, begins a new text where the one before began
// with `{` too.

#include "rules/k8s_audit/audit_log_splitter.hpp"

#include <utility>

namespace yagura::rules {

AuditLogSplitter::AuditLogSplitter(std::uint32_t max_text, OnText on_text, OnTooLarge on_too_large)
    : max_text_(max_text), on_text_(std::move(on_text)), on_too_large_(std::move(on_too_large)) {}

void AuditLogSplitter::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skipping_ && line_.size() + part.size() > max_text_) {
      skipping_ = true;
      line_.clear();
      on_too_large_(number_ + 1);
    }
    if (!skipping_) line_ += part;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (skipping_) {
      skipping_ = false;
      ++number_;
    } else {
      take_line(line_);
      line_.clear();
    }
  }
}

void AuditLogSplitter::finish() {
  if (!skipping_ && !line_.empty()) take_line(line_);
  line_.clear();
  skipping_ = false;
  emit();
}

void AuditLogSplitter::take_line(std::string_view line) {
  ++number_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (text_.empty() && line.find_first_not_of(" \t") == std::string_view::npos) return;
  if (text_.starts_with('{') && line.starts_with("{\"")) emit();
  if (!text_.empty() && text_.size() + line.size() + 1 > max_text_) {
    on_too_large_(first_);
    text_.clear();
    depth_ = 0;
    in_string_ = escaped_ = false;
  }
  if (text_.empty()) first_ = number_;
  text_ += line;
  text_ += '\n';
  scan(line);
  if (depth_ == 0 && !in_string_) emit();
}

void AuditLogSplitter::scan(std::string_view line) {
  for (const char c : line) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      --depth_;
    }
  }
}

void AuditLogSplitter::emit() {
  if (!text_.empty()) on_text_(text_, first_);
  text_.clear();
  depth_ = 0;
  in_string_ = escaped_ = false;
}

}  // namespace yagura::rules
