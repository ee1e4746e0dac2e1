#include "image/source/docker_archive.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "core/visible_text.hpp"
#include "image/source/digest.hpp"
#include "image/source/internal/json_members.hpp"
#include "image/source/resolve.hpp"

namespace yagura::image {
namespace {

using internal::Json;

constexpr std::size_t kMaxImages = 10'000;
constexpr std::size_t kMaxNamesShown = 12;
constexpr std::string_view kOciZstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd";

struct SavedImage {
  std::string config;
  std::vector<std::string> tags;
  std::vector<std::string> layers;
};

std::string shown(std::string_view text) { return core::visible(text.substr(0, 160)); }

Result<std::vector<SavedImage>> parse_saved(std::string_view bytes, const ManifestLimits& limits) {
  std::vector<SavedImage> images;
  const auto read_image = [&](Json value) -> Result<void> {
    SavedImage& image = images.emplace_back();
    return internal::read_members(value,
                                  {{"Config", internal::into(image.config)},
                                   {"RepoTags", internal::into(image.tags, limits.max_manifests)},
                                   {"Layers", internal::into(image.layers, limits.max_layers)}});
  };
  YAGURA_TRY_VOID(internal::read_json_document(bytes, limits.max_size, "manifest.json",
                                               internal::each(kMaxImages, read_image)));
  return images;
}

// "app", "app:latest", "docker.io/library/app:latest" are the same name.
std::string plain_name(std::string_view name) {
  for (const std::string_view prefix :
       {"docker.io/library/", "index.docker.io/library/", "docker.io/"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  const std::size_t colon = name.rfind(':');
  const bool has_tag =
      colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos;
  return has_tag ? std::string(name) : fmt::format("{}:latest", name);
}

// Where a layer's content is compressed; archives of other programs than Docker have such.
std::string_view layer_type(std::string_view head) {
  if (head.starts_with("\x1f\x8b")) return kDockerGzipLayer;
  if (head.starts_with("\x28\xb5\x2f\xfd")) return kOciZstdLayer;
  return kDockerPlainLayer;
}

Result<std::string> digest_of(BlobStream& stream) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> piece(std::size_t{1} << 18);
  while (true) {
    YAGURA_TRY(const std::size_t got, stream.read(piece));
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), piece.data(), got);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), sum.data(), &size);
  return fmt::format("sha256:{:02x}", fmt::join(sum.begin(), sum.begin() + size, ""));
}

// The digest that a file's own name claims: "HEX.json", "blobs/sha256/HEX"; empty: none.
std::string claimed_digest(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".json")) name.remove_suffix(5);
  std::string digest = fmt::format("sha256:{}", name);
  return is_digest(digest) ? digest : std::string();
}

class DockerArchive final : public ImageSource {
 public:
  DockerArchive(std::unique_ptr<FileTree> tree, SourceKind kind, std::string name,
                const SourceOptions& options)
      : tree_(std::move(tree)), kind_(kind), options_(options) {
    name_ = std::move(name);
  }

  SourceKind kind() const override { return kind_; }

  Result<void> open(std::string_view selector) {
    YAGURA_TRY(const std::string bytes,
               tree_->read("manifest.json", options_.manifest_limits.max_size));
    YAGURA_TRY(const std::vector<SavedImage> images, parse_saved(bytes, options_.manifest_limits));
    YAGURA_TRY(const SavedImage* image, choose(images, selector));
    if (!image->tags.empty()) reference_ = image->tags.front();
    YAGURA_TRY_VOID(read_config(*image));
    return read_layers(*image);
  }

