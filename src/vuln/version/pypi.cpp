// PEP 440 (packaging.python.org/specifications/version-specifiers), order as in "Summary of
// permitted suffixes and relative ordering". What is no version there is older than all that are,
// and ordered as setuptools did before: digits and words, "final" at the end.

#include "vuln/version/internal/pypi.hpp"

#include <string>
#include <vector>

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_alpha_numeric(char c) { return is_digit(c) || is_letter(c); }

bool take_word(std::string_view& text, std::string_view word) {
  if (text.size() < word.size() || !equal_any_case(text.substr(0, word.size()), word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// [-_.]? word [-_.]? [0-9]*: false and nothing taken where none of the words stands.
template <class Words>
bool take_tag(std::string_view& text, const Words& words, std::size_t& which,
              std::string_view& number) {
  std::string_view rest = text;
  if (!rest.empty() && is_separator(rest.front())) rest.remove_prefix(1);
  for (std::size_t i = 0; i < std::size(words); ++i) {
    if (!take_word(rest, words[i].first)) continue;
    which = words[i].second;
    std::string_view behind = rest;
    if (!behind.empty() && is_separator(behind.front())) behind.remove_prefix(1);
    number = take_while(behind, is_digit);
    // A separator without a number belongs to what follows.
    text = number.empty() && !behind.empty() && behind.size() < rest.size() ? rest : behind;
    return true;
  }
  return false;
}

struct Word {
  std::string_view first;
  std::size_t second;
};
// Longer words before those that they begin with.
constexpr Word kPreWords[] = {{"alpha", 0},   {"a", 0},   {"beta", 1}, {"b", 1},
                              {"preview", 2}, {"pre", 2}, {"rc", 2},   {"c", 2}};
constexpr Word kPostWords[] = {{"post", 0}, {"rev", 0}, {"r", 0}};
constexpr Word kDevWords[] = {{"dev", 0}};

bool take_release(std::string_view& text, std::string_view& release) {
  const std::string_view whole = text;
  std::size_t length = 0;
  for (;;) {
    const std::size_t digits = take_while(text, is_digit).size();
    if (digits == 0) return false;
    length += digits;
    if (text.size() < 2 || text.front() != '.' || !is_digit(text[1])) break;
    text.remove_prefix(1);
    ++length;
  }
  release = whole.substr(0, length);
  return true;
}

bool is_local(std::string_view text) {
  while (true) {
    if (take_while(text, is_alpha_numeric).empty()) return false;
    if (text.empty()) return true;
    if (!is_separator(text.front())) return false;
    text.remove_prefix(1);
  }
}

std::strong_ordering release_order(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    if (const auto order = number_order(take_until(a, "."), take_until(b, ".")); order != 0) {
      return order;
    }
  }
  return std::strong_ordering::equal;
}

// A development version of the release itself comes before its pre-releases.
int pre_rank(const Pep440& version) {
  if (version.has_pre) return static_cast<int>(version.pre);
  return version.has_dev && !version.has_post ? -1 : 3;
}

std::strong_ordering optional_order(bool has_a, std::string_view a, bool has_b,
                                    std::string_view b) {
  if (has_a != has_b) return has_a <=> has_b;
  return number_order(a, b);
}

std::strong_ordering local_order(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view x = take_until(a, "-_.");
    const std::string_view y = take_until(b, "-_.");
    const bool x_number = all_digits(x);
    const bool y_number = all_digits(y);
    if (x_number != y_number) return x_number <=> y_number;
    const auto order = x_number ? number_order(x, y) : text_order_any_case(x, y);
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

// --- what PEP 440 doesn't take

// The next piece between what is skipped: digits, letters, "-", or anything else in one.
std::string_view take_legacy_piece(std::string_view& text) {
  const char c = text.front();
  if (is_digit(c)) return take_while(text, is_digit);
  if (is_lower(c)) return take_while(text, is_lower);
  if (c == '.' || c == '-') {
    const std::string_view piece = text.substr(0, 1);
    text.remove_prefix(1);
    return piece;
  }
  return take_while(text,
                    [](char d) { return !is_digit(d) && !is_lower(d) && d != '.' && d != '-'; });
}

std::string legacy_part(std::string_view piece) {
  if (is_digit(piece.front())) {
    return std::string(piece.size() < 8 ? 8 - piece.size() : 0, '0').append(piece);
  }
  if (piece == "pre" || piece == "preview" || piece == "rc") return "*c";
  if (piece == "dev") return "*@";
  if (piece == "-") return "*final-";
  return std::string("*").append(piece);
}

void add_legacy_part(std::vector<std::string>& parts, std::string part) {
  if (part.front() == '*') {
    if (part < "*final") {
      while (!parts.empty() && parts.back() == "*final-") parts.pop_back();
    }
    while (!parts.empty() && parts.back() == "00000000") parts.pop_back();
  }
  parts.push_back(std::move(part));
}

std::vector<std::string> legacy_parts(std::string_view version) {
  std::string text(version);
  for (char& c : text) c = lower(c);
  std::vector<std::string> parts;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view piece = take_legacy_piece(rest);
    if (piece != ".") add_legacy_part(parts, legacy_part(piece));
  }
  add_legacy_part(parts, "*final");
  return parts;
}

}  // namespace

std::optional<Pep440> parse_pep440(std::string_view text) {
  text = trimmed(text);
  Pep440 version;
  if (!text.empty() && lower(text.front()) == 'v') text.remove_prefix(1);
  if (const auto bang = text.find('!'); bang != std::string_view::npos) {
    version.epoch = text.substr(0, bang);
    if (version.epoch.empty() || !all_digits(version.epoch)) return std::nullopt;
    text.remove_prefix(bang + 1);
  }
  if (!take_release(text, version.release)) return std::nullopt;
  std::size_t which = 0;
  if (take_tag(text, kPreWords, which, version.pre_number)) {
    version.has_pre = true;
    version.pre = static_cast<unsigned char>(which);
  }
  if (text.size() > 1 && text.front() == '-' && is_digit(text[1])) {
    text.remove_prefix(1);
    version.has_post = true;
    version.post_number = take_while(text, is_digit);
  } else {
    version.has_post = take_tag(text, kPostWords, which, version.post_number);
  }
  version.has_dev = take_tag(text, kDevWords, which, version.dev_number);
  if (!text.empty() && text.front() == '+') {
    version.local = text.substr(1);
    if (!is_local(version.local)) return std::nullopt;
    text = {};
  }
  if (!text.empty()) return std::nullopt;
  return version;
}

std::strong_ordering compare_public(const Pep440& a, const Pep440& b) {
  if (const auto order = number_order(a.epoch, b.epoch); order != 0) return order;
  if (const auto order = release_order(a.release, b.release); order != 0) return order;
  if (pre_rank(a) != pre_rank(b)) return pre_rank(a) <=> pre_rank(b);
  if (const auto order = number_order(a.pre_number, b.pre_number); order != 0) return order;
  if (const auto order = optional_order(a.has_post, a.post_number, b.has_post, b.post_number);
      order != 0) {
    return order;
  }
  return optional_order(!a.has_dev, a.dev_number, !b.has_dev, b.dev_number);
}

std::strong_ordering compare_pypi(std::string_view a, std::string_view b) {
  const auto x = parse_pep440(a);
  const auto y = parse_pep440(b);
  if (x.has_value() != y.has_value()) return x.has_value() <=> y.has_value();
  if (!x) return legacy_parts(trimmed(a)) <=> legacy_parts(trimmed(b));
  if (const auto order = compare_public(*x, *y); order != 0) return order;
  return local_order(x->local, y->local);
}

}  // namespace yagura::vuln::version
