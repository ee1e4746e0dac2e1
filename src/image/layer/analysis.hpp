#pragma once

// Shows one file to analyzers.

#include <string_view>
#include <vector>

#include "image/model/analyzer.hpp"

namespace yagura::image {

using Wanting = std::vector<const Analyzer*>;

// The analyzers that want the file, into `wanting`. One that throws wants it: analyze_file() will
// tell.
void who_wants(const Analyzers& analyzers, const FileEntry& file, std::string_view head,
               Wanting& wanting);

// What they say of it. An exception becomes a FileFacts::problems text; the others still look.
[[nodiscard]] FileFacts analyze_file(const Wanting& wanting, const FileEntry& file,
                                     const FileContent& content);

}  // namespace yagura::image
