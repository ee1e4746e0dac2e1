#pragma once

// What makes each operator, one function for each family or operator; the table in operator.cpp
// names them. `name` is the manual's spelling.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "waf/operator/operator.hpp"

namespace yagura::waf::internal {

using OperatorPointer = std::unique_ptr<const Operator>;
using MakeOperator = Result<OperatorPointer>(std::string_view name, std::string_view argument,
                                             const OperatorEnvironment& environment);

// string.cpp
MakeOperator make_begins_with, make_contains, make_contains_word, make_ends_with, make_streq,
    make_within;
// number.cpp
MakeOperator make_eq, make_ge, make_gt, make_le, make_lt;
// pattern_operators.cpp
MakeOperator make_rx, make_rx_global;
// phrases.cpp
MakeOperator make_pm, make_pm_from_file;
// substitute.cpp
MakeOperator make_rsub;
// ip_match.cpp
MakeOperator make_ip_match, make_ip_match_from_file;
// injection.cpp
MakeOperator make_detect_sqli, make_detect_xss;
// encoding.cpp
MakeOperator make_validate_byte_range, make_validate_url_encoding, make_validate_utf8_encoding;
// identifiers.cpp
MakeOperator make_verify_cc, make_verify_cpf, make_verify_ssn, make_verify_svnr;
// xml_validation.cpp
MakeOperator make_validate_dtd, make_validate_schema;
// geo.cpp
MakeOperator make_geo_lookup;
// block_list.cpp
MakeOperator make_rbl;
// constant.cpp
MakeOperator make_no_match, make_unconditional_match, make_refused;

}  // namespace yagura::waf::internal
