// Manifests, indexes and configurations: what is accepted is what the types promise, and means the
// same whether its media type is told or found out.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "core/check.hpp"
#include "image/source/digest.hpp"
#include "image/source/image_config.hpp"
#include "image/source/manifest.hpp"

namespace {

using namespace yagura::image;

constexpr ManifestLimits kLimits{.max_size = 1 << 16, .max_layers = 20, .max_manifests = 20};

void check(const Descriptor& descriptor) {
  YAGURA_CHECK(is_digest(descriptor.digest), "a descriptor has a digest");
  YAGURA_CHECK(descriptor.size <= std::uint64_t{INT64_MAX}, "a descriptor has a size");
}

void check(const Manifest& manifest) {
  YAGURA_CHECK(is_manifest_type(manifest.media_type), "a manifest is of its type");
  YAGURA_CHECK(manifest.layers.size() <= kLimits.max_layers, "layers are bounded");
  check(manifest.config);
  for (const Descriptor& layer : manifest.layers) check(layer);
  if (manifest.subject) check(*manifest.subject);
}

void check(const Index& index) {
  YAGURA_CHECK(is_index_type(index.media_type), "an index is of its type");
  YAGURA_CHECK(index.manifests.size() <= kLimits.max_manifests, "manifests are bounded");
  for (const Descriptor& manifest : index.manifests) check(manifest);
  if (index.subject) check(*index.subject);
}

bool same(const Manifest& a, const Manifest& b) {
  return a.media_type == b.media_type && a.config == b.config && a.layers == b.layers &&
         a.subject == b.subject && a.annotations == b.annotations;
}

bool same(const Index& a, const Index& b) {
  return a.media_type == b.media_type && a.manifests == b.manifests && a.subject == b.subject &&
         a.annotations == b.annotations;
}

void check_manifest(std::string_view bytes) {
  const auto document = parse_manifest(bytes, "", kLimits);
  if (!document) {
    for (const std::string_view type : {kOciManifest, kOciIndex, kDockerManifest, kDockerIndex}) {
      const auto told = parse_manifest(bytes, type, kLimits);
      YAGURA_CHECK(
          !told || std::visit([](const auto& known) { return known.media_type; }, *told) == type,
          "a told type counts");
    }
    return;
  }
  std::visit([](const auto& known) { check(known); }, *document);
  std::visit(
      [&](const auto& known) {
        using Kind = std::decay_t<decltype(known)>;
        const auto told = parse_manifest(bytes, known.media_type, kLimits);
        YAGURA_CHECK(
            told && std::holds_alternative<Kind>(*told) && same(std::get<Kind>(*told), known),
            "a type that is told changes nothing");
      },
      *document);
}

void check_config(std::string_view bytes) {
  const auto config = parse_image_config(bytes, {.max_size = 1 << 16, .max_entries = 50});
  if (!config) return;
  YAGURA_CHECK(std::ranges::all_of(config->diff_ids, is_digest), "diff ids are digests");
  YAGURA_CHECK(config->diff_ids.size() <= 50 && config->history.size() <= 50 &&
                   config->config.env.size() <= 50 && config->config.labels.size() <= 50,
               "lists are bounded");
  YAGURA_CHECK(std::ranges::is_sorted(config->config.exposed_ports), "ports are sorted");
  const auto steps = history_of_layers(*config);
  YAGURA_CHECK(steps.empty() || steps.size() == config->diff_ids.size(), "a step for each layer");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_manifest(bytes);
  check_config(bytes);
  return 0;
}
