#pragma once

// @pm and @pmFromFile: is one of many phrases in the text, ASCII letters in any case? One automaton
// (Aho-Corasick), linear in the text whatever the phrases are.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "waf/base/byte_set.hpp"

namespace yagura::waf {

class PhraseSet {
 public:
  explicit PhraseSet(std::span<const std::string> phrases);  // none empty
  PhraseSet(PhraseSet&&) noexcept;
  PhraseSet& operator=(PhraseSet&&) noexcept;
  ~PhraseSet();

  // The phrase whose end comes first in `text` (the longest of those that end there), as a view of
  // `text`.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view text) const;
  [[nodiscard]] ByteCondition condition() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::waf
