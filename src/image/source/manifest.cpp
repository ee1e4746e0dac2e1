#include "image/source/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/visible_text.hpp"
#include "image/source/digest.hpp"
#include "image/source/internal/json_members.hpp"

namespace yagura::image {
namespace {

using internal::each;
using internal::into;
using internal::Json;
using internal::read_members;
using internal::ReadJson;

constexpr std::size_t kMaxAnnotations = 10'000;
constexpr std::size_t kMaxUrls = 100;
constexpr std::string_view kReferenceType = "vnd.docker.reference.type";

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

ReadJson into(Platform& out) {
  return [&out](Json value) {
    return read_members(value, {{"os", into(out.os)},
                                {"architecture", into(out.architecture)},
                                {"variant", into(out.variant)},
                                {"os.version", into(out.os_version)}});
  };
}

Result<void> check(const Descriptor& descriptor, std::int64_t size) {
  if (descriptor.digest.empty()) return wrong("has no digest");
  if (!is_digest(descriptor.digest)) {
    return wrong(fmt::format("digest \"{}\" is neither sha256 nor sha512 in lower-case hex",
                             core::visible(std::string_view(descriptor.digest).substr(0, 160))));
  }
  if (size < 0) return wrong("has no size, or a negative one");
  return {};
}

ReadJson into(Descriptor& out) {
  return [&out](Json value) -> Result<void> {
    std::int64_t size = -1;
    YAGURA_TRY_VOID(read_members(value, {{"mediaType", into(out.media_type)},
                                         {"digest", into(out.digest)},
                                         {"size", into(size)},
                                         {"artifactType", into(out.artifact_type)},
                                         {"annotations", into(out.annotations, kMaxAnnotations)},
                                         {"platform", into(out.platform.emplace())},
                                         {"urls", into(out.urls, kMaxUrls)}}));
    if (out.platform == Platform{}) out.platform.reset();
    YAGURA_TRY_VOID(check(out, size));
    out.size = static_cast<std::uint64_t>(size);
    return {};
  };
}

ReadJson into(std::vector<Descriptor>& out, std::size_t max) {
  return each(max, [&out](Json value) { return into(out.emplace_back())(value); });
}

// Everything that a manifest or an index may have, before it is known which it is.
struct Document {
  std::int64_t schema_version = 0;
  bool has_config = false;
  bool has_layers = false;
  bool has_manifests = false;
  bool has_schema1 = false;
  Manifest manifest;
  Index index;
};

ReadJson noting(bool& seen, ReadJson read) {
  return [&seen, read = std::move(read)](Json value) {
    seen = true;
    return read(value);
  };
}

Result<void> read_document(Json root, const ManifestLimits& limits, Document& out) {
  Manifest& manifest = out.manifest;
  const ReadJson nothing = [](Json) -> Result<void> { return {}; };
  return read_members(
      root,
      {{"schemaVersion", into(out.schema_version)},
       {"mediaType", into(manifest.media_type)},
       {"artifactType", into(manifest.artifact_type)},
       {"config", noting(out.has_config, into(manifest.config))},
       {"layers", noting(out.has_layers, into(manifest.layers, limits.max_layers))},
       {"manifests", noting(out.has_manifests, into(out.index.manifests, limits.max_manifests))},
       {"subject", into(manifest.subject.emplace())},
       {"annotations", into(manifest.annotations, kMaxAnnotations)},
       {"fsLayers", noting(out.has_schema1, nothing)},
       {"signatures", noting(out.has_schema1, nothing)}});
}

std::unexpected<Error> schema1() {
  return fail(ErrorCode::kUnsupported,
              "is a Docker manifest of schema 1, which has no digests of its contents and is out "
              "of use since 2017; push the image again with a current client, or convert it: "
              "skopeo copy --format oci docker://OLD docker://NEW");
}

bool is_schema1_type(std::string_view type) {
  return type.starts_with("application/vnd.docker.distribution.manifest.v1+");
}

// What the document is: by its own word and what came with it, which must not differ.
Result<std::string> decide_type(const Document& document, std::string_view outside) {
  const std::string& inside = document.manifest.media_type;
  const bool is_told = is_index_type(outside) || is_manifest_type(outside);
  if (is_told && !inside.empty() && inside != outside) {
    return wrong(fmt::format("says that it is \"{}\", but came as \"{}\": refused as ambiguous",
                             core::visible(std::string_view(inside).substr(0, 160)), outside));
  }
  if (document.has_manifests && (document.has_config || document.has_layers)) {
    return wrong("is a manifest and an index at once: refused as ambiguous");
  }
  std::string type = !inside.empty() ? inside : is_told ? std::string(outside) : std::string();
  if (type.empty()) type = document.has_manifests ? kOciIndex : kOciManifest;
  if (!is_index_type(type) && !is_manifest_type(type)) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("has the media type \"{}\", which is no image manifest or index",
                            core::visible(std::string_view(type).substr(0, 160))));
  }
  if (is_index_type(type) && !document.has_manifests) return wrong("has no \"manifests\"");
  if (is_manifest_type(type) && !document.has_config) return wrong("has no \"config\"");
  if (is_manifest_type(type) && !document.has_layers) return wrong("has no \"layers\"");
  return type;
}

std::variant<Manifest, Index> as_result(Document document, std::string type) {
  Manifest& manifest = document.manifest;
  manifest.media_type = std::move(type);
  if (is_manifest_type(manifest.media_type)) return std::move(manifest);
  Index& index = document.index;
  index.media_type = std::move(manifest.media_type);
  index.artifact_type = std::move(manifest.artifact_type);
  index.subject = std::move(manifest.subject);
  index.annotations = std::move(manifest.annotations);
  return std::move(index);
}

}  // namespace

bool is_index_type(std::string_view media_type) {
  return media_type == kOciIndex || media_type == kDockerIndex;
}

bool is_manifest_type(std::string_view media_type) {
  return media_type == kOciManifest || media_type == kDockerManifest;
}

bool is_attestation(const Descriptor& descriptor) {
  if (!annotation(descriptor.annotations, kReferenceType).empty()) return true;
  return descriptor.platform && descriptor.platform->os == "unknown" &&
         descriptor.platform->architecture == "unknown";
}

Result<std::variant<Manifest, Index>> parse_manifest(std::string_view bytes,
                                                     std::string_view media_type,
                                                     const ManifestLimits& limits) {
  Document document;
  std::string type;
  const auto read = [&](Json root) -> Result<void> {
    if (is_schema1_type(media_type)) return schema1();
    YAGURA_TRY_VOID(read_document(root, limits, document));
    if (document.has_schema1 || document.schema_version == 1 ||
        is_schema1_type(document.manifest.media_type)) {
      return schema1();
    }
    if (document.schema_version != 2) {
      return wrong(fmt::format("schemaVersion is {}, not 2", document.schema_version));
    }
    YAGURA_TRY(type, decide_type(document, media_type));
    return {};
  };
  YAGURA_TRY_VOID(internal::read_json_document(bytes, limits.max_size, "manifest", read));
  if (document.manifest.subject && document.manifest.subject->digest.empty()) {
    document.manifest.subject.reset();
  }
  return as_result(std::move(document), std::move(type));
}

}  // namespace yagura::image
