#pragma once

// Text from manifests, made safe for a place that a human reads. Whoever wrote the manifest chooses
// these bytes.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yagura::report {

// Every function below appends one line of valid UTF-8: line ends and tabs become blanks, invalid
// bytes U+FFFD, and what would move the cursor, reorder or hide text (C0 and C1 controls,
// bidirectional controls, invisible format characters, line separators) is spelt out: \x1b,
// \u{202e}. Linear.

void append_visible(std::string& out, std::string_view text);

// For element content and quoted attribute values of HTML and XML.
void append_html(std::string& out, std::string_view text);

// For GitHub-flavoured Markdown, inline, also in a table cell: no markup, links, mentions or issue
// references.
void append_markdown(std::string& out, std::string_view text);
// As a code span, which may stand in a table cell.
void append_markdown_code(std::string& out, std::string_view text);
// Inside an HTML block, where Markdown is not read but mentions and references still are.
void append_markdown_html(std::string& out, std::string_view text);

[[nodiscard]] std::string visible(std::string_view text);
[[nodiscard]] std::string html(std::string_view text);

// Our controls' texts are Markdown; this is the part of it that the writers show: `code` and
// **strong**. A mark that is not closed is plain text. Views into the text, in order. Linear.
enum class Markup : std::uint8_t { kPlain, kCode, kStrong };
using Run = std::pair<Markup, std::string_view>;
[[nodiscard]] std::vector<Run> inline_runs(std::string_view text);
// Paragraphs: parts between empty lines, without the ones that are blank.
[[nodiscard]] std::vector<std::string_view> paragraphs(std::string_view text);

// "http://" or "https://" and nothing that ends an attribute or a line: may become a link.
[[nodiscard]] bool is_web_url(std::string_view text);

// A relative or absolute path as a URI reference (RFC 3986): "a b.yaml" -> "a%20b.yaml", "/a.yaml"
// -> "file:///a.yaml". Invalid UTF-8 is kept byte for byte by its percent escapes.
[[nodiscard]] std::string file_uri(std::string_view path);

// RFC 3339 in UTC with seconds: "2026-01-02T03:04:05Z".
[[nodiscard]] std::string format_time(std::chrono::system_clock::time_point time);
// "850 ms", "1.4 s", "3 min 20 s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);
// "12,345".
[[nodiscard]] std::string format_number(std::uint64_t number);
// "1 resource", "2 resources", "no resources".
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view noun);

}  // namespace yagura::report
