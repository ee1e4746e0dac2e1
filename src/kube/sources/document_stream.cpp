// Documents end where a line starts with `---` (YAML 1.2.2, 9.1.2); inside a block scalar at column
// 0 that line ends it too, so no other state is needed. A line longer than the limit is itself too
// large a document, and its bytes are dropped as they come.

#include "kube/sources/document_stream.hpp"

#include <algorithm>

namespace yagura::kube {

namespace {

bool starts_document(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' ||
                                     line[3] == '\r' || line[3] == '\n');
}

constexpr std::size_t kMarkerSize = 4;  // enough of a line to see what starts_document() looks at

}  // namespace

bool DocumentStream::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool ends = end != std::string_view::npos;
    const std::string_view piece = bytes.substr(0, ends ? end + 1 : bytes.size());
    bytes.remove_prefix(piece.size());
    if (dropping_ && line_.size() >= kMarkerSize && !ends)
      continue;  // the rest of a line that nobody wants
    line_ += piece;
    if (ends) {
      take_line(line_);
      line_.clear();
    } else if (document_size_ + line_.size() > max_document_size_ && line_.size() >= kMarkerSize) {
      if (starts_document(line_)) begin_document();
      if (!dropping_) drop_document();
      line_.resize(kMarkerSize);
      line_.shrink_to_fit();
      line_ = "#   ";  // not a marker, whatever it was: the document that it started is the one
                       // being dropped
    }
    if (text_.size() > max_kept_size_) return false;
  }
  return true;
}

void DocumentStream::take_line(std::string_view line) {
  if (starts_document(line)) begin_document();
  ++lines_;
  if (dropping_) {
    text_ += '\n';
    return;
  }
  document_size_ += line.size();
  if (document_size_ > max_document_size_) {
    drop_document();
    text_ += '\n';
    return;
  }
  text_ += line;
}

void DocumentStream::begin_document() {
  dropping_ = false;
  document_begin_ = text_.size();
  document_size_ = 0;
  document_line_ = lines_ + 1;
}

void DocumentStream::drop_document() {
  const auto ends = static_cast<std::size_t>(
      std::count(text_.begin() + static_cast<std::ptrdiff_t>(document_begin_), text_.end(), '\n'));
  text_.resize(document_begin_);
  text_.append(ends, '\n');
  dropping_ = true;
  dropped_lines_.push_back(document_line_);
}

std::string DocumentStream::finish(const std::string& file, Diagnostics& diagnostics) {
  if (!line_.empty() && !dropping_) take_line(line_);
  for (const std::uint32_t line : dropped_lines_) {
    diagnostics.error(file, line, 1,
                      "this document is larger than the limit of " +
                          std::to_string(max_document_size_) + " bytes",
                      "it is left out; split it");
  }
  return std::move(text_);
}

}  // namespace yagura::kube
