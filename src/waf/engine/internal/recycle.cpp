#include "waf/engine/internal/recycle.hpp"

#include <utility>
#include <vector>

namespace yagura::waf::internal {

namespace {

constexpr std::size_t kKept = 64;  // a worker has this many exchanges under way at most times
constexpr std::size_t kMaxArena =
    1U << 20;  // a state that grew past this is not kept: memory follows the usual request

std::vector<std::unique_ptr<State>>& kept() {
  thread_local std::vector<std::unique_ptr<State>> states;
  return states;
}

}  // namespace

std::unique_ptr<State> take_state() {
  auto& states = kept();
  if (states.empty()) return std::make_unique<State>();
  std::unique_ptr<State> state = std::move(states.back());
  states.pop_back();
  return state;
}

void give_back(std::unique_ptr<State> state) {
  state->end();
  auto& states = kept();
  if (states.size() < kKept && state->arena.reserved() <= kMaxArena)
    states.push_back(std::move(state));
}

}  // namespace yagura::waf::internal
