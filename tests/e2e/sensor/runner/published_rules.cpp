#include "runner/published_rules.hpp"

#include <cstdlib>

namespace yagura::sensor::e2e {

namespace fs = std::filesystem;

std::vector<fs::path> published_rules() {
  const char* given = std::getenv("YAGURA_CORPORA");
  const fs::path corpora =
      given != nullptr ? fs::path(given) : fs::path(YAGURA_SOURCE_DIR) / "../shared/corpora";
  const fs::path rules = corpora / "falco-rules";
  if (!fs::exists(rules / "falco_rules.yaml")) return {};
  return {rules / "falco_rules.yaml", rules / "falco-incubating_rules.yaml",
          rules / "falco-sandbox_rules.yaml",
          fs::path(YAGURA_SOURCE_DIR) / "tests/e2e/sensor/scenario/overrides.yaml"};
}

}  // namespace yagura::sensor::e2e
