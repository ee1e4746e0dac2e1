#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "image/packages/toml/toml.hpp"
#include "image/packages/toml/toml_string.hpp"

// One pass over the text. A header ("[a.b]", "[[a.b]]") chooses the table that the following lines
// fill; values may span lines within brackets. Recursion is that of values within values and has a
// depth.

namespace yagura::image {
namespace {

using Path = std::vector<std::string>;

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

class Reader {
 public:
  Reader(std::string_view text, const TomlLimits& limits)
      : text_(text), limits_(limits), root_(TomlValue::table()), table_(&root_) {}

  Result<TomlValue> read() {
    while (ok()) {
      skip_blank_lines();
      if (at_ >= text_.size()) break;
      if (text_[at_] == '[') {
        header();
      } else {
        pair(*table_, 0);
      }
      if (ok()) end_of_line();
    }
    if (!ok()) return fail(ErrorCode::kInvalidInput, where() + problem_);
    return std::move(root_);
  }

 private:
  [[nodiscard]] bool ok() const { return problem_.empty(); }
  void refuse(std::string_view problem) {
    if (ok()) problem_ = problem;
  }
  [[nodiscard]] std::string where() const {
    const std::size_t end = std::min(at_, text_.size());
    return "no TOML: line " + std::to_string(1 + std::ranges::count(text_.substr(0, end), '\n')) +
           ": ";
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }
  void skip_comment() {
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  // Blanks, comments and line ends.
  void skip_blank_lines() {
    while (at_ < text_.size()) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      if (peek() != '#') return;
      skip_comment();
    }
  }
  void end_of_line() {
    skip_blanks();
    skip_comment();
    if (peek() == '\r') ++at_;
    if (at_ < text_.size() && !take('\n')) refuse("something stands behind a value");
  }

  void count() {
    if (++values_ > limits_.max_values) refuse("too many values");
  }

  void header() {
    take('[');
    const bool is_array = take('[');
    const Path path = key();
    if (!take(']') || (is_array && !take(']'))) refuse("a table's name is not closed");
    if (!ok()) return;
    TomlValue* place = &root_;
    for (std::size_t i = 0; i + 1 < path.size() && place != nullptr; ++i) {
      place = table_in(*place, path[i]);
    }
    if (place == nullptr) return;
    table_ = is_array ? element_in(*place, path.back()) : table_in(*place, path.back());
  }

  // The table of that name, made where there is none; of an array the last one.
  TomlValue* table_in(TomlValue& parent, const std::string& name) {
    auto& members = parent.mutable_members();
    auto found = members.find(name);
    if (found == members.end()) {
      count();
      found = members.emplace(name, TomlValue::table()).first;
    }
    TomlValue* value = &found->second;
    if (value->is_array() && !value->mutable_items().empty())
      value = &value->mutable_items().back();
    if (!value->is_table()) {
      refuse("a value is used as a table");
      return nullptr;
    }
    return value;
  }

  TomlValue* element_in(TomlValue& parent, const std::string& name) {
    count();
    auto& members = parent.mutable_members();
    auto found = members.find(name);
    if (found == members.end()) found = members.emplace(name, TomlValue::array()).first;
    if (!found->second.is_array()) {
      refuse("a value is used as an array of tables");
      return nullptr;
    }
    return &found->second.mutable_items().emplace_back(TomlValue::table());
  }

  // "a", "a.b", `"a b".c`: with the blanks behind it.
  Path key() {
    Path path;
    do {
      skip_blanks();
      if (peek() == '"' || peek() == '\'') {
        auto part = take_toml_string(text_, at_);
        if (!part) refuse("a key's quotes are not closed");
        path.push_back(std::move(part).value_or(""));
      } else {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
        if (at_ == begin) refuse("a key is missing");
        path.emplace_back(text_.substr(begin, at_ - begin));
      }
      if (path.size() > limits_.max_depth) refuse("a key has too many parts");
      skip_blanks();
    } while (ok() && take('.'));
    return path;
  }

  void pair(TomlValue& table, std::size_t depth) {
    const Path path = key();
    if (ok() && !take('=')) refuse("a key has no value");
    if (!ok()) return;
    TomlValue* place = &table;
    for (std::size_t i = 0; i + 1 < path.size() && place != nullptr; ++i) {
      place = table_in(*place, path[i]);
    }
    if (place == nullptr) return;
    TomlValue read = value(depth + 1);
    if (ok()) place->mutable_members()[path.back()] = std::move(read);
  }

  TomlValue value(std::size_t depth) {
    count();
    if (depth > limits_.max_depth) refuse("values are nested too deep");
    skip_blanks();
    if (!ok()) return {};
    switch (peek()) {
      case '"':
      case '\'': {
        auto text = take_toml_string(text_, at_);
        if (!text) refuse("a string has no end, or a wrong escape");
        return TomlValue::string(std::move(text).value_or(""));
      }
      case '[':
        return array(depth);
      case '{':
        return inline_table(depth);
      default:
        return scalar();
    }
  }

  TomlValue scalar() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",]}#\r\n", at_), text_.size());
    std::string_view text = text_.substr(begin, at_ - begin);
    text = text.substr(0, text.find_last_not_of(" \t") + 1);
    if (text.empty()) refuse("a value is missing");
    return TomlValue::scalar(std::string(text));
  }

  TomlValue array(std::size_t depth) {
    TomlValue out = TomlValue::array();
    take('[');
    while (ok()) {
      skip_blank_lines();
      if (take(']')) return out;
      out.mutable_items().push_back(value(depth + 1));
      skip_blank_lines();
      if (take(',')) continue;
      if (take(']')) return out;
      refuse("an array is not closed");
    }
    return out;
  }

  // Line ends within are allowed since TOML 1.1.
  TomlValue inline_table(std::size_t depth) {
    TomlValue out = TomlValue::table();
    take('{');
    while (ok()) {
      skip_blank_lines();
      if (take('}')) return out;
      pair(out, depth);
      skip_blank_lines();
      if (take(',')) continue;
      if (take('}')) return out;
      refuse("an inline table is not closed");
    }
    return out;
  }

  std::string_view text_;
  const TomlLimits& limits_;
  TomlValue root_;
  TomlValue* table_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  std::string problem_;
};

}  // namespace

Result<TomlValue> read_toml(std::string_view text, const TomlLimits& limits) {
  if (text.size() > limits.max_size) {
    return fail(ErrorCode::kLimitExceeded,
                "larger than " + std::to_string(limits.max_size) + " bytes");
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return Reader(text, limits).read();
}

}  // namespace yagura::image
