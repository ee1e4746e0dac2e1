#include "vuln/match/cvss4.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "vuln/match/cvss_metrics.hpp"

// CVSS 4.0 sorts vectors into 270 sets of about equal severity ("MacroVectors"), whose scores
// experts gave; a vector's own score lies between its set's and the next lower ones', as far down
// as its metrics are from the worst vector of the set (specification, section 8.2). Distances are
// counted in whole steps here.

namespace yagura::vuln::cvss {

namespace {

enum Index : std::uint8_t {
  kAv,
  kAc,
  kAt,
  kPr,
  kUi,
  kVc,
  kVi,
  kVa,
  kSc,
  kSi,
  kSa,
  kE,
  kCr,
  kIr,
  kAr,
  kMav,
  kMac,
  kMat,
  kMpr,
  kMui,
  kMvc,
  kMvi,
  kMva,
  kMsc,
  kMsi,
  kMsa,
  kSafety,
  kAu,
  kR,
  kV,
  kRe,
  kU,
};

constexpr Metric kMetrics[] = {
    {"AV", "N A L P"},
    {"AC", "L H"},
    {"AT", "N P"},
    {"PR", "N L H"},
    {"UI", "N P A"},
    {"VC", "H L N"},
    {"VI", "H L N"},
    {"VA", "H L N"},
    {"SC", "H L N"},
    {"SI", "H L N"},
    {"SA", "H L N"},
    {"E", "X A P U", false},
    {"CR", "X H M L", false},
    {"IR", "X H M L", false},
    {"AR", "X H M L", false},
    {"MAV", "X N A L P", false},
    {"MAC", "X L H", false},
    {"MAT", "X N P", false},
    {"MPR", "X N L H", false},
    {"MUI", "X N P A", false},
    {"MVC", "X H L N", false},
    {"MVI", "X H L N", false},
    {"MVA", "X H L N", false},
    {"MSC", "X H L N", false},
    {"MSI", "X S H L N", false},
    {"MSA", "X S H L N", false},
    {"S", "X N P", false},
    {"AU", "X N Y", false},
    {"R", "X A U I", false},
    {"V", "X D C", false},
    {"RE", "X L M H", false},
    {"U", "X Clear Green Amber Red", false},
};

// Scores of the MacroVectors in tenths, by EQ1, EQ2, EQ3, EQ4, EQ5, EQ6; 0: there is none (EQ3 2
// with EQ6 0).
constexpr std::uint8_t kScores[] = {
    // EQ1 0, EQ2 0
    100,
    99,
    98,
    95,
    95,
    92,
    100,
    96,
    93,
    87,
    91,
    81,
    93,
    90,
    89,
    80,
    81,
    68,
    98,
    95,
    95,
    92,
    90,
    84,
    93,
    92,
    89,
    81,
    81,
    65,
    88,
    80,
    78,
    70,
    69,
    48,
    0,
    92,
    0,
    82,
    0,
    72,
    0,
    79,
    0,
    69,
    0,
    50,
    0,
    69,
    0,
    55,
    0,
    27,
    // EQ1 0, EQ2 1
    99,
    97,
    95,
    92,
    92,
    85,
    95,
    91,
    90,
    83,
    84,
    71,
    92,
    81,
    82,
    71,
    72,
    53,
    95,
    93,
    92,
    85,
    85,
    73,
    92,
    82,
    80,
    72,
    70,
    59,
    84,
    70,
    71,
    52,
    50,
    30,
    0,
    86,
    0,
    75,
    0,
    52,
    0,
    71,
    0,
    52,
    0,
    29,
    0,
    63,
    0,
    29,
    0,
    17,
    // EQ1 1, EQ2 0
    98,
    95,
    94,
    87,
    91,
    81,
    94,
    89,
    86,
    74,
    77,
    64,
    87,
    75,
    74,
    63,
    63,
    49,
    94,
    89,
    88,
    77,
    76,
    67,
    86,
    76,
    74,
    58,
    59,
    50,
    72,
    57,
    57,
    52,
    52,
    25,
    0,
    83,
    0,
    70,
    0,
    54,
    0,
    65,
    0,
    58,
    0,
    26,
    0,
    53,
    0,
    21,
    0,
    13,
    // EQ1 1, EQ2 1
    95,
    90,
    88,
    76,
    76,
    70,
    90,
    77,
    75,
    62,
    61,
    53,
    77,
    66,
    68,
    59,
    52,
    30,
    89,
    78,
    76,
    67,
    62,
    58,
    74,
    59,
    57,
    57,
    47,
    23,
    61,
    52,
    57,
    29,
    24,
    16,
    0,
    71,
    0,
    59,
    0,
    30,
    0,
    58,
    0,
    26,
    0,
    15,
    0,
    23,
    0,
    13,
    0,
    6,
    // EQ1 2, EQ2 0
    93,
    87,
    86,
    72,
    75,
    58,
    86,
    74,
    74,
    61,
    56,
    34,
    70,
    54,
    52,
    40,
    40,
    22,
    85,
    75,
    74,
    55,
    62,
    51,
    72,
    57,
    55,
    41,
    46,
    19,
    53,
    36,
    34,
    19,
    19,
    8,
    0,
    64,
    0,
    51,
    0,
    20,
    0,
    47,
    0,
    21,
    0,
    11,
    0,
    24,
    0,
    9,
    0,
    4,
    // EQ1 2, EQ2 1
    88,
    75,
    73,
    53,
    60,
    50,
    73,
    55,
    59,
    40,
    41,
    20,
    54,
    43,
    45,
    22,
    20,
    11,
    75,
    55,
    58,
    45,
    40,
    21,
    61,
    51,
    48,
    18,
    20,
    9,
    46,
    18,
    17,
    7,
    8,
    2,
    0,
    53,
    0,
    24,
    0,
    14,
    0,
    24,
    0,
    12,
    0,
    5,
    0,
    10,
    0,
    3,
    0,
    1,
};
static_assert(std::size(kScores) == 3 * 2 * 3 * 3 * 3 * 2);

using Classes = std::array<int, 6>;  // EQ1 to EQ6

// Tenths; nothing: no such MacroVector.
std::optional<int> macro_score(const Classes& eq) {
  constexpr Classes kSizes = {3, 2, 3, 3, 3, 2};
  std::size_t at = 0;
  for (std::size_t i = 0; i < eq.size(); ++i) {
    if (eq[i] >= kSizes[i]) return std::nullopt;
    at = at * static_cast<std::size_t>(kSizes[i]) + static_cast<std::size_t>(eq[i]);
  }
  if (kScores[at] == 0) return std::nullopt;
  return kScores[at];
}

// The metrics that count, each as its step below the worst value.
struct Steps {
  int av, pr, ui, ac, at;
  int vc, vi, va;
  int sc, si, sa;  // of "SHLN": S is 0, and for SC never
  int e;
  int cr, ir, ar;
};

int step(std::string_view letters, std::string_view value) {
  return static_cast<int>(letters.find(value));
}

class Chosen {
 public:
  explicit Chosen(const Values& values) : values_(values) {}
  // The modified metric counts where there is one.
  [[nodiscard]] int base(std::string_view letters, Index metric, Index modified) const {
    const std::string_view own = values_[modified];
    return step(letters, own.empty() || own == "X" ? values_[metric] : own);
  }
  // Not told is the worst.
  [[nodiscard]] int worst(std::string_view letters, Index metric) const {
    const std::string_view value = values_[metric];
    return value.empty() || value == "X" ? 0 : step(letters, value);
  }

