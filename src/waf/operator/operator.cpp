// The table of operators.

#include "waf/operator/operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "waf/operator/internal/edit_distance.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf {
namespace {

using namespace internal;

struct Entry {
  std::string_view name;
  MakeOperator* make = nullptr;
};

// Sorted by name, capitals as small letters.
constexpr std::array kEntries = std::to_array<Entry>({
    {"beginsWith", make_begins_with},
    {"contains", make_contains},
    {"containsWord", make_contains_word},
    {"detectSQLi", make_detect_sqli},
    {"detectXSS", make_detect_xss},
    {"endsWith", make_ends_with},
    {"eq", make_eq},
    {"fuzzyHash", make_refused},
    {"ge", make_ge},
    {"geoLookup", make_geo_lookup},
    {"gsbLookup", make_refused},
    {"gt", make_gt},
    {"inspectFile", make_refused},
    {"ipMatch", make_ip_match},
    {"ipMatchF", make_ip_match_from_file},
    {"ipMatchFromFile", make_ip_match_from_file},
    {"le", make_le},
    {"lt", make_lt},
    {"noMatch", make_no_match},
    {"pm", make_pm},
    {"pmf", make_pm_from_file},
    {"pmFromFile", make_pm_from_file},
    {"rbl", make_rbl},
    {"rsub", make_rsub},
    {"rx", make_rx},
    {"rxGlobal", make_rx_global},
    {"streq", make_streq},
    {"strmatch", make_contains},
    {"unconditionalMatch", make_unconditional_match},
    {"validateByteRange", make_validate_byte_range},
    {"validateDTD", make_validate_dtd},
    {"validateHash", make_refused},
    {"validateSchema", make_validate_schema},
    {"validateUrlEncoding", make_validate_url_encoding},
    {"validateUtf8Encoding", make_validate_utf8_encoding},
    {"verifyCC", make_verify_cc},
    {"verifyCPF", make_verify_cpf},
    {"verifySSN", make_verify_ssn},
    {"verifySVNR", make_verify_svnr},
    {"within", make_within},
});

constexpr char to_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

const Entry* find_entry(std::string_view name) {
  const auto found = std::ranges::find_if(kEntries, [name](const Entry& entry) {
    return std::ranges::equal(entry.name, name, {}, to_lower, to_lower);
  });
  return found == kEntries.end() ? nullptr : &*found;
}

}  // namespace

Result<std::unique_ptr<const Operator>> make_operator(std::string_view name,
                                                      std::string_view argument,
                                                      const OperatorEnvironment& environment) {
  const Entry* const entry = find_entry(name);
  if (entry == nullptr) {
    return fail(ErrorCode::kInvalidInput, fmt::format("there is no operator @{}; did you mean @{}?",
                                                      name, nearest_name(name, operator_names())));
  }
  return entry->make(entry->name, argument, environment);
}

const std::vector<std::string_view>& operator_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    names.reserve(std::size(kEntries));
    for (const Entry& entry : kEntries) names.push_back(entry.name);
    return names;
  }();
  return kNames;
}

}  // namespace yagura::waf
