#include "image/source/testing/layout_builder.hpp"

#include <fmt/format.h>

#include "core/json_text.hpp"
#include "image/registry/testing/temporary_directory.hpp"
#include "image/source/digest.hpp"
#include "image/source/manifest.hpp"

namespace yagura::image::testing {
namespace {

void append(core::JsonWriter& writer, const Descriptor& descriptor) {
  writer.begin_object();
  writer.member("mediaType", descriptor.media_type);
  writer.member("digest", descriptor.digest);
  writer.member("size", static_cast<unsigned long long>(descriptor.size));
  if (!descriptor.artifact_type.empty()) writer.member("artifactType", descriptor.artifact_type);
  if (descriptor.platform) {
    writer.key("platform").begin_object();
    writer.member("os", descriptor.platform->os);
    writer.member("architecture", descriptor.platform->architecture);
    if (!descriptor.platform->variant.empty())
      writer.member("variant", descriptor.platform->variant);
    writer.end_object();
  }
  if (!descriptor.annotations.empty()) {
    writer.key("annotations").begin_object();
    for (const auto& [key, value] : descriptor.annotations) writer.member(key, value);
    writer.end_object();
  }
  writer.end_object();
}

}  // namespace

std::string descriptor_json(const Descriptor& descriptor) {
  std::string out;
  core::JsonWriter writer(out, 0);
  append(writer, descriptor);
  return out;
}

std::string manifest_json(const Descriptor& config, const std::vector<Descriptor>& layers) {
  std::string out;
  core::JsonWriter writer(out, 0);
  writer.begin_object().member("schemaVersion", 2).member("mediaType", std::string(kOciManifest));
  writer.key("config");
  append(writer, config);
  writer.key("layers").begin_array();
  for (const Descriptor& layer : layers) append(writer, layer);
  writer.end_array().end_object();
  return out;
}

std::string index_json(const std::vector<Descriptor>& manifests) {
  std::string out;
  core::JsonWriter writer(out, 0);
  writer.begin_object().member("schemaVersion", 2).member("mediaType", std::string(kOciIndex));
  writer.key("manifests").begin_array();
  for (const Descriptor& manifest : manifests) append(writer, manifest);
  writer.end_array().end_object();
  return out;
}

std::string config_json(const std::vector<std::string>& diff_ids, const Platform& platform) {
  std::string out;
  core::JsonWriter writer(out, 0);
  writer.begin_object();
  writer.member("architecture", platform.architecture).member("os", platform.os);
  if (!platform.variant.empty()) writer.member("variant", platform.variant);
  writer.key("rootfs").begin_object().member("type", "layers").key("diff_ids").begin_array();
  for (const std::string& diff_id : diff_ids) writer.value(diff_id);
  writer.end_array().end_object();
  writer.end_object();
  return out;
}

LayoutBuilder::LayoutBuilder(std::filesystem::path directory) : directory_(std::move(directory)) {
  write_text(directory_ / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  write_index();
}

std::filesystem::path LayoutBuilder::blob(std::string_view digest) const {
  return directory_ / "blobs" / digest_algorithm(digest) / digest_hex(digest);
}

Descriptor LayoutBuilder::add_blob(std::string_view bytes, std::string_view media_type) {
  Descriptor descriptor{
      .media_type = std::string(media_type), .digest = sha256_digest(bytes), .size = bytes.size()};
  write_text(blob(descriptor.digest), bytes);
  return descriptor;
}

Descriptor LayoutBuilder::add_image(const std::vector<std::string>& layers,
                                    const Platform& platform) {
  std::vector<Descriptor> descriptors;
  std::vector<std::string> diff_ids;
  for (const std::string& layer : layers) {
    descriptors.push_back(add_blob(layer, "application/vnd.oci.image.layer.v1.tar"));
    diff_ids.push_back(descriptors.back().digest);
  }
  const Descriptor config = add_blob(config_json(diff_ids, platform), kOciConfig);
  Descriptor manifest = add_blob(manifest_json(config, descriptors), kOciManifest);
  manifest.platform = platform;
  return manifest;
}

Descriptor LayoutBuilder::add_index(const std::vector<Descriptor>& manifests) {
  return add_blob(index_json(manifests), kOciIndex);
}

void LayoutBuilder::tag(Descriptor manifest, std::string_view name) {
  if (!name.empty()) {
    manifest.annotations.emplace_back("org.opencontainers.image.ref.name", name);
  }
  tagged_.push_back(std::move(manifest));
  write_index();
}

void LayoutBuilder::write_index() const {
  write_text(directory_ / "index.json", index_json(tagged_));
}

}  // namespace yagura::image::testing
