#include "supply/policy/recorded_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "core/file.hpp"
#include "supply/encoding/base64.hpp"
#include "supply/encoding/json.hpp"
#include "supply/encoding/public_key.hpp"

namespace yagura::supply {
namespace {

class TextStream final : public image::BlobStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t size = std::min(into.size(), text_.size() - at_);
    std::copy_n(text_.data() + at_, size, into.data());
    at_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

RecordedSource::RecordedSource(const std::string& repository, const std::string& reference) {
  name_ = reference;
  reference_ = reference;
  const auto text = core::read_file(YAGURA_SOURCE_DIR "/src/supply/testdata/recorded.json");
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return;
  }
  const auto document = JsonDocument::parse(*text);
  const JsonValue recorded = document->root()[repository];
  for (const auto& [key, value] : recorded["manifests"].members())
    manifests[key] = {value["type"].text(), *base64_decode(value["bytes"].text())};
  for (const auto& [key, value] : recorded["blobs"].members())
    blobs[key] = *base64_decode(value.text());
  const Stored& image = manifests.at("1");
  image_.raw_manifest = {.media_type = image.type,
                         .digest = "sha256:" + hex_encode(sha256(image.bytes)),
                         .bytes = image.bytes};
}

Result<std::unique_ptr<image::BlobStream>> RecordedSource::open_blob(
    const image::Descriptor& descriptor) const {
  const auto at = blobs.find(descriptor.digest);
  if (at == blobs.end()) return fail(ErrorCode::kNotFound, "no such blob");
  return std::make_unique<TextStream>(at->second);
}

// As a registry without the referrers API: by the tag that stands in for it.
Result<std::vector<image::Descriptor>> RecordedSource::referrers(
    std::string_view subject, std::string_view /*artifact_type*/) const {
  std::string tag(subject);
  std::ranges::replace(tag, ':', '-');
  const auto at = manifests.find(tag);
  if (at == manifests.end()) return std::vector<image::Descriptor>{};
  YAGURA_TRY(const auto parsed, image::parse_manifest(at->second.bytes, at->second.type));
  return std::get<image::Index>(parsed).manifests;
}

Result<image::RawManifest> RecordedSource::fetch_manifest(std::string_view reference) const {
  const auto at = manifests.find(reference);
  if (at == manifests.end()) return fail(ErrorCode::kNotFound, "no such manifest");
  return image::RawManifest{.media_type = at->second.type,
                            .digest = "sha256:" + hex_encode(sha256(at->second.bytes)),
                            .bytes = at->second.bytes};
}

}  // namespace yagura::supply
