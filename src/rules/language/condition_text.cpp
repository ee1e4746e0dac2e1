#include "rules/language/condition_text.hpp"

// YAML changes only the blanks and line ends of a block or plain scalar, so the n-th byte that is
// not blank stands for the n-th such byte of the source. Escapes of double quotes make this inexact
// by some columns, never by a line of a block scalar, which is how conditions are written.

#include <utility>

namespace yagura::rules {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Behind the quote, or behind the line of a block's header.
std::uint32_t content_begin(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  if (begin >= end) return begin;
  const char first = text[begin];
  if (first == '"' || first == '\'') return begin + 1;
  if (first != '|' && first != '>') return begin;
  while (begin < end && text[begin] != '\n') ++begin;
  return begin;
}

}  // namespace

FilePlace place_of(const std::shared_ptr<const kube::Source>& source, std::uint32_t offset) {
  const kube::Position position = source->position(offset);
  return {.file = source->name(), .line = position.line, .column = position.column};
}

void ConditionText::begin_piece(std::string_view value, Piece piece) {
  if (!pieces_.empty()) text_ += ' ';
  piece.begin = text_.size();
  pieces_.push_back(std::move(piece));
  text_ += value;
}

void ConditionText::append(std::string_view value, std::shared_ptr<const kube::Source> source,
                           std::uint32_t written_begin, std::uint32_t written_end) {
  begin_piece(value, {.begin = 0,
                      .source = std::move(source),
                      .name = {},
                      .written_begin = written_begin,
                      .written_end = written_end});
}

void ConditionText::append(std::string_view value, std::string name) {
  begin_piece(value, {.begin = 0, .source = nullptr, .name = std::move(name)});
}

FilePlace ConditionText::place(std::size_t offset) const {
  if (pieces_.empty()) return {};
  const Piece* piece = &pieces_.front();
  for (const Piece& candidate : pieces_) {
    if (candidate.begin <= offset) piece = &candidate;
  }
  const std::size_t within = offset - std::min(offset, piece->begin);
  if (piece->source == nullptr) {
    return {.file = piece->name, .line = 1, .column = static_cast<std::uint32_t>(within + 1)};
  }
  std::size_t left = 0;  // bytes that are not blank before the offset
  for (std::size_t i = piece->begin; i < offset && i < text_.size(); ++i) {
    left += is_blank(text_[i]) ? 0 : 1;
  }
  const std::string_view written = piece->source->text();
  std::uint32_t at = content_begin(written, piece->written_begin, piece->written_end);
  for (; at < piece->written_end; ++at) {
    if (is_blank(written[at])) continue;
    if (left == 0) break;
    --left;
  }
  return place_of(piece->source, at);
}

}  // namespace yagura::rules
