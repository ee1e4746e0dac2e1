#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/secret.hpp"

namespace yagura::image {

// Searches texts for all kinds of secrets. Immutable once made and thread-safe; making one compiles
// the patterns (some milliseconds), so keep it.
//
// One walk finds all keywords (keyword_matcher.hpp); RE2 looks at the few hundred bytes around
// each. Time is linear: the windows of one rule overlap only where its keyword stands again.
class SecretScanner {
 public:
  static constexpr std::size_t kMaxSecrets = 200;  // of one text; more are only counted

  enum class Contents : std::uint8_t {
    kText,
    kBinary,  // only kinds whose form alone gives them away
  };

  SecretScanner();
  ~SecretScanner();
  SecretScanner(const SecretScanner&) = delete;
  SecretScanner& operator=(const SecretScanner&) = delete;

  struct Found {
    std::vector<Secret> secrets;  // by position; the same one of the same rule once
    std::size_t dropped = 0;      // beyond kMaxSecrets
    bool gave_up = false;         // so full of keywords that some of it was not looked at
  };
  // passed(position): now and then, how far the search is; what lies before that is seldom looked
  // at again.
  using Passed = std::function<void(std::size_t position)>;
  [[nodiscard]] Found scan(std::string_view text, Contents contents,
                           const Passed& passed = {}) const;

  // The text with each secret in it blotted out as in excerpts, for reports that show the text
  // itself. Where too much looks like secrets to be sure of all: a note instead of the text.
  [[nodiscard]] std::string without_secrets(std::string_view text) const;

  struct State;  // of the implementation

 private:
  [[nodiscard]] const State& state() const;
  // Made for the first text.
  mutable std::once_flag once_;
  mutable std::unique_ptr<const State> state_;
};

// The same by a scanner that is kept; thread-safe.
[[nodiscard]] std::string without_secrets(std::string_view text);

}  // namespace yagura::image
