#include "crs_corpus.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace yagura::conformance {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kLeastTests = 5000;  // fewer: the corpus was not read as a whole
}

fs::path crs4_folder() {
  const char* named = std::getenv("YAGURA_CORPORA");
  const fs::path corpora = named != nullptr && *named != '\0'
                               ? fs::path(named)
                               : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora";
  return fs::is_directory(corpora / "crs") ? fs::absolute(corpora / "crs") : fs::path();
}

void print(const Diagnostics& diagnostics) {
  for (const Diagnostic& item : diagnostics.list()) fmt::print("{}\n", to_string(item));
}

std::vector<wafcheck::FtwTest> crs4_tests() {
  Diagnostics diagnostics;
  auto tests = wafcheck::read_tests(crs4_folder() / "regression", diagnostics);
  print(diagnostics);
  if (!diagnostics.has_errors() && tests.size() >= kLeastTests) return tests;
  fmt::print("the tests cannot be read as a whole\n");
  return {};
}

}  // namespace yagura::conformance
