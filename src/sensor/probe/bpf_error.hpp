#pragma once

// What libbpf says when something fails, as an error of ours.

#include <expected>
#include <string_view>

#include "core/result.hpp"

namespace yagura::sensor {

// From now on libbpf's warnings of this thread are kept instead of printed; forgets older ones.
void keep_bpf_warnings();

// `error`: a negative errno. The first warning is part of the message.
[[nodiscard]] std::unexpected<Error> bpf_failure(std::string_view what, int error);

}  // namespace yagura::sensor
