#include "waf/match/internal/library_check.hpp"

#include <hs.h>

#include <array>
#include <string_view>

namespace yagura::waf::internal {

namespace {

struct Probe {
  const char* expression;
  std::string_view match;
};

// One for each way in which the engines leap over bytes that decide nothing.
constexpr std::array<Probe, 6> kProbes = {{
    {"\\{[0-9]*,", "{,"},
    {"(?i)\\{[0-9A-Z_a-z]*,[,\\-0-9A-Z_a-z]*\\}", "{,4}"},
    {"[<>][^a-z]*[=!]", "<="},
    {"\\x0a[^;]+;", "\nq;"},
    {"(?i)union[^a-z]+select", "UNION SELECT"},
    {"[(a][(b][(c]", "(bc"},
}};

int on_match(unsigned, unsigned long long, unsigned long long, unsigned, void* found) {
  *static_cast<bool*>(found) = true;
  return 1;
}

std::string check(const Probe& probe) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile(probe.expression, 0, HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return std::string("it does not compile ") + probe.expression;
  }
  hs_scratch_t* scratch = nullptr;
  std::string problem;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) problem = "no memory";
  // Every distance from the edges of two vectors of 64 bytes, with and without room behind.
  for (std::size_t before = 0; before < 132 && problem.empty(); ++before) {
    for (const std::size_t behind : {0, 5, 70}) {
      const std::string text =
          std::string(before, 'x') + std::string(probe.match) + std::string(behind, 'y');
      bool found = false;
      hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch, on_match,
              &found);
      if (found) continue;
      problem = std::string("it misses a match of ") + probe.expression + " behind " +
                std::to_string(before) + " bytes";
      break;
    }
  }
  hs_free_scratch(scratch);
  hs_free_database(database);
  return problem;
}

std::string check_all() {
  if (hs_valid_platform() != HS_SUCCESS) return "libhs does not run on this processor";
  for (const Probe& probe : kProbes) {
    const std::string problem = check(probe);
    if (!problem.empty())
      return std::string("libhs ") + hs_version() + " is not usable: " + problem;
  }
  return {};
}

}  // namespace

const std::string& library_problem() {
  static const std::string problem = check_all();
  return problem;
}

}  // namespace yagura::waf::internal
