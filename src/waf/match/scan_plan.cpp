#include "waf/match/internal/scan_plan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "waf/match/internal/literal_factors.hpp"
#include "waf/match/internal/regex_superset.hpp"

namespace yagura::waf::internal {

namespace {

using regex::Kind;
using regex::Node;

constexpr ByteSet kWords = ByteSet::range('a', 'z') | ByteSet::range('A', 'Z') |
                           ByteSet::range('0', '9') | ByteSet::of(" _-.,") |
                           ByteSet::range(0x80, 0xff);
constexpr ByteSet kAddresses = kWords | ByteSet::of("/:=?&+@%~!");
constexpr ByteSet kSentences = kAddresses | ByteSet::of(";()*'#");
constexpr std::array<ByteSet, kAlphabetCount> kAlphabets = {kWords, kAddresses, kSentences,
                                                            ByteSet::all()};

// A group more costs a call for each scan and a test for each form: worth it where the gate keeps
// forms out.
constexpr std::size_t kMostGroups = 8;
constexpr std::size_t kMostGroupsOfLaterParts = 4;

// A choice is looked at branch by branch where the whole has no words.
constexpr std::size_t kMostBranches = 12;
constexpr std::size_t kMostTests = 3;   // that stand for the branches without words
constexpr std::size_t kMostSplits = 2;  // choices within choices

Node phrase_node(std::string_view phrase, bool caseless) {
  std::vector<Node> bytes;
  bytes.reserve(phrase.size());
  for (const char c : phrase) {
    ByteSet byte;
    byte.add(static_cast<unsigned char>(c));
    bytes.push_back(regex::class_of(caseless ? regex::both_cases(byte) : byte));
  }
  return regex::concat(std::move(bytes));
}

Node node_of(const regex::Literal& literal) {
  std::vector<Node> bytes;
  bytes.reserve(literal.bytes.size());
  for (const ByteSet& byte : literal.bytes) bytes.push_back(regex::class_of(byte));
  return regex::concat(std::move(bytes));
}

// Plans the items of one part for one alphabet.
class PartPlanner {
 public:
  PartPlanner(const ByteSet& alphabet, std::uint8_t part) : alphabet_(alphabet), part_(part) {}

  void add_phrases(std::uint32_t item, const ScanPattern& pattern) {
    ByteSet single;
    std::vector<Node> longer;
    ByteSet gate;
    for (const std::string& phrase : pattern.phrases) {
      if (!bytes_in(phrase).is_subset_of(alphabet_)) continue;
      Node node = phrase_node(phrase, pattern.caseless);
      if (node.kind == Kind::kClass) {
        single |= node.bytes;
      } else {
        gate |= gate_of(node);
        longer.push_back(std::move(node));
      }
    }
    if (!single.empty()) direct_.push_back({.item = item, .one_of = {single}});
    for (Node& node : longer) add_expression(item, std::move(node), gate);
  }

  void add_regex(std::uint32_t item, const Node& tree) {
    Node core = regex::core_of(tree, alphabet_);
    if (regex::is_nothing(core)) return;
    std::vector<Needs> wordless;
    add_core(item, core, kMostSplits, wordless);
    add_wordless(item, std::move(wordless));
  }

  void add_always(std::uint32_t item) { direct_.push_back({.item = item, .one_of = {}}); }

  void finish(AlphabetPlan& plan) {
    merge_groups();
    for (GroupPlan& group : groups_) {
      group.part = part_;
      plan.groups.push_back(std::move(group));
    }
    std::ranges::move(direct_, std::back_inserter(plan.direct));
  }

 private:
  using Needs = std::vector<ByteSet>;  // a byte of each is needed; the rarest first

  ByteSet alphabet_;
  std::uint8_t part_;
  std::vector<DirectItem> direct_;
  std::vector<GroupPlan> groups_;

  // What a match of the core needs, in bytes of the alphabet, the rarest first. The line feed of an
  // anchor is in no form.
  [[nodiscard]] Needs needs_of(const Node& core) const {
    static constexpr ByteSet kJoin = ByteSet::of("\n");
    Needs needs;
    for (const ByteSet& set : regex::condition_of(core).one_of) {
      if (!set.intersects(kJoin)) needs.push_back(set & alphabet_);
    }
    return needs;
  }

  [[nodiscard]] ByteSet gate_of(const Node& core) const {
    const Needs needs = needs_of(core);
    return needs.empty() ? alphabet_ : needs.front();
  }

  // A branch without a word must not keep the other branches' words from being searched.
  void add_core(std::uint32_t item, const Node& core, std::size_t splits,
                std::vector<Needs>& wordless) {
    if (core.kind == Kind::kEmpty) {
      wordless.emplace_back();
    } else if (core.kind == Kind::kClass) {
      wordless.push_back({core.bytes});
    } else if (const auto literals = regex::literal_factors(core)) {
      const ByteSet gate = gate_of(core);
      for (const regex::Literal& literal : *literals) add_expression(item, node_of(literal), gate);
    } else if (const std::vector<Node> branches = branches_of(core);
               splits > 0 && !branches.empty()) {
      for (const Node& branch : branches) add_core(item, branch, splits - 1, wordless);
    } else {
      wordless.push_back(needs_of(core));
    }
  }

