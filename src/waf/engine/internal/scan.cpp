// The first stage of a phase: forms of every value, one scan, hits by item.

#include <array>
#include <bit>
#include <span>

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

class FormMaker {
 public:
  FormMaker(State& state, const PhasePlan& plan, const Prefilter& prefilter)
      : state_(state), plan_(plan), scan_(prefilter, state.scratch) {}

  void add(const ValueRef& ref, std::string_view text, ClassMask classes) {
    classes &= plan_.classes;
    if (classes == 0) return;
    const ChainMask chains = chains_for(classes);
    if (chains == 0) return;
    const ByteSet present = bytes_in(text);
    ChainMask identity = 0, changing = 0;
    for (ChainMask rest = chains; rest != 0; rest &= rest - 1) {
      const ChainMask bit = rest & -rest;
      const TransformChain& chain = state_.rules->transform_chains[std::countr_zero(rest)];
      (chain.triggers().intersects(present) ? changing : identity) |= bit;
    }
    const std::size_t first = forms_of_value_.size();
    for (; changing != 0; changing &= changing - 1)
      transform(text, changing & -changing, identity, first);
    if (identity != 0) give(ref, text, present, classes, identity);
    for (const Candidate& form : forms_of_value_)
      give(ref, form.bytes, bytes_in(form.bytes), classes, form.chains);
    forms_of_value_.clear();
  }

  [[nodiscard]] bool run() { return scan_.run(state_.hits); }

 private:
  struct Candidate {
    std::string_view bytes;
    ChainMask chains = 0;
  };

  ChainMask chains_for(ClassMask classes) {
    // Values of one kind come one after the other.
    if (classes == last_classes_) return last_chains_;
    ChainMask chains = 0;
    for (ClassMask rest = classes; rest != 0; rest &= rest - 1)
      chains |= plan_.chains_of_class[std::countr_zero(rest)];
    last_classes_ = classes;
    last_chains_ = chains;
    return chains;
  }

  // Forms that come out alike are scanned once.
  void transform(std::string_view text, ChainMask bit, ChainMask& identity, std::size_t first) {
    const TransformChain& chain = state_.rules->transform_chains[std::countr_zero(bit)];
    const std::string_view out = chain.apply(text, state_.buffers);
    if (out == text) {
      identity |= bit;
      return;
    }
    for (std::size_t i = first; i < forms_of_value_.size(); ++i) {
      if (forms_of_value_[i].bytes == out) {
        forms_of_value_[i].chains |= bit;
        return;
      }
    }
    forms_of_value_.push_back({.bytes = state_.keep(out), .chains = bit});
  }

  void give(const ValueRef& ref, std::string_view bytes, const ByteSet& present, ClassMask classes,
            ChainMask chains) {
    scan_.add(bytes, present, classes, chains);
    state_.forms.push_back({.value = ref, .bytes = bytes});
  }

  State& state_;
  const PhasePlan& plan_;
  PrefilterScan scan_;
  std::vector<Candidate> forms_of_value_;
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
         .names = {Variable::kFilesNames, Variable::kMultipartName},
         .value_count = 2,
         .name_count = 2},
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

void sort_out(State& state) {
  for (std::uint32_t i = 0; i < state.hits.size();) {
    std::uint32_t end = i + 1;
    while (end < state.hits.size() && state.hits[end].item == state.hits[i].item) ++end;
    state.item_hits[state.hits[i].item] = {.begin = i, .end = end};
    state.touched_items.push_back(state.hits[i].item);
    i = end;
  }
}

}  // namespace

void run_first_stage(State& state, std::size_t phase) {
  for (const std::uint32_t item : state.touched_items) state.item_hits[item] = {};
  state.touched_items.clear();
  state.hits.clear();
  state.forms.clear();
  state.first_stage_failed = false;
  state.first_stage_phase = 0;
  const std::optional<Prefilter>& prefilter = state.rules->phases[phase - 1].prefilter;
  if (!prefilter) return;
  const PhasePlan& plan = state.plan->phases[phase - 1];
  if (state.item_hits.size() < plan.items) state.item_hits.resize(plan.items);
  FormMaker maker(state, plan, *prefilter);
  for (const Home& home : kHomes) add_home(state, maker, home);
  add_xml(state, maker);
  for (std::size_t v = static_cast<std::size_t>(kLastCollection) + 1; v < kVariableCount; ++v) {
    const auto variable = static_cast<Variable>(v);
    const ClassMask bits = state.rules->classes_of(variable, {});
    if ((bits & plan.classes) != 0)
      maker.add({.home = variable}, single_value(state, variable), bits);
  }
  if (!maker.run()) {
    state.first_stage_failed = true;
    state.count(&EngineCounters::prefilter_fallbacks);
    return;
  }
  sort_out(state);
  state.first_stage_phase = phase;
}

}  // namespace yagura::waf::internal
