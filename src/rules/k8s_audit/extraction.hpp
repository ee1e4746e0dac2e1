#pragma once

// How each ka.* and jevt.* field is found in an event's tree. Internal to this folder.

#include <string_view>

#include "core/arena.hpp"
#include "kube/node.hpp"
#include "rules/event_view.hpp"

namespace yagura::rules {

// `event` is the tree's root; what does not stand in it as it is needed is made in the arena.
// Precondition: the field is one of the source's own (not of every source).
[[nodiscard]] Value extract(const kube::Node& event, const FieldRef& field, core::Arena& arena,
                            std::string_view cluster_name, std::int64_t time);

}  // namespace yagura::rules
