#pragma once

// Values made of values: what the transformers of conditions and outputs do.

#include <span>
#include <string_view>

#include "core/arena.hpp"
#include "rules/event_view.hpp"
#include "rules/language/operators.hpp"

namespace yagura::rules {

// What a transformer makes of its values (value_tree.hpp says which it takes); the result lives in
// the arena, or is a part of a value. Linear in the size of the values.
//
//   tolower, toupper, b64, basename   of a list: of each element
//   len             bytes of a text, elements of a list
//   join            the elements of the second, with the first between them
//   concat          the texts one behind the other
//   getopt          the options of a list of arguments, or of a text with blanks between them
//                   (proc.args), as getopt(3) reads them, short ones alone, by the letters of the
//                   second ("ab:": b has a value): each letter and each value, `?` for letters that
//                   are not named, an empty text for a value that is missing. It ends at `--` and
//                   at the first argument that is no option; long options are passed over. With a
//                   `letter` the last value of that option, or the letter itself where it takes
//                   none.
//
// Absent where a value is, and where the value has no such form: a number's letters, text that is
// no base64, an option that is not there.
[[nodiscard]] Value transform(Transformer transformer, std::span<const Value> values,
                              std::string_view letter, core::Arena& arena);

// The values as one list of texts; those that are absent are left out.
[[nodiscard]] Value list_of(std::span<const Value> values, core::Arena& arena);

}  // namespace yagura::rules
