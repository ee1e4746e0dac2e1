#pragma once

// From what a user names to an image: its manifest, its configuration and its blobs, wherever they
// lie. docs/image-sources.md has every form.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/blob/blob_stream.hpp"
#include "image/registry/registry_options.hpp"
#include "image/source/image_config.hpp"
#include "image/source/manifest.hpp"

namespace yagura::image {

enum class SourceKind : std::uint8_t {
  kRegistry,
  kOciLayout,       // a directory
  kOciArchive,      // the same in a tar file
  kDockerArchive,   // `docker save`
  kDockerDaemon,    // the same from a running daemon
  kContainerd,      // its store on disk
  kRootFileSystem,  // a directory of files: no manifest, no layers
};
[[nodiscard]] std::string_view to_string(SourceKind kind);

struct SourceOptions {
  // Of indexes with images for several. Nothing: this machine's, or the only one that is there.
  std::optional<Platform> platform;
  // False: nothing leaves this machine. Registries are refused before any name is looked up or any
  // socket made; local daemons' sockets stay allowed.
  bool allow_network = true;
  RegistryOptions registry;
  // Also what is no image (a chart, an attestation): the configuration is then left unread.
  bool allow_artifacts = false;
  ManifestLimits manifest_limits;
  ImageConfigLimits config_limits;
  std::size_t max_index_depth = 4;
  // "/run/containerd" and "/var/run/docker.sock" have these as their usual places.
  std::filesystem::path containerd_root = "/var/lib/containerd";
  std::string containerd_namespace;     // empty: k8s.io, default, moby, then any other
  std::filesystem::path docker_socket;  // empty: $DOCKER_HOST (unix:// alone) or the usual place
  // Where archives are unpacked to that can't be read where they are; empty: $TMPDIR or /var/tmp.
  std::filesystem::path temporary_directory;
  std::uint64_t max_archive_size = std::uint64_t{64} << 30;  // bytes, inflated
};

// What an image is made of, checked: digests and sizes of manifests and configuration are right,
// and there are as many layers as diff ids.
struct ResolvedImage {
  RawManifest raw_manifest;
  Manifest manifest;
  std::string config_bytes;
  ImageConfig config;
  // The indexes that the manifest was chosen through, outermost first; signatures are often on
  // the outermost.
  std::vector<RawManifest> indexes;
};

// Const calls are thread-safe: layers are read in parallel.
class ImageSource {
 public:
  ImageSource() = default;
  ImageSource(const ImageSource&) = delete;
  ImageSource& operator=(const ImageSource&) = delete;
  virtual ~ImageSource() = default;

  [[nodiscard]] virtual SourceKind kind() const = 0;
  // As the user named it.
  [[nodiscard]] const std::string& name() const { return name_; }
  // "docker.io/library/nginx:1.25", or what an archive says that the image is called; may be empty.
  [[nodiscard]] const std::string& reference() const { return reference_; }
  // The directory of kRootFileSystem; of others empty.
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  // Of kRootFileSystem everything in it is empty.
  [[nodiscard]] const ResolvedImage& image() const { return image_; }

  // The bytes of a layer or another blob, as stored. Ends with an error where there are more or
  // fewer than the descriptor says. The digest is NOT checked here: who reads does (a layer's
  // reader while it inflates, read_blob() below). The source must outlive the stream.
  [[nodiscard]] virtual Result<std::unique_ptr<BlobStream>> open_blob(
      const Descriptor& descriptor) const = 0;

  // What refers to the manifest `subject` (signatures, SBOMs, attestations), of one artifact type
  // or of all (empty). Sources that know of none answer with an empty list. At most 1,000.
  [[nodiscard]] virtual Result<std::vector<Descriptor>> referrers(
      std::string_view subject, std::string_view artifact_type) const;

  // Another manifest of the same repository, by digest (which is checked) or by tag
  // ("sha256-….sig"). kNotFound where there is none.
  [[nodiscard]] virtual Result<RawManifest> fetch_manifest(std::string_view reference) const;

 protected:
  std::string name_;
  std::string reference_;
  std::filesystem::path root_;
  ResolvedImage image_;
};

// registry reference · oci:DIR[:TAG|@DIGEST] · oci-archive:FILE[:TAG|@DIGEST] ·
// docker-archive:FILE[:NAME|:@N] · docker-daemon:NAME (or docker:NAME) · containerd:NAME ·
// rootfs:DIR · a path that exists, which is looked at: layout, archive, root file system · "-":
// an archive on standard input. Errors say what is wrong, where, and how to mend it.
[[nodiscard]] Result<std::unique_ptr<ImageSource>> open_source(std::string_view reference,
                                                               const SourceOptions& options = {});

// All of a small blob, size and digest checked. kLimitExceeded above `max_size`, unread.
[[nodiscard]] Result<std::string> read_blob(const ImageSource& source, const Descriptor& descriptor,
                                            std::uint64_t max_size = std::uint64_t{16} << 20);

}  // namespace yagura::image
