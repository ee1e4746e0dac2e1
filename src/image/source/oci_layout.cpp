#include "image/source/oci_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/visible_text.hpp"
#include "image/source/digest.hpp"
#include "image/source/internal/json_members.hpp"
#include "image/source/resolve.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxMarker = 4096;
constexpr std::size_t kMaxReferrers = 1000;
constexpr std::size_t kMaxNamesShown = 12;
constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
constexpr std::string_view kContainerdName = "io.containerd.image.name";

std::string blob_path(std::string_view digest) {
  return fmt::format("blobs/{}/{}", digest_algorithm(digest), digest_hex(digest));
}

std::string shown(std::string_view text) { return core::visible(text.substr(0, 160)); }

// A tag as index.json names its images. Builders write the tag alone or the whole reference.
bool is_named(const Descriptor& descriptor, std::string_view tag) {
  for (const std::string_view key : {kRefName, kContainerdName}) {
    const std::string_view name = annotation(descriptor.annotations, key);
    if (name == tag) return true;
    if (name.size() > tag.size() && name.ends_with(tag) &&
        name[name.size() - tag.size() - 1] == ':') {
      return true;
    }
  }
  return false;
}

std::string_view name_of(const Descriptor& descriptor) {
  const std::string_view full = annotation(descriptor.annotations, kContainerdName);
  return full.empty() ? annotation(descriptor.annotations, kRefName) : full;
}

class OciLayout final : public ImageSource {
 public:
  OciLayout(std::unique_ptr<FileTree> tree, SourceKind kind, std::string name,
            const SourceOptions& options)
      : tree_(std::move(tree)), kind_(kind), options_(options) {
    name_ = std::move(name);
  }

  SourceKind kind() const override { return kind_; }

  Result<void> open(std::string_view selector) {
    YAGURA_TRY_VOID(check_marker());
    YAGURA_TRY(index_bytes_, tree_->read("index.json", options_.manifest_limits.max_size));
    auto document = parse_manifest(index_bytes_, kOciIndex, options_.manifest_limits);
    if (!document) return std::unexpected(std::move(document).error().with_context("index.json"));
    index_ = std::get<Index>(std::move(*document));
    YAGURA_TRY(RawManifest root, choose(selector));
    YAGURA_TRY(image_, resolve_image(*this, std::move(root), options_));
    return {};
  }

