#pragma once

// Numbers that prove themselves: their digits alone, whatever separates them.

#include <string_view>

namespace yagura::waf::internal {

// Payment cards: ISO/IEC 7812-1, annex B (Luhn). No digit at all is no number.
[[nodiscard]] bool is_card_number(std::string_view text);
// Brazil's CPF: eleven digits, the last two by weights modulo 11; not one digit repeated.
[[nodiscard]] bool is_cpf(std::string_view text);
// The US Social Security number: nine digits; area not 000, 666 or 9xx, group not 00, serial not
// 0000 (the SSA's rules since 2011); not one digit repeated, not 123456789.
[[nodiscard]] bool is_ssn(std::string_view text);
// Austria's Sozialversicherungsnummer: ten digits, the fourth by weights modulo 11; the serial does
// not begin with 0.
[[nodiscard]] bool is_svnr(std::string_view text);

}  // namespace yagura::waf::internal
