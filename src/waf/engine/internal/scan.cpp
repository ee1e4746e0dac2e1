// The first stage of a phase: forms of every value, one scan, hits by item.

#include <array>
#include <bit>
#include <span>

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

// Walks the tree of chains for one value after the other. A transformation none of whose trigger
// bytes is there leaves its input as it is, so that most of the tree is the value itself; forms
// that come out alike are scanned once.
class FormMaker {
 public:
  FormMaker(State& state, const PhasePlan& plan, const Prefilter& prefilter)
      : state_(state), plan_(plan), nodes_(state.plan->chains) {
    state.scan.emplace(prefilter, state.scratch);
    form_of_node_.resize(nodes_.size());
  }

  void add(const ValueRef& ref, std::string_view text, ClassMask classes) {
    classes &= plan_.classes;
    if (classes == 0) return;
    const ChainMask chains = chains_for(classes);
    forms_.clear();
    forms_.push_back({.bytes = text, .present = bytes_in(text)});
    walk(chains);
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

  void walk(ChainMask chains) {
    form_of_node_[0] = 0;
    std::uint32_t at = 0;
    while (at < nodes_.size()) {
      const ChainNode& node = nodes_[at];
      if ((node.below & chains) == 0) {
        at = node.end;
        continue;
      }
      const std::uint32_t from = form_of_node_[node.parent];
      if (changes_nothing(node, forms_[from])) {
        forms_[from].chains |= node.below & chains;
        at = node.end;
        continue;
      }
      const std::uint32_t form = at == 0 ? 0 : transform(node, from);
      form_of_node_[at++] = form;
      forms_[form].chains |= node.ends & chains;
    }
  }

  ChainMask chains_for(ClassMask classes) {
    if (classes == last_classes_) return last_chains_;  // values of one kind come one after another
    ChainMask chains = 0;
    for (ClassMask rest = classes; rest != 0; rest &= rest - 1) {
      chains |= plan_.chains_of_class[static_cast<std::size_t>(std::countr_zero(rest))];
    }
    last_classes_ = classes;
    last_chains_ = chains;
    return chains;
  }

  // The node and all under it leave the form as it is. The empty text has no byte, and some
  // transformations make something of it all the same.
  static bool changes_nothing(const ChainNode& node, const Candidate& form) {
    if (form.bytes.empty()) return !node.changes_empty;
    return !node.all_triggers.intersects(form.present);
  }

  // The number of the form that the node makes of form `from`.
  std::uint32_t transform(const ChainNode& node, std::uint32_t from) {
    const std::string_view in = forms_[from].bytes;
    if (!in.empty() && !node.triggers.intersects(forms_[from].present)) return from;
    const std::string_view out =
        apply(node.transform, in, state_.buffers.first, state_.rules->unicode_map.get());
    for (std::uint32_t i = 0; i < forms_.size(); ++i) {
      if (forms_[i].bytes == out) return i;
    }
    const std::string_view kept = state_.keep(out);
    forms_.push_back({.bytes = kept, .present = bytes_in(kept)});
    return static_cast<std::uint32_t>(forms_.size() - 1);
  }

  State& state_;
  const PhasePlan& plan_;
  const std::vector<ChainNode>& nodes_;
  std::vector<Candidate> forms_;  // of the value at hand
  std::vector<std::uint32_t> form_of_node_;
  ClassMask last_classes_ = 0;
  ChainMask last_chains_ = 0;
};

// Where values live, and under which variables' bits their values and their names go.
struct Home {
  Variable home;
  std::array<Variable, 2> values, names;
  std::uint8_t value_count, name_count;
};

constexpr Home home_of(Variable home, Variable names) {
  return {.home = home,
          .values = {home, home},
          .names = {names, names},
          .value_count = 1,
          .name_count = 1};
}

constexpr std::array kHomes = {
    home_of(Variable::kArgsGet, Variable::kArgsGetNames),
    home_of(Variable::kArgsPost, Variable::kArgsPostNames),
    Home{.home = Variable::kArgsPostNames,
         .values = {},
         .names = {Variable::kArgsPostNames},
         .value_count = 0,
         .name_count = 1},
    home_of(Variable::kRequestHeaders, Variable::kRequestHeadersNames),
    home_of(Variable::kRequestCookies, Variable::kRequestCookiesNames),
    home_of(Variable::kResponseHeaders, Variable::kResponseHeadersNames),
    Home{.home = Variable::kFiles,
         .values = {Variable::kFiles, Variable::kMultipartFileName},
         .names = {Variable::kFilesNames},
         .value_count = 2,
         .name_count = 1},
    Home{.home = Variable::kMultipartName,
         .values = {Variable::kMultipartName},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kFilesTmpContent,
         .values = {Variable::kFilesTmpContent},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kFilesTmpNames,
         .values = {Variable::kFilesTmpNames},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kFilesSizes,
         .values = {Variable::kFilesSizes},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kMultipartPartHeaders,
         .values = {Variable::kMultipartPartHeaders},
         .names = {},
         .value_count = 1,
         .name_count = 0},
};

ClassMask bits_of(const RuleSet& rules, std::span<const Variable> variables,
                  std::string_view name) {
  ClassMask bits = 0;
  for (const Variable variable : variables) bits |= rules.classes_of(variable, name);
  return bits;
}

void add_home(State& state, FormMaker& maker, const Home& home) {
  const RuleSet& rules = *state.rules;
  const std::vector<Value>& values = state.values.of(home.home);
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const Value& value = values[i];
    if (home.value_count > 0) {
      maker.add({.home = home.home, .is_name = false, .index = i}, value.text,
                bits_of(rules, std::span(home.values).first(home.value_count), value.name));
    }
    if (home.name_count == 0) continue;
    maker.add({.home = home.home, .is_name = true, .index = i}, value.name,
              bits_of(rules, std::span(home.names).first(home.name_count), value.name));
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
