#pragma once

// required_engine_version and required_plugin_versions. Internal to src/rules/load.

#include "rules/load/item_reader.hpp"

namespace yagura::rules {

void read_engine_version(ItemReader& item);
void read_plugin_versions(ItemReader& item);

}  // namespace yagura::rules
