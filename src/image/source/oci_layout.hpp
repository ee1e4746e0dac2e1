#pragma once

// OCI image layouts (image-spec 1.1, image-layout.md), in a directory or a tar file.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/image_source.hpp"

namespace yagura::image {

// `selector`: a name as index.json has it ("org.opencontainers.image.ref.name", or the last part of
// "io.containerd.image.name"), "@sha256:…", or empty where there is but one image.
[[nodiscard]] Result<std::unique_ptr<ImageSource>> open_oci_layout(std::unique_ptr<FileTree> tree,
                                                                   SourceKind kind,
                                                                   std::string name,
                                                                   std::string_view selector,
                                                                   const SourceOptions& options);

// Whether the tree says that it is one.
[[nodiscard]] bool is_oci_layout(const FileTree& tree);

}  // namespace yagura::image
