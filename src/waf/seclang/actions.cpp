#include "waf/seclang/actions.hpp"

#include <optional>

#include "waf/seclang/ascii.hpp"
#include "waf/seclang/internal/logical_line.hpp"
#include "waf/seclang/internal/quoting.hpp"
#include "waf/seclang/report.hpp"

namespace yagura::waf::seclang {
namespace {

constexpr std::string_view kQuotes = "'\"";

class ActionReader {
 public:
  ActionReader(std::string_view text, const TextMap& map, std::size_t offset,
               Diagnostics& diagnostics)
      : text_(text), map_(map), offset_(offset), diagnostics_(diagnostics) {}

  std::vector<Action> read() {
    std::vector<Action> actions;
    skip_blanks();
    while (!at_end()) {
      if (std::optional<Action> action = read_one()) actions.push_back(*std::move(action));
      if (at_end()) break;
      ++i_;  // the comma: read_one() stops nowhere else
      skip_blanks();
    }
    return actions;
  }

 private:
  std::optional<Action> read_one() {
    const std::size_t start = i_;
    while (!at_end() && is_word(text_[i_])) ++i_;
    Action action{.name = lower(text_.substr(start, i_ - start)),
                  .position = map_.at(offset_ + start)};
    skip_blanks();
    if (action.name.empty()) return give_up(i_, "an action's name is missing here");
    if (at_end() || text_[i_] == ',') return action;
    if (text_[i_] != ':') return give_up(i_, "a comma is missing between two actions");
    ++i_;
    skip_blanks();
    action.has_value = true;
    const bool good = !at_end() && text_[i_] == '\'' ? read_quoted(action) : read_bare(action);
    if (!good) return std::nullopt;
    return action;
  }

  bool read_quoted(Action& action) {
    const std::size_t start = i_ + 1;
    const std::size_t close = find_closing(text_, start, '\'');
    if (close == std::string_view::npos) {
      if (ends_with_actions(action, start)) return true;
      complain(i_, "the single quote of " + action.name + " is not closed",
               "a quote within the value is written \\'");
      i_ = text_.size();
      return false;
    }
    action.value = unescape(text_.substr(start, close - start), kQuotes);
    i_ = close + 1;
    skip_blanks();
    if (at_end() || text_[i_] == ',') return true;
    (void)give_up(i_, "a comma is missing behind the value of " + action.name,
                  "a quote within the value is written \\'");
    return false;
  }

  // Configurations that are widely copied forget the quote of their last value. Without a comma
  // behind it no action can have been swallowed.
  bool ends_with_actions(Action& action, std::size_t start) {
    const std::string_view rest = text_.substr(start);
    if (rest.find(',') != std::string_view::npos || has_dangling_backslash(rest)) return false;
    report_warning(diagnostics_, map_.at(offset_ + i_),
                   "the single quote of " + action.name +
                       " is not closed; its value is taken to end with the actions");
    action.value = unescape(rest, kQuotes);
    i_ = text_.size();
    return true;
  }

  bool read_bare(Action& action) {
    const std::size_t start = i_;
    while (!at_end() && text_[i_] != ',' && !is_blank(text_[i_])) ++i_;
    std::string_view bare = text_.substr(start, i_ - start);
    const std::size_t behind = i_;
    skip_blanks();
    if (!at_end() && text_[i_] != ',' && takes_blanks(action, bare)) {
      bare = take_with_blanks(start, behind);
    }
    action.value = unescape(bare, kQuotes);
    if (!at_end() && text_[i_] != ',') {
      (void)give_up(i_, "white space in the unquoted value of " + action.name,
                    "put the value in single quotes, or a comma before the next action");
      return false;
    }
    if (!has_dangling_backslash(bare)) return true;
    complain(start, "the value of " + action.name + " ends in a backslash",
             "put it in single quotes");
    return false;
  }

  // ModSecurity 3 reads what setvar assigns up to the comma.
  static bool takes_blanks(const Action& action, std::string_view bare) {
    return action.name == "setvar" && bare.find('=') != std::string_view::npos;
  }

  std::string_view take_with_blanks(std::size_t start, std::size_t first_blank) {
    while (!at_end() && text_[i_] != ',') ++i_;
    const std::string_view bare = trim(text_.substr(start, i_ - start));
    report_warning(diagnostics_, map_.at(offset_ + first_blank),
                   "white space in the unquoted value of setvar belongs to the value",
                   "put the value in single quotes, or a comma before the next action");
    return bare;
  }

  // Reports and goes on at the next comma.
  std::nullopt_t give_up(std::size_t at, std::string message, std::string hint = {}) {
    complain(at, std::move(message), std::move(hint));
    while (!at_end() && text_[i_] != ',') ++i_;
    return std::nullopt;
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

std::vector<Action> parse_actions(std::string_view text, const TextMap& map, std::size_t offset,
                                  Diagnostics& diagnostics) {
  return ActionReader(text, map, offset, diagnostics).read();
}

std::vector<Action> parse_actions(std::string_view text, const Position& position,
                                  Diagnostics& diagnostics) {
  return parse_actions(text, TextMap(position), 0, diagnostics);
}

std::string to_string(const Action& action) {
  if (!action.has_value) return action.name;
  return action.name + ":'" + escape(action.value, kQuotes) + "'";
}

}  // namespace yagura::waf::seclang