  // Each test costs something for every form: of many, one is made that says yes more often.
  void add_wordless(std::uint32_t item, std::vector<Needs> wordless) {
    std::vector<Needs> distinct;
    for (Needs& needs : wordless) {
      if (std::ranges::find(distinct, needs) == distinct.end())
        distinct.push_back(std::move(needs));
    }
    if (distinct.size() > kMostTests) {
      Needs united = distinct.front();
      for (const Needs& needs : distinct) {
        united.resize(std::min(united.size(), needs.size()));
        for (std::size_t i = 0; i < united.size(); ++i) united[i] |= needs[i];
      }
      distinct = {std::move(united)};
    }
    for (Needs& needs : distinct) {
      direct_.push_back({.item = item, .one_of = std::move(needs)});
    }
  }

  // The core with one of its choices taken, for each branch; none where there is no choice, or too
  // large a one.
  [[nodiscard]] static std::vector<Node> branches_of(const Node& core) {
    if (core.kind == Kind::kAlternate) {
      return core.children.size() <= kMostBranches ? core.children : std::vector<Node>{};
    }
    if (core.kind != Kind::kConcat) return {};
    const auto choice = std::ranges::find_if(core.children, [](const Node& child) {
      return child.kind == Kind::kAlternate && child.children.size() <= kMostBranches;
    });
    std::vector<Node> branches;
    if (choice == core.children.end()) return branches;
    for (const Node& branch : choice->children) {
      std::vector<Node> parts(core.children.begin(), choice);
      parts.push_back(branch);
      parts.insert(parts.end(), choice + 1, core.children.end());
      branches.push_back(regex::concat(std::move(parts)));
    }
    return branches;
  }

  void add_expression(std::uint32_t item, Node core, const ByteSet& gate) {
    auto group = std::ranges::find(groups_, gate, &GroupPlan::gate);
    if (group == groups_.end()) group = groups_.insert(groups_.end(), {.gate = gate});
    group->expressions.push_back({.item = item, .core = std::move(core)});
  }

  // How often forms of this alphabet come to a group, times what they meet there: a call, and a
  // pass that takes little longer for many words than for few.
  [[nodiscard]] static std::int64_t cost(const ByteSet& gate, std::size_t expressions) {
    static constexpr std::uint32_t kOften = 1000;  // of a thousand forms
    const auto work = static_cast<std::int64_t>(4 + std::bit_width(expressions));
    return std::int64_t{std::min(regex::frequency(gate), kOften)} * work;
  }

  void merge_groups() {
    const std::size_t most = part_ == 0 ? kMostGroups : kMostGroupsOfLaterParts;
    while (groups_.size() > 1) {
      std::size_t best_a = 0;
      std::size_t best_b = 0;
      auto best = std::numeric_limits<std::int64_t>::max();
      for (std::size_t a = 0; a < groups_.size(); ++a) {
        for (std::size_t b = a + 1; b < groups_.size(); ++b) {
          const std::int64_t change = change_by_merging(groups_[a], groups_[b]);
          if (change >= best) continue;
          best = change;
          best_a = a;
          best_b = b;
        }
      }
      if (best > 0 && groups_.size() <= most) return;
      GroupPlan& kept = groups_[best_a];
      GroupPlan& gone = groups_[best_b];
      kept.gate |= gone.gate;
      std::ranges::move(gone.expressions, std::back_inserter(kept.expressions));
      groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(best_b));
    }
  }

  [[nodiscard]] static std::int64_t change_by_merging(const GroupPlan& a, const GroupPlan& b) {
    const std::int64_t apart =
        cost(a.gate, a.expressions.size()) + cost(b.gate, b.expressions.size());
    const std::int64_t merged = cost(a.gate | b.gate, a.expressions.size() + b.expressions.size());
    return merged - apart;
  }
};

}  // namespace

std::span<const ByteSet, kAlphabetCount> alphabets() { return kAlphabets; }

ScanPlan plan_scan(std::span<const PrefilterItem> items) {
  ScanPlan plan{.alphabets = std::vector<AlphabetPlan>(kAlphabets.size())};
  std::vector<std::vector<PartPlanner>> planners(kPrefilterParts);  // part, alphabet
  for (std::size_t part = 0; part < kPrefilterParts; ++part) {
    for (const ByteSet& alphabet : kAlphabets) {
      planners[part].emplace_back(alphabet, static_cast<std::uint8_t>(part));
    }
  }
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const PrefilterItem& item = items[i];
    std::vector<PartPlanner>& of_part = planners[item.part % kPrefilterParts];
    if (!item.has_pattern) {
      for (PartPlanner& planner : of_part) planner.add_always(i);
      plan.match_empty.push_back(i);
    } else if (!item.pattern.phrases.empty()) {
      for (PartPlanner& planner : of_part) planner.add_phrases(i, item.pattern);
    } else {
      const Node tree = regex::parse(item.pattern.regex, item.pattern.caseless);
      for (PartPlanner& planner : of_part) planner.add_regex(i, tree);
      if (regex::min_length(tree) == 0) plan.match_empty.push_back(i);
    }
  }
  for (std::vector<PartPlanner>& of_part : planners) {
    for (std::size_t a = 0; a < of_part.size(); ++a) of_part[a].finish(plan.alphabets[a]);
  }
  return plan;
}

}  // namespace yagura::waf::internal
