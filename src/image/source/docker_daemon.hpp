#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/image_source.hpp"

namespace yagura::image {

// What `docker save IMAGE` writes, from the Docker Engine API on its Unix socket
// (GET /images/NAME/get), kept in a file without a name. `image` is a name or an id.
[[nodiscard]] Result<std::unique_ptr<FileTree>> save_docker_image(std::string_view image,
                                                                  const SourceOptions& options);

}  // namespace yagura::image
