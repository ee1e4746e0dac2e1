#pragma once

#include <memory>
#include <string_view>

#include "model/control.hpp"

namespace yagura::image {

// The control of that id; it must be one of the table's.
[[nodiscard]] std::shared_ptr<const model::Control> config_control(std::string_view id);

}  // namespace yagura::image
