// metadata.v1.bolt/meta.db: v1/NAMESPACE/images/NAME/target has digest, mediatype and size (a Go
// varint). content.v1.content: blobs/ALGORITHM/HEX, as in an OCI layout.

#include "image/source/containerd_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/visible_text.hpp"
#include "image/registry/registry_reference.hpp"
#include "image/source/bolt_reader.hpp"
#include "image/source/digest.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/resolve.hpp"

namespace yagura::image {
namespace {

constexpr std::string_view kSchema = "v1";
constexpr std::size_t kMaxNamesShown = 12;

std::string shown(std::string_view text) { return core::visible(text.substr(0, 160)); }

struct Found {
  std::string image_namespace;
  std::string name;
  Descriptor target;
};

// Zigzag, as Go's binary.PutVarint.
std::optional<std::uint64_t> parse_size(std::string_view bytes) {
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (shift >= 63) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    shift += 7;
    if ((byte & 0x80) != 0) continue;
    return (value & 1) == 0 ? std::optional(value >> 1) : std::nullopt;
  }
  return std::nullopt;
}

// Names that the user may mean, the likeliest first.
std::vector<std::string> candidates(std::string_view image) {
  std::vector<std::string> names{std::string(image)};
  if (const auto reference = parse_registry_reference(image)) {
    const std::string full = to_string(*reference);
    if (full != image) names.push_back(full);
  }
  return names;
}

// Looks the image up in one snapshot of the database.
class Lookup {
 public:
  Lookup(std::string_view image, const SourceOptions& options)
      : names_(candidates(image)), wanted_namespace_(options.containerd_namespace) {}

  Result<void> run(BoltReader& database) {
    found_.reset();
    seen_.clear();
    YAGURA_TRY(std::vector<std::string> namespaces, database.buckets({kSchema}));
    sort_by_likelihood(namespaces);
    for (const std::string& one : namespaces) {
      if (!wanted_namespace_.empty() && one != wanted_namespace_) continue;
      for (const std::string& name : names_) {
        YAGURA_TRY_VOID(look_for(database, one, name));
        if (found_) return {};
      }
      YAGURA_TRY_VOID(remember_names(database, one));
    }
    return {};
  }

  [[nodiscard]] const std::optional<Found>& found() const { return found_; }
  [[nodiscard]] std::string seen() const { return seen_.empty() ? "none" : seen_; }

 private:
  static void sort_by_likelihood(std::vector<std::string>& namespaces) {
    const auto rank = [](const std::string& name) {
      return name == "k8s.io" ? 0 : name == "default" ? 1 : name == "moby" ? 2 : 3;
    };
    std::ranges::stable_sort(namespaces, {}, rank);
  }

  Result<void> look_for(BoltReader& database, const std::string& one, const std::string& name) {
    const BoltReader::Path target{kSchema, one, "images", name, "target"};
    YAGURA_TRY(const auto digest, database.get(target, "digest"));
    if (!digest) return {};
    YAGURA_TRY(const auto type, database.get(target, "mediatype"));
    YAGURA_TRY(const auto size, database.get(target, "size"));
    const auto bytes = parse_size(size.value_or(""));
    if (!is_digest(*digest) || !bytes) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("the entry of image \"{}\" is damaged", shown(name)));
    }
    found_ = Found{one, name, {.media_type = type.value_or(""), .digest = *digest, .size = *bytes}};
    return {};
  }

  Result<void> remember_names(BoltReader& database, const std::string& one) {
    YAGURA_TRY(const auto names, database.buckets({kSchema, one, "images"}));
    for (std::size_t i = 0; i < std::min(names.size(), kMaxNamesShown); ++i) {
      seen_ += fmt::format("{}{} ({})", seen_.empty() ? "" : ", ", shown(names[i]), shown(one));
    }
    if (names.size() > kMaxNamesShown) seen_ += ", …";
    return {};
  }

  std::vector<std::string> names_;
  std::string wanted_namespace_;
  std::optional<Found> found_;
  std::string seen_;
};

