// Any text is read as runtime policies: without a crash, with a diagnostic for whatever is left
// out, and what is read compiles to tables that judge the paths they were made of.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "sensor/enforce/compile/judge.hpp"
#include "sensor/enforce/policy/policy_reader.hpp"

using namespace yagura;
using namespace yagura::sensor::enforce;

namespace {

constexpr std::uint64_t kSeed = 0x5eed;

void check_denied_paths(const Policy& policy, const Group& group) {
  for (const PolicyRule& rule : policy.rules) {
    if (rule.effect != Effect::kDeny) continue;
    for (const PathPattern& path : rule.paths) {
      if (path.kind == PathPattern::Kind::kNamePrefix) continue;
      for (std::uint32_t number = 0; number < YGR_OPERATIONS; ++number) {
        const auto operation = static_cast<ygr_operation>(number);
        if (!rule.speaks_of(operation)) continue;
        const auto judgement = judge_path(group, kSeed, operation, path.path);
        YAGURA_CHECK(judgement.has_value() && judgement->mode >= policy.mode, "deny wins");
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const kube::Source>(
      "fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size),
      kube::SourceFormat::kYaml);
  const auto policies =
      read_policies(source, diagnostics, {.max_policies = 8, .max_rules = 64, .max_values = 256});
  std::vector<const Policy*> pointers;
  for (const Policy& policy : policies) pointers.push_back(&policy);
  const Group group = compile_group(pointers, kSeed);
  for (const Policy& policy : policies) check_denied_paths(policy, group);
  return 0;
}
