// Operators asked of any value: no answer depends on who asks for captures, a match is inside the
// value, what matches meets condition(), and what scan_pattern() says is found in it. The first
// byte chooses the operator; the text up to the first line feed is its argument, where it takes
// any.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/match/pattern.hpp"
#include "waf/match/phrase_set.hpp"
#include "waf/operator/operator.hpp"

namespace {

using namespace yagura;
using namespace yagura::waf;

constexpr std::size_t kMaxArgument = 200;
constexpr std::size_t kMaxValue = 4096;

bool reads_files_or_network(std::string_view name) {
  for (const std::string_view other : {"pmf", "pmFromFile", "ipMatchF", "ipMatchFromFile", "rbl",
                                       "validateDTD", "validateSchema", "geoLookup"}) {
    if (name == other) return true;
  }
  return false;
}

bool scan_finds(const ScanPattern& scan, std::string_view value) {
  if (!scan.phrases.empty()) return PhraseSet(scan.phrases).find(value).has_value();
  const auto pattern = Pattern::compile(scan.regex, scan.caseless);
  YAGURA_CHECK(pattern.has_value(), "what the first stage is given compiles");
  return pattern->match(value, nullptr) != OperatorResult::kNoMatch;
}

void check(const Operator& op, std::string_view value) {
  Captures captures;
  OperatorContext with{.captures = &captures};
  OperatorContext without{};
  const OperatorResult result = op.evaluate(value, with);
  YAGURA_CHECK(op.evaluate(value, without) == result, "captures do not change the answer");
  if (result != OperatorResult::kMatch) return;
  YAGURA_CHECK(captures.count <= captures.group.size(), "captures are bounded");
  YAGURA_CHECK(with.matched.size() <= value.size(), "the match is a part of the value");
  YAGURA_CHECK(op.condition().may_match(bytes_in(value), value.size()), "condition() is necessary");
  const auto scan = op.scan_pattern();
  YAGURA_CHECK(!scan || scan_finds(*scan, value), "scan_pattern() is necessary");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view name = operator_names()[data[0] % operator_names().size()];
  if (reads_files_or_network(name)) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end > kMaxArgument) return 0;
  const std::string_view value = rest.substr(end + 1);
  if (value.size() > kMaxValue) return 0;
  const auto op = make_operator(name, rest.substr(0, end), {.pattern_match_limit = 10'000});
  if (op) check(**op, value);
  return 0;
}
