#pragma once

// What people and programs put into forms, queries, headers and JSON, written for these tests.

#include <span>
#include <string_view>

namespace yagura::waf::testing {

[[nodiscard]] std::span<const std::string_view> ordinary_texts();

}  // namespace yagura::waf::testing
