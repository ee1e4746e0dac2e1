#pragma once

// What `docker save` writes: manifest.json, configurations, layers. Such an archive has no image
// manifest: one is made up, without a digest.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/image_source.hpp"

namespace yagura::image {

// `selector`: a name of the image ("app:1"), "@0" for the first of several, or empty where there is
// but one.
[[nodiscard]] Result<std::unique_ptr<ImageSource>> open_docker_archive(
    std::unique_ptr<FileTree> tree, SourceKind kind, std::string name, std::string_view selector,
    const SourceOptions& options);

[[nodiscard]] bool is_docker_archive(const FileTree& tree);

}  // namespace yagura::image
