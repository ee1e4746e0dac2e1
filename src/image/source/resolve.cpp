#include "image/source/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/visible_text.hpp"
#include "image/source/digest.hpp"
#include "image/source/platform.hpp"

namespace yagura::image {
namespace {

constexpr int kMaxFetches = 64;  // of manifests, for one image
constexpr std::size_t kMaxPlatformsShown = 12;

std::string shown(std::string_view text) { return core::visible(text.substr(0, 160)); }

// One search through an index and those in it.
class Search {
 public:
  Search(const ImageSource& source, const SourceOptions& options)
      : source_(source),
        options_(options),
        wanted_(options.platform.value_or(default_platform())) {}

  Result<void> follow(RawManifest raw, std::string_view media_type, std::size_t depth) {
    YAGURA_TRY(auto document, parse_manifest(raw.bytes, media_type, options_.manifest_limits));
    if (auto* manifest = std::get_if<Manifest>(&document)) {
      image_.manifest = std::move(*manifest);
      image_.raw_manifest = std::move(raw);
      return {};
    }
    if (depth == options_.max_index_depth) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("indexes are nested more than {} deep", options_.max_index_depth));
    }
    image_.indexes.push_back(std::move(raw));
    return choose(std::get<Index>(document), depth);
  }

  ResolvedImage take() { return std::move(image_); }

 private:
  Result<void> choose(const Index& index, std::size_t depth) {
    std::vector<const Descriptor*> images;
    for (const Descriptor& descriptor : index.manifests) {
      if (is_attestation(descriptor) || !may_be_image(descriptor)) continue;
      images.push_back(&descriptor);
      if (descriptor.platform) offered_.push_back(to_string(*descriptor.platform));
    }
    if (const Descriptor* best = best_match(images)) return fetch(*best, depth);
    YAGURA_TRY(const bool was_found, try_untold(images, depth));
    if (was_found) return {};
    if (!options_.platform && images.size() == 1 && images.front()->platform) {
      return fetch(*images.front(), depth);
    }
    return fail(ErrorCode::kNotFound, none_message());
  }

  static bool may_be_image(const Descriptor& descriptor) {
    return descriptor.media_type.empty() || is_index_type(descriptor.media_type) ||
           is_manifest_type(descriptor.media_type);
  }

  const Descriptor* best_match(const std::vector<const Descriptor*>& images) const {
    const Descriptor* best = nullptr;
    int best_score = 0;
    for (const Descriptor* descriptor : images) {
      const int score = descriptor->platform ? platform_score(wanted_, *descriptor->platform) : 0;
      if (score > best_score) {
        best_score = score;
        best = descriptor;
      }
    }
    return best;
  }

  // Entries that name no platform: nested indexes, and images whose configuration alone tells.
  Result<bool> try_untold(const std::vector<const Descriptor*>& images, std::size_t depth) {
    std::vector<const Descriptor*> untold;
    std::ranges::copy_if(images, std::back_inserter(untold),
                         [](const Descriptor* image) { return !image->platform; });
    for (const Descriptor* descriptor : untold) {
      const std::size_t indexes = image_.indexes.size();
      Result<void> result = fetch(*descriptor, depth);
      if (result && untold.size() > 1 && !suits(image_.manifest)) {
        result = fail(ErrorCode::kNotFound, "another platform");
      }
      if (result) return true;
      if (result.error().code != ErrorCode::kNotFound) return std::unexpected(result.error());
      image_.indexes.resize(indexes);
    }
    return false;
  }

  // By the configuration; what can't be read of it is told later, of the image that is taken.
  bool suits(const Manifest& manifest) const {
    const auto bytes = read_blob(source_, manifest.config, options_.config_limits.max_size);
    if (!bytes) return false;
    const auto config = parse_image_config(*bytes, options_.config_limits);
    return config && platform_score(wanted_, config->platform) > 0;
  }

