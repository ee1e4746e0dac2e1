// Forms for the first stage over patterns of our own: each pair of pattern and form that matches is
// among the hits, each hit stands there once, in order, and names an item and a form that exist.
// The byte 0x1e ends a form.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "waf/match/pattern.hpp"
#include "waf/match/prefilter.hpp"
#include "waf/match/testing/own_patterns.hpp"

namespace {

using namespace yagura;
using namespace yagura::waf;

constexpr std::size_t kMaxInput = 20'000;

struct FirstStage {
  std::vector<Pattern> patterns;
  std::optional<Prefilter> prefilter;
  PrefilterScratch scratch;

  FirstStage() {
    std::vector<PrefilterItem> items;
    for (const std::string_view text : testing::kOwnPatterns) {
      auto pattern = Pattern::compile(text);
      YAGURA_CHECK(pattern.has_value(), "our own patterns compile");
      items.push_back({.pattern = {.regex = std::string(text)},
                       .has_pattern = true,
                       .condition = pattern->condition(),
                       .classes = 1,
                       .part = static_cast<std::uint8_t>(items.size() % kPrefilterParts)});
      patterns.push_back(std::move(*pattern));
    }
    auto built = Prefilter::build(items, {});
    YAGURA_CHECK(built.has_value(), "a first stage is built");
    prefilter.emplace(std::move(*built));
  }
};

std::vector<std::string_view> forms_of(std::string_view input) {
  std::vector<std::string_view> forms;
  while (true) {
    const std::size_t end = input.find('\x1e');
    forms.push_back(input.substr(0, end));
    if (end == std::string_view::npos) return forms;
    input.remove_prefix(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static FirstStage stage;
  if (size > kMaxInput) return 0;
  const auto forms = forms_of({reinterpret_cast<const char*>(data), size});
  PrefilterScan scan(*stage.prefilter, stage.scratch);
  for (std::uint32_t i = 0; i < forms.size(); ++i) {
    YAGURA_CHECK(scan.add(forms[i], bytes_in(forms[i]), 1, 1) == i, "forms are counted");
  }
  std::vector<PrefilterHit> hits;
  YAGURA_CHECK(scan.run(hits), "the scan is done");
  std::size_t next = 0;
  for (std::uint32_t item = 0; item < stage.patterns.size(); ++item) {
    for (std::uint32_t form = 0; form < forms.size(); ++form) {
      const bool hit = next < hits.size() && hits[next].item == item && hits[next].form == form;
      if (hit) ++next;
      if (hit) continue;
      YAGURA_CHECK(stage.patterns[item].match(forms[form], nullptr) != OperatorResult::kMatch,
                   "no match is missed");
    }
  }
  YAGURA_CHECK(next == hits.size(), "hits are in order, each once");
  return 0;
}
