#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// go.mod: `require` (direct and indirect), with `replace` and `exclude` applied. From `go 1.17` on
// it names all modules of a build; before, the direct ones and those that differ. `toolchain`, else
// `go`, is no statement of what builds it, so it makes no "stdlib".
//
// Module versions must be canonical ("v1.2.3"): branch names, which `go` would replace, are left
// out. https://go.dev/ref/mod#go-mod-file
void read_go_mod(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
