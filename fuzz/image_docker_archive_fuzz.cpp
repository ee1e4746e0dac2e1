// Saved images and OCI layouts in tar files: whatever the archive says, a layer's stream gives as
// many bytes as its descriptor says, or an error.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/check.hpp"
#include "image/source/digest.hpp"
#include "image/source/docker_archive.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/oci_layout.hpp"

namespace {

using namespace yagura::image;

std::unique_ptr<FileTree> tree_of(const std::uint8_t* data, std::size_t size) {
  FileDescriptor file(memfd_create("archive", MFD_CLOEXEC));
  if (!file.is_open() || write(file.get(), data, size) != static_cast<ssize_t>(size))
    return nullptr;
  auto tree = open_archive_tree(std::move(file), "archive",
                                {.max_entries = 200, .max_path = 256, .max_header = 4096});
  return tree ? std::move(*tree) : nullptr;
}

void check_image(const ImageSource& source) {
  const ResolvedImage& image = source.image();
  YAGURA_CHECK(image.manifest.layers.size() == image.config.diff_ids.size(),
               "layers have diff ids");
  YAGURA_CHECK(has_digest(image.config_bytes, image.manifest.config.digest), "the digest is right");
  for (const Descriptor& layer : image.manifest.layers) {
    const auto stream = source.open_blob(layer);
    if (!stream) continue;
    std::uint64_t total = 0;
    std::array<char, 1000> piece{};
    while (true) {
      const auto got = (*stream)->read(piece);
      if (!got) break;
      total += *got;
      YAGURA_CHECK(*got <= piece.size() && total <= layer.size, "no more than was said");
      if (*got > 0) continue;
      YAGURA_CHECK(total == layer.size, "as many as were said");
      break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SourceOptions options{.allow_network = false};
  options.allow_artifacts = false;
  if (auto tree = tree_of(data, size)) {
    const auto image =
        open_docker_archive(std::move(tree), SourceKind::kDockerArchive, "archive", "", options);
    if (image) check_image(**image);
  }
  if (auto tree = tree_of(data, size)) {
    const auto image =
        open_oci_layout(std::move(tree), SourceKind::kOciArchive, "archive", "", options);
    if (image) {
      YAGURA_CHECK(
          has_digest((*image)->image().raw_manifest.bytes, (*image)->image().raw_manifest.digest),
          "the manifest has its digest");
      check_image(**image);
    }
  }
  return 0;
}