class ContainerdImage final : public ImageSource {
 public:
  ContainerdImage(std::unique_ptr<FileTree> content, std::string name, Found found,
                  const SourceOptions& options)
      : content_(std::move(content)), found_(std::move(found)), options_(options) {
    name_ = std::move(name);
    reference_ = found_.name;
  }

  SourceKind kind() const override { return SourceKind::kContainerd; }

  Result<void> open() {
    YAGURA_TRY(RawManifest root, fetch_manifest(found_.target.digest));
    YAGURA_TRY(image_, resolve_image(*this, std::move(root), options_));
    for (const Descriptor& layer : image_.manifest.layers) {
      if (content_->has(path_of(layer.digest))) continue;
      return fail(
          ErrorCode::kNotFound,
          fmt::format("layer {} of {} is not in containerd's store any more: it throws layers "
                      "away once they are unpacked (discard_unpacked_layers); pull the "
                      "image again without, or scan it from its registry",
                      layer.digest, shown(reference_)));
    }
    return {};
  }

  Result<std::unique_ptr<BlobStream>> open_blob(const Descriptor& descriptor) const override {
    if (!is_digest(descriptor.digest)) {
      return fail(ErrorCode::kInvalidInput, "a blob is asked for by something that is no digest");
    }
    YAGURA_TRY(OpenFile file, content_->open(path_of(descriptor.digest)));
    if (file.size != descriptor.size) {
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("{}/{}: has {} bytes, not the {} that its descriptor says", content_->name(),
                      path_of(descriptor.digest), file.size, descriptor.size));
    }
    return std::move(file.stream);
  }

  Result<RawManifest> fetch_manifest(std::string_view reference) const override {
    if (!is_digest(reference)) return ImageSource::fetch_manifest(reference);
    auto bytes = content_->read(path_of(reference), options_.manifest_limits.max_size);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) {
      return fail(
          ErrorCode::kNotFound,
          fmt::format("{} has a manifest {} that is not in containerd's store: only what was "
                      "pulled for this machine's platform is",
                      shown(reference_), reference));
    }
    if (!bytes) return std::unexpected(std::move(bytes).error());
    return checked_manifest(*std::move(bytes), {}, reference, options_.manifest_limits);
  }

 private:
  static std::string path_of(std::string_view digest) {
    return fmt::format("blobs/{}/{}", digest_algorithm(digest), digest_hex(digest));
  }

  std::unique_ptr<FileTree> content_;
  Found found_;
  SourceOptions options_;
};

}  // namespace

Result<std::unique_ptr<ImageSource>> open_containerd_image(std::string_view image, std::string name,
                                                           const SourceOptions& options) {
  const std::filesystem::path& root = options.containerd_root;
  Lookup lookup(image, options);
  const auto read = read_bolt(root / "io.containerd.metadata.v1.bolt/meta.db",
                              [&](BoltReader& database) { return lookup.run(database); });
  if (!read) {
    Error error = read.error();
    error.message +=
        fmt::format("; containerd's store is at {} and may be read by root alone", root.string());
    return std::unexpected(std::move(error));
  }
  if (!lookup.found()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("containerd has no image \"{}\"{}; it has: {}", shown(image),
                            options.containerd_namespace.empty()
                                ? ""
                                : fmt::format(" in namespace {}", options.containerd_namespace),
                            lookup.seen()));
  }
  YAGURA_TRY(auto content, open_directory_tree(root / "io.containerd.content.v1.content"));
  auto source = std::make_unique<ContainerdImage>(std::move(content), std::move(name),
                                                  *lookup.found(), options);
  if (auto opened = source->open(); !opened) {
    return std::unexpected(std::move(opened).error().with_context("containerd"));
  }
  return source;
}

}  // namespace yagura::image