  Result<void> fetch(const Descriptor& descriptor, std::size_t depth) {
    if (++fetches_ > kMaxFetches) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("more than {} manifests would have to be read", kMaxFetches));
    }
    YAGURA_TRY(RawManifest raw, source_.fetch_manifest(descriptor.digest));
    if (raw.bytes.size() != descriptor.size) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("manifest {} has {} bytes, not the {} that its index says",
                              descriptor.digest, raw.bytes.size(), descriptor.size));
    }
    return follow(std::move(raw), descriptor.media_type, depth + 1);
  }

  std::string none_message() const {
    if (offered_.empty()) return "the index holds no images";
    std::string list;
    for (std::size_t i = 0; i < std::min(offered_.size(), kMaxPlatformsShown); ++i) {
      list += fmt::format("{}{}", i == 0 ? "" : ", ", shown(offered_[i]));
    }
    if (offered_.size() > kMaxPlatformsShown) list += ", …";
    return fmt::format("there is no image for {}; choose one with --platform: {}",
                       to_string(wanted_), list);
  }

  const ImageSource& source_;
  const SourceOptions& options_;
  Platform wanted_;
  ResolvedImage image_;
  std::vector<std::string> offered_;  // platforms, of all indexes
  int fetches_ = 0;
};

bool is_image_config(std::string_view media_type) {
  return media_type == kOciConfig || media_type == kDockerConfig || media_type.empty();
}

Result<void> read_config(const ImageSource& source, const SourceOptions& options,
                         ResolvedImage& image) {
  const Descriptor& descriptor = image.manifest.config;
  if (!is_image_config(descriptor.media_type)) {
    if (options.allow_artifacts) return {};
    return fail(ErrorCode::kUnsupported,
                fmt::format("holds no container image: its configuration is \"{}\"",
                            shown(descriptor.media_type)));
  }
  auto bytes = read_blob(source, descriptor, options.config_limits.max_size);
  if (!bytes) return std::unexpected(std::move(bytes).error().with_context("image configuration"));
  image.config_bytes = *std::move(bytes);
  YAGURA_TRY(image.config, parse_image_config(image.config_bytes, options.config_limits));
  return check_image(image, options);
}

}  // namespace

Result<RawManifest> checked_manifest(std::string bytes, std::string_view media_type,
                                     std::string_view expected, const ManifestLimits& limits) {
  // First the digest: what is not the document that was asked for is not worth parsing, and its
  // faults would be another's.
  if (!expected.empty() && !has_digest(bytes, expected)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the manifest is not the one that was asked for: its digest is {}, not "
                            "{}; it was damaged or replaced on the way",
                            sha256_digest(bytes), expected));
  }
  YAGURA_TRY(const auto document, parse_manifest(bytes, media_type, limits));
  RawManifest raw;
  raw.media_type = std::visit([](const auto& known) { return known.media_type; }, document);
  raw.digest = expected.empty() ? sha256_digest(bytes) : std::string(expected);
  raw.bytes = std::move(bytes);
  return raw;
}

Result<ResolvedImage> resolve_image(const ImageSource& source, RawManifest root,
                                    const SourceOptions& options) {
  Search search(source, options);
  const std::string media_type = root.media_type;
  YAGURA_TRY_VOID(search.follow(std::move(root), media_type, 0));
  ResolvedImage image = search.take();
  YAGURA_TRY_VOID(read_config(source, options, image));
  return image;
}

Result<void> check_image(const ResolvedImage& image, const SourceOptions& options) {
  const Platform& has = image.config.platform;
  if (options.platform && !has.os.empty() && platform_score(*options.platform, has) == 0) {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no image for {}: the only one is for {}",
                            to_string(*options.platform), shown(to_string(has))));
  }
  const std::size_t layers = image.manifest.layers.size();
  if (layers != image.config.diff_ids.size()) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the manifest has {} layers and the configuration {} diff ids: one of "
                            "them is damaged or forged",
                            layers, image.config.diff_ids.size()));
  }
  for (const Descriptor& layer : image.manifest.layers) {
    if (!layer.media_type.ends_with("+encrypted")) continue;
    return fail(ErrorCode::kUnsupported,
                fmt::format("layer {} is encrypted ({}): scan the image before it is encrypted",
                            layer.digest, shown(layer.media_type)));
  }
  return {};
}

}  // namespace yagura::image
