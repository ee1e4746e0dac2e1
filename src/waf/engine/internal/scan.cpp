// The first stage of a phase: forms of every value, one scan, hits by item.

#include "waf/engine/internal/homes.hpp"
#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

// Walks the tree of chains of the value's classes, one value after the other. A transformation none
// of whose trigger bytes is there leaves its input as it is, so that most of the tree is the value
// itself; forms that come out alike are scanned once.
class FormMaker {
 public:
  FormMaker(State& state, const PhasePlan& plan, const Prefilter& prefilter)
      : state_(state), plan_(plan) {
    state.scan.emplace(prefilter, state.scratch);
    const std::size_t nodes = state.plan->trees.front().size();
    form_of_node_.resize(nodes);
    forms_.reserve(nodes + 1);  // so that they stay where they are
  }

  void add(const ValueRef& ref, std::string_view text, ClassMask classes) {
    classes &= plan_.classes;
    if (classes == 0) return;
    forms_.clear();
    made_.clear();
    forms_.push_back({.bytes = text, .present = state_.bytes_seen.of(text)});
    walk(tree_for(classes));
    for (const Candidate& form : forms_) {
      if (form.chains == 0) continue;
      state_.scan->add(form.bytes, form.present, classes, form.chains);
      state_.forms.push_back({.value = ref, .bytes = form.bytes});
    }
  }

 private:
  struct Candidate {
    std::string_view bytes;
    ByteSet present;
    ChainMask chains = 0;
  };
  struct Made {
    const Candidate* from = nullptr;
    Candidate* to = nullptr;
    Transform by = Transform::kLowercase;
  };

  void walk(const ChainTree& nodes) {
    form_of_node_[0] = forms_.data();
    std::uint32_t at = 0;
    while (at < nodes.size()) {
      const ChainNode& node = nodes[at];
      Candidate* const from = form_of_node_[node.parent];
      if (changes_nothing(node, *from)) {
        from->chains |= node.below;
        at = node.end;
        continue;
      }
      Candidate* const form = at == 0 ? from : transform(node, from);
      form_of_node_[at++] = form;
      form->chains |= node.ends;
    }
  }

  const ChainTree& tree_for(ClassMask classes) {
    if (classes == last_classes_) return *last_tree_;  // values of one kind come one after another
    const auto known = plan_.tree_of_classes.find(classes);
    last_classes_ = classes;
    last_tree_ = &state_.plan->trees[known == plan_.tree_of_classes.end() ? 0 : known->second];
    return *last_tree_;
  }

  // The node and all under it leave the form as it is. The empty text has no byte, and some
  // transformations make something of it all the same.
  static bool changes_nothing(const ChainNode& node, const Candidate& form) {
    if (form.bytes.empty()) return !node.changes_empty;
    return !node.all_triggers.intersects(form.present);
  }

  // The form that the node makes of `from`: one that there is already, or a new one.
  Candidate* transform(const ChainNode& node, Candidate* from) {
    const std::string_view in = from->bytes;
    if (!in.empty() && !node.triggers.intersects(from->present)) return from;
    // Branches of the tree come to the same form where what they differ in changed nothing.
    for (const Made& made : made_) {
      if (made.from == from && made.by == node.transform) return made.to;
    }
    Candidate* const to = found_or_added(
        apply(node.transform, in, state_.buffers.first, state_.rules->unicode_map.get()), node,
        *from);
    made_.push_back({.from = from, .to = to, .by = node.transform});
    return to;
  }

  Candidate* found_or_added(std::string_view out, const ChainNode& node, const Candidate& from) {
    for (Candidate& form : forms_) {
      if (form.bytes == out) return &form;
    }
    forms_.push_back(
        {.bytes = state_.keep(out), .present = bytes_after(node.transform, from.present, out)});
    return &forms_.back();
  }

  State& state_;
  const PhasePlan& plan_;
  std::vector<Candidate> forms_;  // of the value at hand
  std::vector<Made> made_;        // what was made of them
  std::vector<Candidate*> form_of_node_;
  ClassMask last_classes_ = 0;
  const ChainTree* last_tree_ = nullptr;
};

void add_home(State& state, FormMaker& maker, const Home& home) {
  const RuleSet& rules = *state.rules;
  const std::vector<Value>& values = state.values.of(home.home);
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const Value& value = values[i];
    if (home.value_count > 0) {
      maker.add({.home = home.home, .is_name = false, .index = i}, value.text,
                home.value_bits(rules, value.name));
    }
    if (home.name_count == 0) continue;
    maker.add({.home = home.home, .is_name = true, .index = i}, value.name,
              home.name_bits(rules, value.name));
  }
}

void add_xml(State& state, FormMaker& maker) {
  const auto add_all = [&](const std::vector<std::string_view>& texts, bool attributes,
                           std::string_view path) {
    const ClassMask bits = state.rules->classes_of(Variable::kXml, path);
    for (std::uint32_t i = 0; i < texts.size(); ++i) {
      maker.add({.home = Variable::kXml, .is_name = attributes, .index = i}, texts[i], bits);
    }
  };
  add_all(state.parsed.xml_text, false, "/*");
  add_all(state.parsed.xml_attributes, true, "//@*");
}

// From `begin` on: those of the part that ran last.
void sort_out(State& state, std::uint32_t begin) {
  const auto count = static_cast<std::uint32_t>(state.hits.size());
  while (begin < count) {
    const std::uint32_t item = state.hits[begin].item;
    std::uint32_t end = begin + 1;
    while (end < count && state.hits[end].item == item) ++end;
    state.item_hits[item] = {.begin = begin, .end = end};
    state.touched_items.push_back(item);
    begin = end;
  }
}

}  // namespace

void start_first_stage(State& state, std::size_t phase) {
  for (const std::uint32_t item : state.touched_items) state.item_hits[item] = {};
  state.touched_items.clear();
  state.hits.clear();
  state.forms.clear();
  state.scanned = 0;
  state.first_stage_phase = 0;
  const std::optional<Prefilter>& prefilter = state.rules->phases[phase - 1].prefilter;
  if (!prefilter) return;
  const PhasePlan& plan = state.plan->phases[phase - 1];
  const std::size_t items = plan.step_of_item.size();
  if (state.item_hits.size() < items) state.item_hits.resize(items);
  FormMaker maker(state, plan, *prefilter);
  for (const Home& home : kHomes) add_home(state, maker, home);
  add_xml(state, maker);
  for (std::size_t v = static_cast<std::size_t>(kLastCollection) + 1; v < kVariableCount; ++v) {
    const auto variable = static_cast<Variable>(v);
    const ClassMask bits = state.rules->classes_of(variable, {});
    if ((bits & plan.classes) != 0)
      maker.add({.home = variable}, single_value(state, variable), bits);
  }
  state.first_stage_phase = phase;
}

bool scan_part(State& state, std::uint8_t part) {
  const auto begin = static_cast<std::uint32_t>(state.hits.size());
  const auto mask = static_cast<PartMask>(1U << part);
  if (!state.scan->run(state.hits, mask)) {
    state.count(&EngineCounters::prefilter_fallbacks);
    state.first_stage_phase = 0;
    return false;
  }
  state.scanned |= mask;
  sort_out(state, begin);
  return true;
}

}  // namespace yagura::waf::internal
