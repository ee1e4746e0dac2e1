#pragma once

// Patterns of our own: each construct of the syntax that the readers of patterns know or give up
// on, in the company that it is usually met in.

#include <array>
#include <string_view>

namespace yagura::waf::testing {

inline constexpr auto kOwnPatterns = std::to_array<std::string_view>({
    "union.*?select.*?from",
    "(?i)\\b(?:sleep|benchmark)\\s*\\(",
    "^(?:GET|HEAD)$",
    "^[^;\\s]+;",
    "^$",
    "a$|^b",
    "^.*$",
    "(?m)^x\\s*$",
    "\\Aab\\z",
    "ab\\Z",
    "(?i:<script[^>]*>)[\\s\\S]*?",
    "[\"'`][^\"'`]+[\"'`]",
    "(['\"])x\\1y",
    "(?<quote>['\"])z\\k<quote>",
    "(?=.*foo)(?!bar)[a-z]+",
    "(?<=a)b(?<!c)d",
    "(?>a+)b++c*+d?+",
    "a{3}b{2,}c{,4}d{2,5}",
    "x{40,500}y",
    "(?:ab?c){20}z",
    "[[:alpha:]][[:^digit:]][^[:space:]x-z]-[]a]",
    "[\\d\\-\\x41-\\x43\\]]+[\\w.]",
    "\\x41\\x{42}\\103\\07\\cA\\e",
    "(?x) a b # comment\n [ ] c",
    "\\Qa.b*\\E+c",
    "(?#note)q(?i)w|E",
    "((?i)ab|cd)ef",
    "(?i)[^k]K\\W",
    "(?|a(b)|c(d))\\1",
    "a(?:b(?:c|d(?:e|f)*)+)?g",
    "\\bfoo\\b|\\Bbar\\B",
    "(?:^|[^\\\\])\\\\[a-z]",
    "[\\n\\r]+(?:set-)?cookie",
    "\\R\\h\\v\\N",
    "(?(?=a)ab|cd)e",
    "(a(?1)?b)c",
    "(?s).a(?-s).b",
    "\\$(?:\\{[^}]*\\}|\\([^)]*\\))",
    "[\\x00-\\x08\\x80-\\xff]",
    "(?:a|ab|abc|abcd){2,3}$",
    "^^a$$",
    "(?:^a)*b(?:c$)*",
    "a^b|c$d|x\\s*^y",
    "\\{[0-9A-Z_a-z]*,[,\\-0-9A-Z_a-z]*\\}",
    "^(?:json\\.)?(?:429496729[56]|1e309)$",
    "((?:[!-\\+:->@\\[\\]][^!-\\+:->@\\[\\]]*?){12})",
    "\\W{4}",
    "~[+\\-](?:$|[0-9]+)",
    "s[^0-9A-Z_a-z]*?c[^0-9A-Z_a-z]*?r",
});

}  // namespace yagura::waf::testing
