#include "image/source/image_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/visible_text.hpp"
#include "image/source/containerd_store.hpp"
#include "image/source/digest.hpp"
#include "image/source/docker_archive.hpp"
#include "image/source/docker_daemon.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/oci_layout.hpp"
#include "image/source/registry_source.hpp"
#include "image/source/source_forms.hpp"
#include "image/source/spool_file.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using Kind = SourceForm::Kind;
using Opened = Result<std::unique_ptr<ImageSource>>;

class RootFileSystem final : public ImageSource {
 public:
  RootFileSystem(fs::path root, std::string name) {
    root_ = std::move(root);
    name_ = std::move(name);
  }
  SourceKind kind() const override { return SourceKind::kRootFileSystem; }
  Result<std::unique_ptr<BlobStream>> open_blob(const Descriptor&) const override {
    return fail(ErrorCode::kNotFound, "a root file system has no blobs");
  }
};

Opened open_root(const fs::path& path, std::string name) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: is no directory", path.string()));
  }
  return std::make_unique<RootFileSystem>(path, std::move(name));
}

Result<std::unique_ptr<FileTree>> open_archive(const fs::path& path, const SourceOptions& options) {
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}", path.string(), std::generic_category().message(errno)));
  }
  YAGURA_TRY(file, seekable_archive(std::move(file), path.string(), options.temporary_directory,
                                    options.max_archive_size));
  return open_archive_tree(std::move(file), path.string(), {.max_size = options.max_archive_size});
}

Result<std::unique_ptr<FileTree>> open_standard_input(const SourceOptions& options) {
  YAGURA_TRY(FileDescriptor file,
             seekable_archive(FileDescriptor(dup(STDIN_FILENO)), "standard input",
                              options.temporary_directory, options.max_archive_size));
  return open_archive_tree(std::move(file), "standard input",
                           {.max_size = options.max_archive_size});
}

Opened open_layout_directory(const SourceForm& form, std::string name,
                             const SourceOptions& options) {
  YAGURA_TRY(auto tree, open_directory_tree(form.path));
  if (!is_oci_layout(*tree)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: is no OCI layout (oci-layout or index.json is missing)",
                            form.path.string()));
  }
  return open_oci_layout(std::move(tree), SourceKind::kOciLayout, std::move(name), form.selector,
                         options);
}

// Both kinds at once is what Docker saves since version 25: the layout then says more.
Opened open_any_archive(std::unique_ptr<FileTree> tree, std::string_view selector, std::string name,
                        const SourceOptions& options) {
  if (is_oci_layout(*tree)) {
    return open_oci_layout(std::move(tree), SourceKind::kOciArchive, std::move(name), selector,
                           options);
  }
  if (is_docker_archive(*tree)) {
    return open_docker_archive(std::move(tree), SourceKind::kDockerArchive, std::move(name),
                               selector, options);
  }
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("{}: is an archive, but of no image (neither oci-layout nor manifest.json "
                  "is in it); unpack a root file system and name its directory",
                  tree->name()));
}

Opened open_docker_daemon(const SourceForm& form, std::string name, const SourceOptions& options) {
  YAGURA_TRY(auto tree, save_docker_image(form.selector, options));
  // An archive of one image, whatever it is called in there.
  return is_docker_archive(*tree) ? open_docker_archive(std::move(tree), SourceKind::kDockerDaemon,
                                                        std::move(name), "", options)
                                  : open_oci_layout(std::move(tree), SourceKind::kDockerDaemon,
                                                    std::move(name), "", options);
}

Opened open_path(const SourceForm& form, std::string name, const SourceOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(form.path, error);
  if (status.type() == fs::file_type::not_found) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: is not there", form.path.string()));
  }
  if (fs::is_directory(status)) {
    YAGURA_TRY(auto tree, open_directory_tree(form.path));
    if (!is_oci_layout(*tree)) return open_root(form.path, std::move(name));
    return open_oci_layout(std::move(tree), SourceKind::kOciLayout, std::move(name), form.selector,
                           options);
  }
  YAGURA_TRY(auto tree, open_archive(form.path, options));
  return open_any_archive(std::move(tree), form.selector, std::move(name), options);
}

}  // namespace

std::string_view to_string(SourceKind kind) {
  switch (kind) {
    case SourceKind::kRegistry:
      return "registry";
    case SourceKind::kOciLayout:
      return "oci";
    case SourceKind::kOciArchive:
      return "oci-archive";
    case SourceKind::kDockerArchive:
      return "docker-archive";
    case SourceKind::kDockerDaemon:
      return "docker-daemon";
    case SourceKind::kContainerd:
      return "containerd";
    case SourceKind::kRootFileSystem:
      return "rootfs";
  }
  return "unknown";
}

Result<std::vector<Descriptor>> ImageSource::referrers(std::string_view, std::string_view) const {
  return std::vector<Descriptor>();
}

Result<RawManifest> ImageSource::fetch_manifest(std::string_view reference) const {
  return fail(ErrorCode::kNotFound, fmt::format("{}: has no other manifests ({})", name_,
                                                core::visible(reference.substr(0, 160))));
}

Result<std::string> read_blob(const ImageSource& source, const Descriptor& descriptor,
                              std::uint64_t max_size) {
  if (descriptor.size > max_size) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("blob {} has {} bytes; the limit is {}", descriptor.digest,
                            descriptor.size, max_size));
  }
  YAGURA_TRY(const auto stream, source.open_blob(descriptor));
  YAGURA_TRY(std::string bytes, read_all(*stream, descriptor.size));
  if (bytes.size() != descriptor.size || !has_digest(bytes, descriptor.digest)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("blob {} is not what its descriptor says: it was damaged or replaced",
                            descriptor.digest));
  }
  return bytes;
}

Opened open_source(std::string_view reference, const SourceOptions& options) {
  YAGURA_TRY(const SourceForm form, parse_source_form(reference));
  const std::string name(reference);
  switch (form.kind) {
    case Kind::kOciLayout:
      return open_layout_directory(form, name, options);
    case Kind::kOciArchive: {
      YAGURA_TRY(auto tree, open_archive(form.path, options));
      return open_oci_layout(std::move(tree), SourceKind::kOciArchive, name, form.selector,
                             options);
    }
    case Kind::kDockerArchive: {
      YAGURA_TRY(auto tree, open_archive(form.path, options));
      return open_docker_archive(std::move(tree), SourceKind::kDockerArchive, name, form.selector,
                                 options);
    }
    case Kind::kRootFileSystem:
      return open_root(form.path, name);
    case Kind::kPath:
      return open_path(form, name, options);
    case Kind::kRegistry:
      return open_registry_image(form.selector, name, options);
    case Kind::kDockerDaemon:
      return open_docker_daemon(form, name, options);
    case Kind::kContainerd:
      return open_containerd_image(form.selector, name, options);
    case Kind::kStandardInput: {
      YAGURA_TRY(auto tree, open_standard_input(options));
      return open_any_archive(std::move(tree), "", name, options);
    }
  }
  return fail(ErrorCode::kInternal, fmt::format("{}: an unknown kind of source", name));
}

}  // namespace yagura::image
