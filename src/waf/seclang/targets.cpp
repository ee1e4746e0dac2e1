#include "waf/seclang/targets.hpp"

#include <optional>

#include "waf/seclang/ascii.hpp"
#include "waf/seclang/internal/logical_line.hpp"
#include "waf/seclang/internal/quoting.hpp"
#include "waf/seclang/report.hpp"

namespace yagura::waf::seclang {
namespace {

// Bytes that a backslash may precede in a selector without belonging to it.
constexpr std::string_view kQuotes = "'\"";
constexpr std::string_view kRegexQuotes = "/'\"";

bool is_separator(char byte) { return byte == '|' || byte == ','; }

class TargetReader {
 public:
  TargetReader(std::string_view text, const TextMap& map, std::size_t offset,
               Diagnostics& diagnostics)
      : text_(text), map_(map), offset_(offset), diagnostics_(diagnostics) {}

  std::vector<Target> read() {
    std::vector<Target> targets;
    skip_blanks();
    if (at_end()) complain(i_, "no targets", "name at least one variable, such as ARGS");
    while (!at_end()) {
      if (std::optional<Target> target = read_one()) targets.push_back(*std::move(target));
      skip_blanks();
      if (at_end()) break;
      ++i_;  // the separator: read_one() stops nowhere else
      skip_blanks();
      if (at_end()) complain(i_ - 1, "the list of targets ends in a separator");
    }
    return targets;
  }

 private:
  std::optional<Target> read_one() {
    Target target{.position = map_.at(offset_ + i_)};
    const std::size_t start = i_;
    while (!at_end() && (text_[i_] == '!' || text_[i_] == '&')) {
      bool& mark = text_[i_] == '!' ? target.exclude : target.count;
      if (mark || (target.exclude && target.count)) {
        complain(i_, "'" + std::string(1, text_[i_]) + "' may stand once before a target");
      }
      mark = true;
      ++i_;
    }
    const std::size_t name = i_;
    while (!at_end() && is_word(text_[i_])) ++i_;
    target.variable = upper(text_.substr(name, i_ - name));
    bool good = true;
    if (target.variable.empty()) {
      complain(i_, "a variable's name is missing here");
      good = false;
    }
    if (target.exclude && target.count) {
      complain(start, "a target is counted (&) or excluded (!), not both");
      good = false;
    }
    if (!at_end() && text_[i_] == ':') {
      ++i_;
      target.has_selector = true;
      good = read_selector(target) && good;
    }
    skip_blanks();
    if (!at_end() && !is_separator(text_[i_])) {
      complain(i_, "'" + std::string(1, text_[i_]) +
                       "' where '|' or the end of the targets was expected");
      while (!at_end() && !is_separator(text_[i_])) ++i_;
      good = false;
    }
    if (!good) return std::nullopt;
    return target;
  }

  bool read_selector(Target& target) {
    const std::size_t start = i_;
    if (!at_end() && text_[i_] == '\'') return read_quoted(target);
    if (!at_end() && text_[i_] == '/' && target.variable != "XML") {
      if (const std::size_t close = closing_slash(i_, text_.size());
          close != std::string_view::npos) {
        set_regex(target, text_.substr(i_ + 1, close - i_ - 1));
        i_ = close + 1;
        return true;
      }
    }
    while (!at_end() && !is_separator(text_[i_]) && !is_blank(text_[i_])) ++i_;
    const std::string_view bare = text_.substr(start, i_ - start);
    if (has_dangling_backslash(bare)) {
      complain(i_ - 1, "this selector ends in a backslash", "put it in single quotes");
      return false;
    }
    target.selector = unescape(bare, kQuotes);
    return check_not_empty(target, start);
  }

  bool read_quoted(Target& target) {
    const std::size_t start = i_ + 1;
    const std::size_t close = find_closing(text_, start, '\'');
    if (close == std::string_view::npos) {
      complain(i_, "the quote of this selector is not closed");
      i_ = text_.size();
      return false;
    }
    const std::string_view inner = text_.substr(start, close - start);
    i_ = close + 1;
    const bool in_slashes = inner.size() > 2 && inner.front() == '/' && inner.back() == '/' &&
                            !has_dangling_backslash(inner.substr(0, inner.size() - 1));
    if (in_slashes && target.variable != "XML") {
      set_regex(target, inner.substr(1, inner.size() - 2));
    } else {
      target.selector = unescape(inner, kQuotes);
    }
    return check_not_empty(target, start);
  }

  bool check_not_empty(const Target& target, std::size_t start) {
    if (!target.selector.empty()) return true;
    complain(start, "a selector is missing after ':'", "leave out the colon to mean every member");
    return false;
  }

  static void set_regex(Target& target, std::string_view text) {
    target.selector_is_regex = true;
    target.selector = unescape(text, kRegexQuotes);
  }

  // The slash that closes the expression opened at `open`: unescaped and last in its part.
  [[nodiscard]] std::size_t closing_slash(std::size_t open, std::size_t end) const {
    for (std::size_t i = open + 1; i < end; ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '/' &&
                 (i + 1 == end || is_separator(text_[i + 1]) || is_blank(text_[i + 1]))) {
        return i > open + 1 ? i : std::string_view::npos;
      }
    }
    return std::string_view::npos;
  }

  [[nodiscard]] bool at_end() const { return i_ >= text_.size(); }
  void skip_blanks() {
    while (!at_end() && is_blank(text_[i_])) ++i_;
  }
  void complain(std::size_t at, std::string message, std::string hint = {}) {
    report_error(diagnostics_, map_.at(offset_ + at), std::move(message), std::move(hint));
  }

  std::string_view text_;
  const TextMap& map_;
  std::size_t offset_;
  Diagnostics& diagnostics_;
  std::size_t i_ = 0;
};

}  // namespace

std::vector<Target> parse_targets(std::string_view text, const TextMap& map, std::size_t offset,
                                  Diagnostics& diagnostics) {
  return TargetReader(text, map, offset, diagnostics).read();
}

std::vector<Target> parse_targets(std::string_view text, const Position& position,
                                  Diagnostics& diagnostics) {
  return parse_targets(text, TextMap(position), 0, diagnostics);
}

std::string to_string(const Target& target) {
  std::string text;
  if (target.exclude) text += '!';
  if (target.count) text += '&';
  text += target.variable;
  if (!target.has_selector) return text;
  text += ":'";
  if (target.selector_is_regex) text += '/';
  text += escape(target.selector, target.selector_is_regex ? kRegexQuotes : kQuotes);
  if (target.selector_is_regex) text += '/';
  return text + '\'';
}

}  // namespace yagura::waf::seclang
