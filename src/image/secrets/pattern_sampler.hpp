#pragma once

#include <random>
#include <string>
#include <string_view>

namespace yagura::image {

// For tests: a text that an RE2 pattern of the rules' table matches, chosen at random. Knows what
// the table uses: classes, groups, alternatives, counted repetition, \b \s \d ^ $.
class PatternSampler {
 public:
  explicit PatternSampler(unsigned seed) : random_(seed) {}
  std::string sample(std::string_view pattern);

 private:
  std::string alternatives();
  std::string sequence();
  std::string atom();
  std::string characters();
  std::string escaped(char c);
  int number(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random_);
  }
  bool more() const { return at_ < pattern_.size(); }

  std::mt19937 random_;
  std::string_view pattern_;
  std::size_t at_ = 0;
};

}  // namespace yagura::image