  Result<std::unique_ptr<BlobStream>> open_blob(const Descriptor& descriptor) const override {
    const auto found = paths_.find(descriptor.digest);
    if (found == paths_.end()) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("{}: has no blob {}", tree_->name(), shown(descriptor.digest)));
    }
    YAGURA_TRY(OpenFile file, tree_->open(found->second));
    if (file.size != descriptor.size) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{}/{}: has {} bytes, not {}", tree_->name(), shown(found->second),
                              file.size, descriptor.size));
    }
    return std::move(file.stream);
  }

 private:
  Result<const SavedImage*> choose(const std::vector<SavedImage>& images,
                                   std::string_view selector) const {
    if (images.empty()) {
      return fail(ErrorCode::kNotFound, fmt::format("{}: holds no images", tree_->name()));
    }
    if (selector.starts_with('@')) return choose_by_number(images, selector.substr(1));
    if (!selector.empty()) {
      const std::string wanted = plain_name(selector);
      for (const SavedImage& image : images) {
        const auto is_it = [&](const std::string& tag) { return plain_name(tag) == wanted; };
        if (std::ranges::any_of(image.tags, is_it)) return &image;
      }
      return fail(ErrorCode::kNotFound, fmt::format("{}: no image is called \"{}\"; there are: {}",
                                                    tree_->name(), shown(selector), names(images)));
    }
    if (images.size() == 1) return &images.front();
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("{}: holds {} images; name one behind a colon, or @ and its number from "
                    "0: {}",
                    tree_->name(), images.size(), names(images)));
  }

  Result<const SavedImage*> choose_by_number(const std::vector<SavedImage>& images,
                                             std::string_view text) const {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number >= images.size()) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("{}: there is no image @{}; there are {}, numbered from 0",
                              tree_->name(), shown(text), images.size()));
    }
    return &images[number];
  }

  static std::string names(const std::vector<SavedImage>& images) {
    std::string list;
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (i == kMaxNamesShown) return list + ", …";
      list += fmt::format(
          "{}{}", i == 0 ? "" : ", ",
          images[i].tags.empty() ? fmt::format("@{}", i) : shown(images[i].tags.front()));
    }
    return list;
  }

  Result<void> read_config(const SavedImage& saved) {
    YAGURA_TRY(image_.config_bytes, tree_->read(saved.config, options_.config_limits.max_size));
    const std::string claimed = claimed_digest(saved.config);
    if (!claimed.empty() && !has_digest(image_.config_bytes, claimed)) {
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("{}/{}: its digest is {}, not the one in its name: it was damaged or "
                      "replaced",
                      tree_->name(), shown(saved.config), sha256_digest(image_.config_bytes)));
    }
    YAGURA_TRY(image_.config, parse_image_config(image_.config_bytes, options_.config_limits));
    Manifest& manifest = image_.manifest;
    manifest.media_type = kDockerManifest;
    image_.raw_manifest.media_type = kDockerManifest;
    manifest.config = {.media_type = std::string(kDockerConfig),
                       .digest = sha256_digest(image_.config_bytes),
                       .size = image_.config_bytes.size()};
    paths_.emplace(manifest.config.digest, saved.config);
    return {};
  }

  Result<void> read_layers(const SavedImage& saved) {
    for (std::size_t i = 0; i < saved.layers.size(); ++i) {
      YAGURA_TRY(Descriptor layer, describe(saved.layers[i], i));
      paths_.emplace(layer.digest, saved.layers[i]);
      image_.manifest.layers.push_back(std::move(layer));
    }
    return check_image(image_, options_);
  }

  // A layer as it is has its diff id for a digest (which its reader checks); of a compressed one
  // the digest is computed.
  Result<Descriptor> describe(const std::string& path, std::size_t at) const {
    YAGURA_TRY(OpenFile file, tree_->open(path));
    std::array<char, 4> head{};
    YAGURA_TRY(const std::size_t got, file.stream->read(head));
    Descriptor layer;
    layer.media_type = layer_type({head.data(), got});
    layer.size = file.size;
    if (layer.media_type == kDockerPlainLayer) {
      if (at < image_.config.diff_ids.size()) layer.digest = image_.config.diff_ids[at];
      return layer;
    }
    YAGURA_TRY(file, tree_->open(path));
    YAGURA_TRY(layer.digest, digest_of(*file.stream));
    return layer;
  }

  std::unique_ptr<FileTree> tree_;
  SourceKind kind_;
  SourceOptions options_;
  std::map<std::string, std::string, std::less<>> paths_;  // by digest
};

}  // namespace

bool is_docker_archive(const FileTree& tree) { return tree.has("manifest.json"); }

Result<std::unique_ptr<ImageSource>> open_docker_archive(std::unique_ptr<FileTree> tree,
                                                         SourceKind kind, std::string name,
                                                         std::string_view selector,
                                                         const SourceOptions& options) {
  const std::string place = tree->name();
  auto archive = std::make_unique<DockerArchive>(std::move(tree), kind, std::move(name), options);
  if (auto opened = archive->open(selector); !opened) {
    Error error = std::move(opened).error();
    if (!error.message.starts_with(place)) error = std::move(error).with_context(place);
    return std::unexpected(std::move(error));
  }
  return archive;
}

}  // namespace yagura::image
