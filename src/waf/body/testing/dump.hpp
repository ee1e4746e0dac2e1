#pragma once

// A parsed body as one line of text, so that tests compare it with what they expect.

#include <algorithm>
#include <string>
#include <string_view>

#include "waf/body/body.hpp"

namespace yagura::waf::testing {

// "name=<value>@offset " of each argument, then whatever else there is.
inline std::string dump(const ParsedBody& body) {
  std::string text;
  const auto add = [&text](auto... parts) { (text.append(parts), ...); };
  for (const Argument& argument : body.arguments) {
    add(argument.name, "=<", argument.value, ">");
    if (argument.offset != kNoOffset) add("@", std::to_string(argument.offset));
    add(" ");
  }
  for (const std::string_view name : body.names) add("name ", name, " ");
  for (const UploadedFile& file : body.files) {
    add("file ", file.field, "=<", file.file_name, "> ", std::to_string(file.size), " ");
    if (!file.content.empty()) add("content=<", file.content, "> ");
  }
  for (const PartHeader& header : body.part_headers)
    add("header ", header.part, "=<", header.line, "> ");
  for (const std::string_view value : body.xml_text) add("text=<", value, "> ");
  for (const std::string_view value : body.xml_attributes) add("attribute=<", value, "> ");
  const auto flag = [&](bool set, std::string_view name) {
    if (set) add(name, " ");
  };
  flag(body.urlencoded_error, "urlencoded_error");
  const MultipartFlags& flags = body.multipart;
  flag(flags.boundary_quoted, "boundary_quoted");
  flag(flags.boundary_whitespace, "boundary_whitespace");
  flag(flags.data_before, "data_before");
  flag(flags.data_after, "data_after");
  flag(flags.header_folding, "header_folding");
  flag(flags.lf_line, "lf_line");
  flag(flags.missing_semicolon, "missing_semicolon");
  flag(flags.invalid_quoting, "invalid_quoting");
  flag(flags.invalid_part, "invalid_part");
  flag(flags.invalid_header_folding, "invalid_header_folding");
  flag(flags.file_limit_exceeded, "file_limit_exceeded");
  flag(flags.unmatched_boundary == 1, "unmatched_boundary");
  flag(flags.unmatched_boundary == 2, "unmatched_boundary=2");
  flag(flags.crlf_lf_lines, "crlf_lf_lines");
  flag(flags.failed, "failed");
  if (body.limits_reached != 0) add("limits_reached=", std::to_string(body.limits_reached), " ");
  if (!body.error.empty()) add("error=", body.error);
  return text;
}

// What a reader makes of `text` given in pieces of `step` bytes. Each piece is a copy that is gone
// afterwards, so that a view of it shows.
inline std::string read_body(BodyKind kind, std::string_view content_type, std::string_view text,
                             const BodyLimits& limits, std::size_t step,
                             BodyEnd end = BodyEnd::kReached) {
  core::Arena arena;
  ParsedBody body;
  const auto reader = make_body_reader(kind, content_type, limits, arena);
  for (std::size_t at = 0; at < text.size(); at += step) {
    std::string piece(text.substr(at, step));
    const bool more = reader->feed(piece);
    std::fill(piece.begin(), piece.end(), '!');
    if (!more) break;
  }
  reader->finish(body, end);
  return dump(body);
}

}  // namespace yagura::waf::testing
