// A format is a table of ASCII characters that mean something to it; core does the rest.

#include "report/text.hpp"

#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "core/visible_text.hpp"

namespace yagura::report {

namespace {

using core::EscapeTable;

// The table's rules, and those that are the same for every format.
constexpr EscapeTable with_controls(EscapeTable table) {
  table['\n'] = " ";
  table['\r'] = " ";
  table['\t'] = " ";
  return table;
}

constexpr EscapeTable html_table() {
  EscapeTable table{};
  table['&'] = "&amp;";
  table['<'] = "&lt;";
  table['>'] = "&gt;";
  table['"'] = "&quot;";
  table['\''] = "&#39;";
  return with_controls(table);
}

// An empty comment inside keeps GitHub from seeing a mention, an issue reference or a bare link.
constexpr EscapeTable markdown_table() {
  EscapeTable table{};
  table['&'] = "&amp;";
  table['<'] = "&lt;";
  table['>'] = "&gt;";
  table['\\'] = "\\\\";
  table['`'] = "\\`";
  table['*'] = "\\*";
  table['_'] = "\\_";
  table['['] = "\\[";
  table[']'] = "\\]";
  table['|'] = "\\|";
  table['~'] = "\\~";
  table['$'] = "\\$";
  table['!'] = "\\!";
  table['@'] = "@<!-- -->";
  return with_controls(table);
}

// Inside <code>, where Markdown is still read.
constexpr EscapeTable markdown_code_table() {
  EscapeTable table = html_table();
  table['\\'] = "&#92;";
  table['`'] = "&#96;";
  table['*'] = "&#42;";
  table['_'] = "&#95;";
  table['['] = "&#91;";
  table[']'] = "&#93;";
  table['|'] = "&#124;";
  table['~'] = "&#126;";
  table['$'] = "&#36;";
  table['!'] = "&#33;";
  table[':'] = "&#58;";
  table['.'] = "&#46;";
  table['@'] = "@<!-- -->";
  return with_controls(table);
}

constexpr EscapeTable markdown_html_table() {
  EscapeTable table = html_table();
  table['@'] = "@<!-- -->";
  return table;
}

constexpr EscapeTable kHtml = html_table();
constexpr EscapeTable kMarkdownHtml = markdown_html_table();
constexpr EscapeTable kMarkdown = markdown_table();
constexpr EscapeTable kMarkdownCode = markdown_code_table();

// Breaks up what GitHub would make a link of by itself: "https://…", "www.…", "#12".
void append_unlinked(std::string& out, std::string_view text, const EscapeTable& table) {
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const bool bare_link = text.compare(i, 3, "://") == 0 || text.compare(i, 2, "w.") == 0;
    const bool issue = text[i] == '#' && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!bare_link && !issue) continue;
    core::append_visible(out, text.substr(at, i + 1 - at), table);
    out += "<!-- -->";
    at = i + 1;
  }
  core::append_visible(out, text.substr(at), table);
}

bool is_plain_code(std::string_view text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F &&
                  c != '`' && c != '|' && c != '\\';
         });
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_uri_plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~' || c == '/' || c == '+' || c == ',' || c == '=' ||
         c == '@';
}

void append_padded(std::string& out, std::uint64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

}  // namespace

void append_visible(std::string& out, std::string_view text) { core::append_visible(out, text); }
void append_html(std::string& out, std::string_view text) {
  core::append_visible(out, text, kHtml);
}

void append_markdown(std::string& out, std::string_view text) {
  append_unlinked(out, text, kMarkdown);
}

void append_markdown_html(std::string& out, std::string_view text) {
  append_unlinked(out, text, kMarkdownHtml);
}

void append_markdown_code(std::string& out, std::string_view text) {
  if (is_plain_code(text)) {
    out.append("`").append(text).append("`");
    return;
  }
  out += "<code>";
  core::append_visible(out, text, kMarkdownCode);
  out += "</code>";
}

std::string visible(std::string_view text) {
  std::string out;
  append_visible(out, text);
  return out;
}

std::string html(std::string_view text) {
  std::string out;
  append_html(out, text);
  return out;
}

std::vector<Run> inline_runs(std::string_view text) {
  std::vector<Run> runs;
  // Where a closing mark was looked for in vain, there is none further on either: that keeps this
  // linear.
  bool code_may_close = true;
  bool strong_may_close = true;
  std::size_t plain = 0;
  std::size_t at = 0;
  const auto take = [&](Markup markup, std::string_view mark, bool& may_close) {
    const std::size_t inner = at + mark.size();
    const std::size_t close = may_close ? text.find(mark, inner) : std::string_view::npos;
    may_close = close != std::string_view::npos;
    if (!may_close || close == inner) {
      at = may_close ? close + mark.size() : inner;
      return;
    }
    if (at > plain) runs.emplace_back(Markup::kPlain, text.substr(plain, at - plain));
    runs.emplace_back(markup, text.substr(inner, close - inner));
    at = plain = close + mark.size();
  };
  while (at < text.size()) {
    if (text[at] == '`') {
      take(Markup::kCode, "`", code_may_close);
    } else if (text.compare(at, 2, "**") == 0) {
      take(Markup::kStrong, "**", strong_may_close);
    } else {
      ++at;
    }
  }
  if (plain < text.size()) runs.emplace_back(Markup::kPlain, text.substr(plain));
  return runs;
}

std::vector<std::string_view> paragraphs(std::string_view text) {
  std::vector<std::string_view> found;
  std::size_t start = 0;
  const auto add = [&](std::size_t end) {
    const std::string_view part = text.substr(start, end - start);
    if (!is_blank(part)) found.push_back(part);
  };
  for (std::size_t end = text.find("\n\n"); end != std::string_view::npos;
       end = text.find("\n\n", start)) {
    add(end);
    start = end + 2;
  }
  add(text.size());
  return found;
}

bool is_web_url(std::string_view text) {
  const bool scheme = text.starts_with("https://") || text.starts_with("http://");
  return scheme && std::ranges::all_of(text, [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
                  std::string_view("\"'<>\\`^{|}()").find(c) == std::string_view::npos;
         });
}

std::string file_uri(std::string_view path) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_uri_plain(byte)) {
      uri += c;
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

std::string format_time(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{day};
  const auto second_of_day = static_cast<std::uint64_t>((seconds - day).count());
  std::string text;
  append_padded(text, static_cast<std::uint64_t>(std::max(0, static_cast<int>(date.year()))), 4);
  text += '-';
  append_padded(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_padded(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_padded(text, second_of_day / 3600, 2);
  text += ':';
  append_padded(text, second_of_day / 60 % 60, 2);
  text += ':';
  append_padded(text, second_of_day % 60, 2);
  text += 'Z';
  return text;
}

std::string format_duration(std::chrono::milliseconds duration) {
  const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
  if (total < 1000) return std::to_string(total) + " ms";
  if (total < 60'000) {
    return std::to_string(total / 1000) + "." + std::to_string(total % 1000 / 100) + " s";
  }
  return std::to_string(total / 60'000) + " min " + std::to_string(total / 1000 % 60) + " s";
}

std::string format_number(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string plural(std::uint64_t count, std::string_view noun) {
  std::string text = count == 0 ? "no" : format_number(count);
  text.append(" ").append(noun);
  if (count != 1) text += 's';
  return text;
}

}  // namespace yagura::report