 private:
  const Values& values_;
};

Steps steps_of(const Values& values) {
  const Chosen chosen(values);
  return {.av = chosen.base("NALP", kAv, kMav),
          .pr = chosen.base("NLH", kPr, kMpr),
          .ui = chosen.base("NPA", kUi, kMui),
          .ac = chosen.base("LH", kAc, kMac),
          .at = chosen.base("NP", kAt, kMat),
          .vc = chosen.base("HLN", kVc, kMvc),
          .vi = chosen.base("HLN", kVi, kMvi),
          .va = chosen.base("HLN", kVa, kMva),
          .sc = chosen.base("SHLN", kSc, kMsc),
          .si = chosen.base("SHLN", kSi, kMsi),
          .sa = chosen.base("SHLN", kSa, kMsa),
          .e = chosen.worst("APU", kE),
          .cr = chosen.worst("HML", kCr),
          .ir = chosen.worst("HML", kIr),
          .ar = chosen.worst("HML", kAr)};
}

// Tables 24 to 29 of the specification.
Classes classes_of(const Steps& s) {
  const bool all_network = s.av == 0 && s.pr == 0 && s.ui == 0;
  const bool some_network = s.av == 0 || s.pr == 0 || s.ui == 0;
  const bool some_high = s.vc == 0 || s.vi == 0 || s.va == 0;
  const bool safety = s.si == 0 || s.sa == 0;
  const bool subsequent_high = s.sc == 1 || s.si == 1 || s.sa == 1;
  const bool required_high =
      (s.cr == 0 && s.vc == 0) || (s.ir == 0 && s.vi == 0) || (s.ar == 0 && s.va == 0);
  return {all_network ? 0 : (some_network && s.av != 3 ? 1 : 2),
          s.ac == 0 && s.at == 0 ? 0 : 1,
          s.vc == 0 && s.vi == 0 ? 0 : (some_high ? 1 : 2),
          safety ? 0 : (subsequent_high ? 1 : 2),
          s.e,
          required_high ? 0 : 1};
}

// The worst vectors of each class, as steps of its metrics.
using Three = std::array<int, 3>;
using Six = std::array<int, 6>;  // VC VI VA CR IR AR

std::span<const Three> worst_eq1(int eq) {
  static constexpr Three k0[] = {{0, 0, 0}};  // AV PR UI
  static constexpr Three k1[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  static constexpr Three k2[] = {{3, 0, 0}, {1, 1, 1}};
  return eq == 0 ? std::span<const Three>(k0) : eq == 1 ? std::span<const Three>(k1) : k2;
}

std::span<const Three> worst_eq2(int eq) {
  static constexpr Three k0[] = {{0, 0, 0}};  // AC AT
  static constexpr Three k1[] = {{1, 0, 0}, {0, 1, 0}};
  return eq == 0 ? std::span<const Three>(k0) : k1;
}

std::span<const Six> worst_eq36(int eq3, int eq6) {
  static constexpr Six k00[] = {{0, 0, 0, 0, 0, 0}};
  static constexpr Six k01[] = {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}};
  static constexpr Six k10[] = {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}};
  static constexpr Six k11[] = {{1, 0, 1, 0, 1, 0},
                                {1, 0, 0, 0, 1, 1},
                                {0, 1, 0, 1, 0, 1},
                                {0, 1, 1, 1, 0, 0},
                                {1, 1, 0, 0, 0, 1}};
  static constexpr Six k21[] = {{1, 1, 1, 0, 0, 0}};
  if (eq3 == 0) return eq6 == 0 ? std::span<const Six>(k00) : k01;
  if (eq3 == 1) return eq6 == 0 ? std::span<const Six>(k10) : k11;
  return k21;
}

std::span<const Three> worst_eq4(int eq) {
  static constexpr Three k0[] = {{1, 0, 0}};  // SC SI SA
  static constexpr Three k1[] = {{1, 1, 1}};
  static constexpr Three k2[] = {{2, 2, 2}};
  return eq == 0 ? std::span<const Three>(k0) : eq == 1 ? std::span<const Three>(k1) : k2;
}

// Steps from the first of the worst vectors that is nowhere below the given one.
template <std::size_t N>
int distance(const std::array<int, N>& steps, std::span<const std::array<int, N>> worst) {
  for (const auto& candidate : worst) {
    int sum = 0;
    bool fits = true;
    for (std::size_t i = 0; i < N; ++i) {
      fits = fits && steps[i] >= candidate[i];
      sum += steps[i] - candidate[i];
    }
    if (fits) return sum;
  }
  return 0;
}

// Steps from the worst to the least bad vector of a class, and one more (table 30).
int depth_eq36(int eq3, int eq6) {
  if (eq3 == 0) return eq6 == 0 ? 7 : 6;
  return eq3 == 1 ? 8 : 10;
}

std::optional<int> lower(Classes eq, std::size_t which) {
  ++eq[which];
  return macro_score(eq);
}

// EQ3 and EQ6 go down together; where there are two ways, the milder step counts.
std::optional<int> lower_eq36(Classes eq) {
  if (eq[2] == 0 && eq[5] == 0) {
    const auto left = lower(eq, 5);
    const auto right = lower(eq, 2);
    return std::max(left, right);
  }
  if (eq[2] == 1 && eq[5] == 0) return lower(eq, 5);
  return lower(eq, 2);
}

}  // namespace

