#pragma once

// Images of containerd, read from its store on disk: no daemon has to run (the disk of another
// machine will do), none is asked.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/source/image_source.hpp"

namespace yagura::image {

// `image`: a name as containerd has it ("docker.io/library/nginx:1.25"), or as Docker's users write
// it ("nginx:1.25"). Looked for in options.containerd_namespace, or in all. Layers that were thrown
// away after they were unpacked are an error that says so.
[[nodiscard]] Result<std::unique_ptr<ImageSource>> open_containerd_image(
    std::string_view image, std::string name, const SourceOptions& options);

}  // namespace yagura::image
