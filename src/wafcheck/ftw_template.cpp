#include "wafcheck/ftw_template.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

namespace yagura::wafcheck {

namespace {

// A word of an action: a quoted string, a number, a name, or the pipe.
struct Word {
  enum class Kind { kText, kNumber, kName, kPipe } kind = Kind::kName;
  std::string text;
  std::size_t number = 0;
};

class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}

  // Nothing: not an action that we know.
  std::optional<std::vector<Word>> read() {
    std::vector<Word> words;
    while (true) {
      skip_blanks();
      if (at_ == text_.size()) return words;
      auto word = next();
      if (!word) return std::nullopt;
      words.push_back(*std::move(word));
    }
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos) {
      ++at_;
    }
  }

  std::optional<Word> next() {
    const char first = text_[at_];
    if (first == '|') {
      ++at_;
      return Word{.kind = Word::Kind::kPipe, .text = "|"};
    }
    if (first == '"') return quoted();
    if (first == '`') return raw();
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n|\"`", at_), text_.size());
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end;
    Word word{.kind = Word::Kind::kName, .text = std::string(text)};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), word.number);
    if (error == std::errc() && rest == text.data() + text.size()) {
      word.kind = Word::Kind::kNumber;
    }
    return word;
  }

  std::optional<Word> raw() {
    const std::size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    Word word{.kind = Word::Kind::kText, .text = std::string(text_.substr(at_ + 1, end - at_ - 1))};
    at_ = end + 1;
    return word;
  }

  std::optional<Word> quoted() {
    Word word{.kind = Word::Kind::kText};
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        word.text += text_[at_];
        continue;
      }
      if (++at_ == text_.size()) return std::nullopt;
      static constexpr std::string_view kNames = "ntr\\\"";
      static constexpr std::string_view kMeanings = "\n\t\r\\\"";
      const std::size_t which = kNames.find(text_[at_]);
      if (which == std::string_view::npos) return std::nullopt;
      word.text += kMeanings[which];
    }
    if (at_ == text_.size()) return std::nullopt;
    ++at_;
    return word;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct Repeat {
  std::string_view text;
  std::size_t count = 1;
};

std::optional<Repeat> meaning(const std::vector<Word>& words) {
  using Kind = Word::Kind;
  const auto is = [&](std::size_t index, Kind kind) { return words[index].kind == kind; };
  if (words.size() == 1 && is(0, Kind::kText)) return Repeat{.text = words[0].text};
  if (words.size() == 4 && is(0, Kind::kText) && is(1, Kind::kPipe) && words[2].text == "repeat" &&
      is(3, Kind::kNumber)) {
    return Repeat{.text = words[0].text, .count = words[3].number};
  }
  if (words.size() == 3 && words[0].text == "repeat" && is(1, Kind::kNumber) &&
      is(2, Kind::kText)) {
    return Repeat{.text = words[2].text, .count = words[1].number};
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> expand_template(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("{{");
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    // A quoted "{{" may stand inside, never "}}".
    const std::size_t close = text.find("}}", open + 2);
    if (close == std::string_view::npos) {
      return fail(ErrorCode::kInvalidInput, "a template {{ is not closed by }}");
    }
    const std::string_view action = text.substr(open + 2, close - open - 2);
    const auto words = WordReader(action).read();
    const auto repeat = words ? meaning(*words) : std::nullopt;
    if (!repeat) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("the template {{{{{}}}}} is not supported", action.substr(0, 60)));
    }
    if (!repeat->text.empty() &&
        repeat->count >
            (kMaxExpandedData - std::min(out.size(), kMaxExpandedData)) / repeat->text.size()) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("the data is larger than {} bytes", kMaxExpandedData));
    }
    if (!repeat->text.empty()) {
      for (std::size_t i = 0; i < repeat->count; ++i) out += repeat->text;
    }
    text.remove_prefix(close + 2);
  }
}

}  // namespace yagura::wafcheck