std::optional<double> score4(std::string_view vector) {
  Values values;
  if (!take_apart(vector, kMetrics, values)) return std::nullopt;
  const Steps s = steps_of(values);
  if (s.vc == 2 && s.vi == 2 && s.va == 2 && s.sc == 3 && s.si == 3 && s.sa == 3) return 0.0;
  const Classes eq = classes_of(s);
  const auto own = macro_score(eq);
  if (!own) return std::nullopt;

  struct Way {
    std::optional<int> below;
    int distance;
    int depth;
  };
  constexpr std::array<int, 3> kDepth1 = {1, 4, 5};
  constexpr std::array<int, 2> kDepth2 = {1, 2};
  constexpr std::array<int, 3> kDepth4 = {6, 5, 4};
  const std::array<Way, 5> ways = {
      Way{lower(eq, 0), distance<3>({s.av, s.pr, s.ui}, worst_eq1(eq[0])),
          kDepth1[static_cast<std::size_t>(eq[0])]},
      Way{lower(eq, 1), distance<3>({s.ac, s.at, 0}, worst_eq2(eq[1])),
          kDepth2[static_cast<std::size_t>(eq[1])]},
      Way{lower_eq36(eq),
          distance<6>({s.vc, s.vi, s.va, s.cr, s.ir, s.ar}, worst_eq36(eq[2], eq[5])),
          depth_eq36(eq[2], eq[5])},
      Way{lower(eq, 3), distance<3>({s.sc, s.si, s.sa}, worst_eq4(eq[3])),
          kDepth4[static_cast<std::size_t>(eq[3])]},
      Way{lower(eq, 4), 0, 1}};
  double sum = 0;
  int count = 0;
  for (const Way& way : ways) {
    if (!way.below) continue;
    ++count;
    sum += static_cast<double>(*own - *way.below) * way.distance / way.depth;
  }
  const double mean = count == 0 ? 0 : sum / count;
  // Halves round up, also where the division left them a trifle below.
  constexpr double kTrifle = 1e-5;
  return std::clamp(std::floor(*own - mean + 0.5 + kTrifle), 0.0, 100.0) / 10;
}

}  // namespace yagura::vuln::cvss
