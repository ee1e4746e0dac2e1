#pragma once

// Lists, macros and rules of a file: definitions, appends, overrides. Internal to src/rules/load.

#include "rules/load/item_reader.hpp"

namespace yagura::rules {

void read_list(ItemReader& item, Definitions& definitions);
void read_macro(ItemReader& item, Definitions& definitions);
void read_rule(ItemReader& item, Definitions& definitions);

}  // namespace yagura::rules
