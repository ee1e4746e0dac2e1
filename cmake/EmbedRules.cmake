# cmake -DRULES=rules -DOUT=file.cpp -P EmbedRules.cmake: the shipped policies and controls as C++ raw strings, so that the
# binary needs no files beside it.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE files RELATIVE "${RULES}" "${RULES}/checks/*/policy.yaml"
     "${RULES}/relations/*/control.yaml")
list(SORT files)
set(text "// Generated from rules/ by cmake/EmbedRules.cmake.\n#include \"posture/shipped_rules.hpp\"\n\nnamespace yagura::posture {\nnamespace {\nusing namespace std::string_view_literals;\n// With sv: the compiler knows the lengths and counts no bytes.\nconstexpr ShippedRule kRules[] = {\n")
foreach(file IN LISTS files)
  file(READ "${RULES}/${file}" content)
  string(APPEND text "{\"${file}\", R\"yagura(${content})yagura\"sv},\n")
endforeach()
string(APPEND text "{{}, {}}};  // the last is a guard: an array needs an element\n}  // namespace\n\nstd::span<const ShippedRule> shipped_rules() { return {kRules, std::size(kRules) - 1}; }\n\n}  // namespace yagura::posture\n")
file(WRITE "${OUT}" "${text}")
