#pragma once

// The fields of a rule's output. Internal to src/rules/compile.

#include <string_view>

#include "rules/compile/problems.hpp"
#include "rules/field.hpp"

namespace yagura::rules {

// Adds a problem for each %field that the source does not have.
void check_output(Source source, std::string_view output, const FilePlace& place,
                  Problems& problems);

}  // namespace yagura::rules
