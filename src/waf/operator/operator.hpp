#pragma once

// What `@name argument` in a rule is: a question asked of one value. One file for each family, all
// registered in the table of operator.cpp. Reference: ModSecurity Reference Manual (v3.x),
// "Operators".

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "waf/base/byte_set.hpp"
#include "waf/base/match.hpp"

namespace yagura::waf {

// What an operator may do besides looking at its value; the transaction implements it.
class OperatorHost {
 public:
  virtual ~OperatorHost() = default;
  // @geoLookup sets GEO:name.
  virtual void set_geo(std::string_view name, std::string_view value) = 0;
  // @rsub replaces the value itself; @validateDTD and @validateSchema ask for the body's document.
  virtual void replace_value(std::string text) = 0;
  [[nodiscard]] virtual void* xml_document() = 0;  // xmlDoc*, null where the body is no XML
};

struct OperatorContext {
  std::string_view argument;      // with its macros expanded; meaningful where has_macro()
  Captures* captures = nullptr;   // null: nobody asks
  OperatorHost* host = nullptr;   // null: in tests of one operator
  std::string_view matched;       // out: the part of the value that matched, for explanations
  std::uint32_t match_limit = 0;  // steps of a pattern's matcher; 0: the default
};

class Operator {
 public:
  virtual ~Operator() = default;

  // Const and thread-safe; time linear in the value (patterns: see pattern.hpp).
  [[nodiscard]] virtual OperatorResult evaluate(std::string_view value,
                                                OperatorContext& context) const = 0;

  // What a value must contain to match at all. The default accepts everything.
  [[nodiscard]] virtual ByteCondition condition() const { return {}; }
  // What the first stage can search for. None: every value that meets condition() is evaluated.
  [[nodiscard]] virtual std::optional<ScanPattern> scan_pattern() const { return std::nullopt; }
};

// What making one may need.
struct OperatorEnvironment {
  std::filesystem::path rule_folder;   // of the rule's file: @pmFromFile and others start here
  std::filesystem::path geo_database;  // SecGeoLookupDb; empty: none
  std::string http_bl_key;             // SecHttpBlKey; empty: @rbl dnsbl.httpbl.org stays unasked
  std::uint32_t pattern_match_limit = 0;  // SecPcreMatchLimit; 0: the default
  bool argument_has_macro = false;        // the argument holds %{…} and comes with each evaluation
};

// Makes `name` (as written after @, in any case) with its argument. Errors: an unknown name (with
// the nearest one that exists), an argument that does not parse, a file that is not there, an
// operator that cannot take a macro. The message says how to mend it.
[[nodiscard]] Result<std::unique_ptr<const Operator>> make_operator(
    std::string_view name, std::string_view argument, const OperatorEnvironment& environment);

// Every name that make_operator knows, sorted, as the manual spells them.
[[nodiscard]] const std::vector<std::string_view>& operator_names();

}  // namespace yagura::waf
