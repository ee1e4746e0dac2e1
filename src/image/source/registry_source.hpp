#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/source/image_source.hpp"

namespace yagura::image {

// An image of a registry: "nginx:1.25", "registry.example:5000/app@sha256:…". `name` is as the user
// wrote it.
[[nodiscard]] Result<std::unique_ptr<ImageSource>> open_registry_image(
    std::string_view reference, std::string name, const SourceOptions& options);

}  // namespace yagura::image
