#pragma once

// Values as text and as JSON. Values hold hostile bytes: what is written here is always valid UTF-8
// and never breaks a line or a JSON string.

#include <string>
#include <string_view>

#include "rules/event_view.hpp"

namespace yagura::rules {

// "<NA>" for what is absent, "(a,b)" for lists, addresses as usual, numbers in decimal. Control
// bytes become \n, \t, \x1b and so on, what reorders or hides text \u{202e}, invalid UTF-8 U+FFFD.
void append_text(std::string& out, const Value& value);
// The same for text alone.
void append_clean(std::string& out, std::string_view text);

// null for what is absent, arrays for lists, strings, numbers, true and false.
void append_json(std::string& out, const Value& value);

}  // namespace yagura::rules
