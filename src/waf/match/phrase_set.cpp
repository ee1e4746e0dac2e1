#include "waf/match/phrase_set.hpp"

#include <algorithm>
#include <array>
#include <queue>
#include <vector>

namespace yagura::waf {

namespace {

constexpr std::uint32_t kRoot = 0;

unsigned char fold(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 'A' && value <= 'Z' ? static_cast<unsigned char>(value + 32) : value;
}

}  // namespace

// A complete automaton over byte classes: bytes that no phrase holds share class 0, so that a row
// has as many entries as the phrases have distinct bytes (about 45 for words), and a step is one
// load.
struct PhraseSet::State {
  std::array<std::uint8_t, 256> class_of{};
  std::size_t classes = 1;
  std::vector<std::uint32_t> next;  // state * classes + class
  std::vector<std::uint32_t>
      longest;  // state -> length of the longest phrase that ends there; 0: none
  ByteCondition condition;

  void number_bytes(std::span<const std::string> phrases);
  void build(std::span<const std::string> phrases);
  void close(std::size_t states);
};

void PhraseSet::State::number_bytes(std::span<const std::string> phrases) {
  ByteSet used;
  for (const std::string& phrase : phrases) {
    for (const char byte : phrase) used.add(fold(byte));
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (used.contains(static_cast<unsigned char>(byte)))
      class_of[byte] = static_cast<std::uint8_t>(classes++);
  }
  // Phrases that use all 231 folded bytes leave no byte for class 0, which is then merely unused.
  for (unsigned byte = 'A'; byte <= 'Z'; ++byte) class_of[byte] = class_of[byte + 32];
}

void PhraseSet::State::build(std::span<const std::string> phrases) {
  next.assign(classes, kRoot);
  longest.assign(1, 0);
  for (const std::string& phrase : phrases) {
    std::uint32_t at = kRoot;
    for (const char byte : phrase) {
      const std::size_t edge = at * classes + class_of[fold(byte)];
      if (next[edge] == kRoot) {
        next[edge] = static_cast<std::uint32_t>(longest.size());
        longest.push_back(0);
        next.resize(next.size() + classes, kRoot);
      }
      at = next[edge];
    }
    longest[at] = static_cast<std::uint32_t>(phrase.size());
  }
  close(longest.size());
}

// Breadth first: a missing edge goes where the longest proper suffix's edge goes.
void PhraseSet::State::close(std::size_t states) {
  std::vector<std::uint32_t> suffix(states, kRoot);
  std::queue<std::uint32_t> order;
  for (std::size_t c = 0; c < classes; ++c) {
    if (next[c] != kRoot) order.push(next[c]);
  }
  while (!order.empty()) {
    const std::uint32_t at = order.front();
    order.pop();
    longest[at] = std::max(longest[at], longest[suffix[at]]);
    for (std::size_t c = 0; c < classes; ++c) {
      const std::size_t edge = at * classes + c;
      const std::uint32_t through_suffix = next[suffix[at] * classes + c];
      if (next[edge] == kRoot) {
        next[edge] = through_suffix;
      } else {
        suffix[next[edge]] = through_suffix;
        order.push(next[edge]);
      }
    }
  }
}

PhraseSet::PhraseSet(std::span<const std::string> phrases) : state_(std::make_unique<State>()) {
  state_->number_bytes(phrases);
  state_->build(phrases);
  std::size_t shortest = phrases.empty() ? 1 : phrases.front().size();
  ByteSet first;
  for (const std::string& phrase : phrases) {
    shortest = std::min(shortest, phrase.size());
    if (phrase.empty()) continue;
    const unsigned char byte = fold(phrase.front());
    first.add(byte);
    if (byte >= 'a' && byte <= 'z') first.add(static_cast<unsigned char>(byte - 32));
  }
  state_->condition = {.one_of = {first}, .min_length = shortest};
}

PhraseSet::PhraseSet(PhraseSet&&) noexcept = default;
PhraseSet& PhraseSet::operator=(PhraseSet&&) noexcept = default;
PhraseSet::~PhraseSet() = default;

std::optional<std::string_view> PhraseSet::find(std::string_view text) const {
  const State& state = *state_;
  std::uint32_t at = kRoot;
  for (std::size_t i = 0; i < text.size(); ++i) {
    at = state.next[at * state.classes + state.class_of[static_cast<unsigned char>(text[i])]];
    if (state.longest[at] != 0) return text.substr(i + 1 - state.longest[at], state.longest[at]);
  }
  return std::nullopt;
}

ByteCondition PhraseSet::condition() const { return state_->condition; }

}  // namespace yagura::waf
