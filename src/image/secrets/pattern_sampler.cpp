#include "image/secrets/pattern_sampler.hpp"

#include <vector>

namespace yagura::image {

std::string PatternSampler::sample(std::string_view pattern) {
  pattern_ = pattern;
  at_ = 0;
  return alternatives();
}

// All are made and one is kept: that way the reader stands behind them.
std::string PatternSampler::alternatives() {
  std::vector<std::string> all{sequence()};
  while (more() && pattern_[at_] == '|') {
    ++at_;
    all.push_back(sequence());
  }
  return all[static_cast<std::size_t>(number(0, static_cast<int>(all.size()) - 1))];
}

std::string PatternSampler::sequence() {
  std::string out;
  while (more() && pattern_[at_] != '|' && pattern_[at_] != ')') {
    const std::size_t begin = at_;
    std::string one = atom();
    int least = 1;
    int most = 1;
    if (more() && std::string_view("?*+").contains(pattern_[at_])) {
      least = pattern_[at_] == '+' ? 1 : 0;
      most = pattern_[at_] == '?' ? 1 : 2;
      ++at_;
    } else if (more() && pattern_[at_] == '{') {
      const std::size_t close = pattern_.find('}', at_);
      const std::string range(pattern_.substr(at_ + 1, close - at_ - 1));
      least = std::stoi(range);
      const auto comma = range.find(',');
      most = comma == std::string::npos  ? least
             : comma + 1 == range.size() ? least + 12
                                         : std::stoi(range.substr(comma + 1));
      most = std::min(most, least + 12);
      at_ = close + 1;
    }
    if (more() && pattern_[at_] == '?') ++at_;  // lazy
    const std::size_t end = at_;
    const int count = number(least, most);
    for (int i = 0; i < count; ++i) {
      at_ = begin;
      out += atom();
    }
    at_ = end;
  }
  return out;
}

std::string PatternSampler::atom() {
  const char c = pattern_[at_++];
  if (c == '(') {
    if (pattern_.substr(at_).starts_with('?')) {
      const std::size_t colon = pattern_.find_first_of(":)", at_);
      at_ = colon + 1;
      if (pattern_[colon] == ')') return {};  // flags
    }
    std::string out = alternatives();
    ++at_;
    return out;
  }
  if (c == '[') return characters();
  if (c == '\\') return escaped(pattern_[at_++]);
  if (c == '^' || c == '$') return {};
  if (c == '.') return "x";
  return std::string(1, c);
}

std::string PatternSampler::escaped(char c) {
  switch (c) {
    case 'b':
      return {};
    case 'd':
      return std::string(1, static_cast<char>('0' + number(0, 9)));
    case 's':
      return " ";
    case 'S':
      return std::string(1, static_cast<char>('a' + number(0, 25)));
    case 'r':
    case 'n':
      return "\n";
    default:
      return std::string(1, c);
  }
}

std::string PatternSampler::characters() {
  std::string all;
  const bool inverted = pattern_[at_] == '^';
  if (inverted) ++at_;
  for (bool first = true; pattern_[at_] != ']' || first; first = false) {
    char c = pattern_[at_++];
    if (c == '\\') {
      const std::string text = escaped(pattern_[at_++]);
      all += text;
      continue;
    }
    if (pattern_[at_] == '-' && pattern_[at_ + 1] != ']') {
      const char end = pattern_[at_ + 1];
      at_ += 2;
      for (; c < end; ++c) all += c;
    }
    all += c;
  }
  ++at_;
  if (inverted) {
    // Nothing of letters or digits may end a secret.
    const bool letters = all.contains('a');
    return letters ? "\""
                   : std::string(
                         1, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ0123456789"[number(0, 49)]);
  }
  return std::string(1, all[static_cast<std::size_t>(number(0, static_cast<int>(all.size()) - 1))]);
}

}  // namespace yagura::image
