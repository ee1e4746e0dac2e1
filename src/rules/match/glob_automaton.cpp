#include "rules/match/glob_automaton.hpp"

// Thompson's construction, and the construction of sets of states. What stands in !(…) is made
// deterministic by itself, so that what does not match it is what ends in the other states; these
// states then are part of the automaton around it.

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace yagura::rules {

namespace {

using StateId = std::uint32_t;

struct State {
  struct Step {
    ByteSet bytes;
    StateId next = 0;
  };
  std::vector<Step> steps;
  std::vector<StateId> free;  // reached without a byte
};

std::unexpected<Error> too_complex() {
  return fail(ErrorCode::kLimitExceeded, "the glob's !(…) is too complex");
}

}  // namespace

class GlobCompiler {
 public:
  Result<GlobAutomaton> run(const GlobTree& tree) {
    const StateId begin = new_state();
    YAGURA_TRY(const StateId end, add_sequence(tree.sequence, begin));
    YAGURA_TRY(GlobAutomaton made, deterministic(begin, end));
    made.work_ = work_;
    return made;
  }

 private:
  using StateSet = std::vector<StateId>;  // sorted

  StateId new_state() {
    states_.emplace_back();
    return static_cast<StateId>(states_.size() - 1);
  }
  void connect(StateId from, StateId to) { states_[from].free.push_back(to); }

  // Each adds what matches from `from` on, and gives the state behind it.
  Result<StateId> add_sequence(const GlobSequence& sequence, StateId from) {
    for (const GlobPart& part : sequence) {
      YAGURA_TRY(from, add_part(part, from));
      if (states_.size() > kMaxParts) return too_complex();
    }
    return from;
  }

  Result<StateId> add_part(const GlobPart& part, StateId from) {
    if (part.kind == GlobPart::Kind::kGroup) {
      return part.repeat == '!' ? add_negation(part, from) : add_group(part, from);
    }
    const StateId next = new_state();
    if (part.kind == GlobPart::Kind::kByte) {
      states_[from].steps.push_back({part.bytes, next});
    } else {
      connect(from, next);
      states_[next].steps.push_back({ByteSet().set(), next});
    }
    return next;
  }

  Result<StateId> add_alternatives(const GlobPart& part, StateId begin) {
    const StateId end = new_state();
    for (const GlobSequence& alternative : part.alternatives) {
      const StateId first = new_state();
      connect(begin, first);
      YAGURA_TRY(const StateId last, add_sequence(alternative, first));
      connect(last, end);
    }
    return end;
  }

  Result<StateId> add_group(const GlobPart& part, StateId from) {
    const StateId begin = new_state();
    connect(from, begin);
    YAGURA_TRY(const StateId end, add_alternatives(part, begin));
    if (part.repeat == '?' || part.repeat == '*') connect(begin, end);
    if (part.repeat == '+' || part.repeat == '*') connect(end, begin);
    // What follows must not come back into the loop.
    const StateId behind = new_state();
    connect(end, behind);
    return behind;
  }

  Result<StateId> add_negation(const GlobPart& part, StateId from) {
    const StateId begin = new_state();
    YAGURA_TRY(const StateId end, add_alternatives(part, begin));
    YAGURA_TRY(const GlobAutomaton inner, deterministic(begin, end));
    const auto base = static_cast<StateId>(states_.size());
    for (std::size_t i = 0; i < inner.accepts_.size(); ++i) (void)new_state();
    const StateId behind = new_state();
    connect(from, base);
    for (StateId state = 0; state < inner.accepts_.size(); ++state) {
      if (!inner.accepts_[state]) connect(base + state, behind);
      add_steps(inner, state, base);
    }
    return behind;
  }

  // One step for each state that follows.
  void add_steps(const GlobAutomaton& inner, StateId state, StateId base) {
    std::map<StateId, ByteSet> bytes;
    for (std::size_t c = 0; c < inner.classes_.size(); ++c) {
      const std::size_t next = state * inner.class_count_ + inner.classes_[c];
      bytes[inner.table_[next]].set(c);
    }
    for (const auto& [next, set] : bytes) states_[base + state].steps.push_back({set, base + next});
  }

  // ---- sets of states

  void close(StateSet& set) {
    std::vector<bool> reached(states_.size());
    work_ += states_.size() / 64;
    StateSet open = std::move(set);
    set.clear();
    for (const StateId state : open) reached[state] = true;
    while (!open.empty()) {
      const StateId state = open.back();
      open.pop_back();
      set.push_back(state);
      ++work_;
      for (const StateId next : states_[state].free) {
        if (!reached[next]) open.push_back(next);
        reached[next] = true;
      }
    }
    std::ranges::sort(set);
  }

  // Bytes that the same steps take are of one class.
  void classify(GlobAutomaton& made, StateId first) const {
    std::array<std::string, 256> signatures;
    for (StateId state = first; state < states_.size(); ++state) {
      for (const State::Step& step : states_[state].steps) {
        if (step.bytes.all()) continue;
        for (std::size_t c = 0; c < 256; ++c) signatures[c] += step.bytes[c] ? '1' : '0';
      }
    }
    std::map<std::string_view, std::uint8_t> known;
    for (std::size_t c = 0; c < 256; ++c) {
      const auto number = static_cast<std::uint8_t>(known.size());
      made.classes_[c] = known.emplace(signatures[c], number).first->second;
    }
    made.class_count_ = known.size();
  }

  StateSet after(const StateSet& set, std::size_t byte) {
    StateSet next;
    for (const StateId state : set) {
      ++work_;
      for (const State::Step& step : states_[state].steps) {
        if (step.bytes[byte]) next.push_back(step.next);
      }
    }
    std::ranges::sort(next);
    const auto repeated = std::ranges::unique(next);
    next.erase(repeated.begin(), repeated.end());
    if (!next.empty()) close(next);
    return next;
  }

  Result<GlobAutomaton> deterministic(StateId begin, StateId end) {
    GlobAutomaton made;
    classify(made, begin);
    std::vector<std::size_t> byte_of(made.class_count_);
    for (std::size_t c = 0; c < 256; ++c) byte_of[made.classes_[c]] = c;
    std::map<StateSet, std::uint16_t> known;
    std::vector<const StateSet*> sets;
    const auto number_of = [&](StateSet set) {
      const auto [at, is_new] =
          known.emplace(std::move(set), static_cast<std::uint16_t>(known.size()));
      if (is_new) sets.push_back(&at->first);
      return at->second;
    };
    StateSet first = {begin};
    close(first);
    (void)number_of(std::move(first));
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const StateSet& set = *sets[i];
      made.accepts_.push_back(std::ranges::binary_search(set, end));
      for (const std::size_t byte : byte_of) made.table_.push_back(number_of(after(set, byte)));
      if (sets.size() > GlobAutomaton::kMaxStates || work_ > GlobAutomaton::kMaxWork) {
        return too_complex();
      }
    }
    return made;
  }

  static constexpr std::size_t kMaxParts = 10'000;  // states before they are made deterministic

  std::vector<State> states_;
  std::size_t work_ = 0;
};

Result<GlobAutomaton> GlobAutomaton::make(const GlobTree& tree) { return GlobCompiler().run(tree); }

bool GlobAutomaton::matches(std::string_view text) const {
  std::size_t state = 0;
  for (const char c : text) {
    state = table_[state * class_count_ + classes_[static_cast<unsigned char>(c)]];
  }
  return accepts_[state];
}

}  // namespace yagura::rules