  Result<std::unique_ptr<BlobStream>> open_blob(const Descriptor& descriptor) const override {
    if (!is_digest(descriptor.digest)) {
      return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is no digest", descriptor.digest));
    }
    YAGURA_TRY(OpenFile file, tree_->open(blob_path(descriptor.digest)));
    if (file.size != descriptor.size) {
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("{}/{}: has {} bytes, not the {} that its descriptor says: it was "
                      "damaged or replaced",
                      tree_->name(), blob_path(descriptor.digest), file.size, descriptor.size));
    }
    return std::move(file.stream);
  }

  Result<RawManifest> fetch_manifest(std::string_view reference) const override {
    if (is_digest(reference)) {
      YAGURA_TRY(std::string bytes,
                 tree_->read(blob_path(reference), options_.manifest_limits.max_size));
      return checked_manifest(std::move(bytes), {}, reference, options_.manifest_limits);
    }
    for (const Descriptor& descriptor : index_.manifests) {
      if (is_named(descriptor, reference)) return fetch_manifest(descriptor.digest);
    }
    return fail(ErrorCode::kNotFound,
                fmt::format("{}: no image is called \"{}\"", tree_->name(), shown(reference)));
  }

  // Layouts have no list of them: index.json names them beside the images, or a tag "sha256-HEX"
  // does, as where a registry has no referrers API (distribution-spec 1.1).
  Result<std::vector<Descriptor>> referrers(std::string_view subject,
                                            std::string_view artifact_type) const override {
    std::vector<Descriptor> found;
    if (!is_digest(subject)) return found;
    const std::string fallback =
        fmt::format("{}-{}", digest_algorithm(subject), digest_hex(subject));
    for (const Descriptor& descriptor : index_.manifests) {
      if (found.size() >= kMaxReferrers) break;
      if (is_named(descriptor, fallback)) {
        add_fallback(descriptor, artifact_type, found);
      } else {
        add_if_referring(descriptor, subject, artifact_type, found);
      }
    }
    return found;
  }

 private:
  Result<void> check_marker() const {
    YAGURA_TRY(const std::string text, tree_->read("oci-layout", kMaxMarker));
    std::string version;
    YAGURA_TRY_VOID(
        internal::read_json_document(text, kMaxMarker, "oci-layout", [&](internal::Json root) {
          return internal::read_members(root, {{"imageLayoutVersion", internal::into(version)}});
        }));
    if (version.starts_with("1.")) return {};
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: an OCI layout of version \"{}\"; 1.x is known", tree_->name(),
                            shown(version)));
  }

  // The manifest or index to start from; index.json itself where it holds one image for several
  // platforms.
  Result<RawManifest> choose(std::string_view selector) {
    if (selector.starts_with('@')) return fetch_manifest(selector.substr(1));
    std::vector<const Descriptor*> candidates;
    for (const Descriptor& descriptor : index_.manifests) {
      if (is_attestation(descriptor)) continue;
      if (selector.empty() || is_named(descriptor, selector)) candidates.push_back(&descriptor);
    }
    if (candidates.empty()) return fail(ErrorCode::kNotFound, none_message(selector));
    std::set<std::string_view> names;
    for (const Descriptor* candidate : candidates) names.insert(name_of(*candidate));
    if (candidates.size() > 1 && selector.empty() && names.size() > 1) {
      return fail(ErrorCode::kInvalidInput, many_message());
    }
    reference_ = name_of(*candidates.front());
    if (candidates.size() == 1) return start_at(*candidates.front());
    // One name, or none, for several: platforms are told apart as in any index.
    return RawManifest{.media_type = std::string(kOciIndex),
                       .digest = sha256_digest(index_bytes_),
                       .bytes = index_bytes_};
  }

  Result<RawManifest> start_at(const Descriptor& descriptor) const {
    YAGURA_TRY(RawManifest raw, fetch_manifest(descriptor.digest));
    if (raw.bytes.size() != descriptor.size) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{}: manifest {} has {} bytes, not the {} that index.json says",
                              tree_->name(), descriptor.digest, raw.bytes.size(), descriptor.size));
    }
    return raw;
  }

  std::string names() const {
    std::string list;
    std::size_t count = 0;
    for (const Descriptor& descriptor : index_.manifests) {
      if (is_attestation(descriptor)) continue;
      if (++count > kMaxNamesShown) return list + ", …";
      const std::string_view name = name_of(descriptor);
      list += fmt::format("{}{}", list.empty() ? "" : ", ",
                          name.empty() ? "@" + descriptor.digest : shown(name));
    }
    return list;
  }

  std::string none_message(std::string_view selector) const {
    if (index_.manifests.empty()) return fmt::format("{}: holds no images", tree_->name());
    return fmt::format("{}: no image is called \"{}\"; there are: {}", tree_->name(),
                       shown(selector), names());
  }

  std::string many_message() const {
    return fmt::format("{}: holds several images; name one behind a colon, or @ and its digest: {}",
                       tree_->name(), names());
  }

  void add_fallback(const Descriptor& list, std::string_view artifact_type,
                    std::vector<Descriptor>& found) const {
    const auto raw = fetch_manifest(list.digest);
    if (!raw) return;
    auto document = parse_manifest(raw->bytes, raw->media_type, options_.manifest_limits);
    const Index* index = document ? std::get_if<Index>(&*document) : nullptr;
    if (index == nullptr) return;
    for (const Descriptor& descriptor : index->manifests) {
      if (found.size() >= kMaxReferrers) return;
      if (artifact_type.empty() || descriptor.artifact_type == artifact_type) {
        found.push_back(descriptor);
      }
    }
  }

  void add_if_referring(const Descriptor& descriptor, std::string_view subject,
                        std::string_view artifact_type, std::vector<Descriptor>& found) const {
    const auto raw = fetch_manifest(descriptor.digest);
    if (!raw) return;
    const auto document = parse_manifest(raw->bytes, raw->media_type, options_.manifest_limits);
    if (!document) return;
    const auto& its_subject =
        std::visit([](const auto& known) -> const auto& { return known.subject; }, *document);
    if (!its_subject || its_subject->digest != subject) return;
    Descriptor referrer = descriptor;
    std::visit(
        [&](const auto& known) {
          referrer.artifact_type = known.artifact_type;
          if (referrer.annotations.empty()) referrer.annotations = known.annotations;
        },
        *document);
    // image-spec 1.1: without an artifact type the configuration's media type is meant.
    const auto* manifest = std::get_if<Manifest>(&*document);
    if (referrer.artifact_type.empty() && manifest != nullptr) {
      referrer.artifact_type = manifest->config.media_type;
    }
    if (artifact_type.empty() || referrer.artifact_type == artifact_type) {
      found.push_back(std::move(referrer));
    }
  }

  std::unique_ptr<FileTree> tree_;
  SourceKind kind_;
  SourceOptions options_;
  std::string index_bytes_;
  Index index_;
};

}  // namespace

bool is_oci_layout(const FileTree& tree) {
  return tree.has("oci-layout") && tree.has("index.json");
}

Result<std::unique_ptr<ImageSource>> open_oci_layout(std::unique_ptr<FileTree> tree,
                                                     SourceKind kind, std::string name,
                                                     std::string_view selector,
                                                     const SourceOptions& options) {
  const std::string place = tree->name();
  auto layout = std::make_unique<OciLayout>(std::move(tree), kind, std::move(name), options);
  if (auto opened = layout->open(selector); !opened) {
    Error error = std::move(opened).error();
    if (!error.message.starts_with(place)) error = std::move(error).with_context(place);
    return std::unexpected(std::move(error));
  }
  return layout;
}

}  // namespace yagura::image
