#include "waf/seclang/internal/words.hpp"

#include "waf/seclang/ascii.hpp"
#include "waf/seclang/internal/quoting.hpp"
#include "waf/seclang/report.hpp"

namespace yagura::waf::seclang {

void Words::skip_blanks() {
  while (i_ < line_.text.size() && is_blank(line_.text[i_])) ++i_;
}

Word Words::make(std::size_t start, std::size_t end, char quote) const {
  const std::string_view raw = std::string_view(line_.text).substr(start, end - start);
  const std::string quotes(quote == 0 ? 0 : 1, quote);
  return {.text = unescape(raw, quotes),
          .raw = raw,
          .offset = start,
          .quote = quote,
          .position = line_.map.at(start)};
}

std::optional<Word> Words::quoted() {
  const char quote = line_.text[i_];
  const std::size_t start = i_ + 1;
  const std::size_t close = find_closing(line_.text, start, quote);
  if (close == std::string_view::npos) {
    failed_ = true;
    report_error(diagnostics_, line_.map.at(i_), "this quote is not closed",
                 line_.blank_after_backslash
                     ? "white space stands behind a backslash at the end of a line"
                     : "a line goes on in the next where it ends in a backslash");
    return std::nullopt;
  }
  i_ = close + 1;
  if (i_ < line_.text.size() && !is_blank(line_.text[i_])) {
    failed_ = true;
    report_error(diagnostics_, line_.map.at(i_), "text directly behind a closing quote",
                 "a quote within the quotes is written \\" + std::string(1, quote));
    return std::nullopt;
  }
  return make(start, close, quote);
}

std::optional<Word> Words::next() {
  skip_blanks();
  if (failed_ || i_ >= line_.text.size()) return std::nullopt;
  if (line_.text[i_] == '"' || line_.text[i_] == '\'') return quoted();
  const std::size_t start = i_;
  while (i_ < line_.text.size() && !is_blank(line_.text[i_])) ++i_;
  if (has_dangling_backslash(std::string_view(line_.text).substr(start, i_ - start))) {
    failed_ = true;
    report_error(diagnostics_, line_.map.at(i_ - 1), "a backslash with nothing behind it",
                 "to go on in the next line it must be the last byte of its line");
    return std::nullopt;
  }
  return make(start, i_, 0);
}

std::optional<Word> Words::next_targets() {
  skip_blanks();
  if (failed_ || i_ >= line_.text.size() || line_.text[i_] == '"') return next();
  const std::size_t start = i_;
  while (i_ < line_.text.size() && !is_blank(line_.text[i_])) {
    const bool opens = line_.text[i_] == '\'' && i_ > start && line_.text[i_ - 1] == ':';
    const std::size_t close =
        opens ? find_closing(line_.text, i_ + 1, '\'') : std::string_view::npos;
    i_ = close == std::string_view::npos ? i_ + 1 : close + 1;
  }
  return make(start, i_, 0);
}

}  // namespace yagura::waf::seclang
