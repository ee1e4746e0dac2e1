#include "image/source/registry_source.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/visible_text.hpp"
#include "image/registry/registry_client.hpp"
#include "image/source/digest.hpp"
#include "image/source/resolve.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxReferrers = 1000;

class RegistrySource final : public ImageSource {
 public:
  RegistrySource(std::unique_ptr<RegistryClient> client, std::string name,
                 const SourceOptions& options)
      : client_(std::move(client)), options_(options) {
    name_ = std::move(name);
    reference_ = to_string(client_->reference());
  }

  SourceKind kind() const override { return SourceKind::kRegistry; }

  Result<void> open() {
    const RegistryReference& reference = client_->reference();
    YAGURA_TRY(RawManifest root,
               fetch_manifest(reference.digest.empty() ? reference.tag : reference.digest));
    YAGURA_TRY(image_, resolve_image(*this, std::move(root), options_));
    return {};
  }

  Result<std::unique_ptr<BlobStream>> open_blob(const Descriptor& descriptor) const override {
    return client_->open_blob(descriptor.digest, descriptor.size);
  }

  Result<RawManifest> fetch_manifest(std::string_view reference) const override {
    YAGURA_TRY(RegistryManifest got,
               client_->get_manifest(reference, options_.manifest_limits.max_size));
    const bool is_by_digest = is_digest(reference);
    // A digest that a registry tells of what a tag names is checked too: a proxy that changes bytes
    // on the way is seen.
    const std::string_view expected = is_by_digest            ? reference
                                      : is_digest(got.digest) ? std::string_view(got.digest)
                                                              : std::string_view();
    auto raw =
        checked_manifest(std::move(got.bytes), got.media_type, expected, options_.manifest_limits);
    if (!raw) {
      const char separator = is_by_digest ? '@' : ':';
      return std::unexpected(std::move(raw).error().with_context(
          fmt::format("{}/{}{}{}", client_->reference().registry, client_->reference().repository,
                      separator, core::visible(reference))));
    }
    return raw;
  }

  Result<std::vector<Descriptor>> referrers(std::string_view subject,
                                            std::string_view artifact_type) const override {
    std::vector<Descriptor> found;
    if (!is_digest(subject)) return found;
    YAGURA_TRY(const auto pages, client_->referrers(subject, artifact_type));
    if (pages) {
      for (const std::string& page : *pages) YAGURA_TRY_VOID(add(page, artifact_type, found));
      return found;
    }
    // distribution-spec 1.1: without the API a tag of the subject's name lists them.
    const auto list =
        fetch_manifest(fmt::format("{}-{}", digest_algorithm(subject), digest_hex(subject)));
    if (!list && list.error().code == ErrorCode::kNotFound) return found;
    if (!list) return std::unexpected(list.error());
    YAGURA_TRY_VOID(add(list->bytes, artifact_type, found));
    return found;
  }

 private:
  Result<void> add(std::string_view bytes, std::string_view artifact_type,
                   std::vector<Descriptor>& found) const {
    YAGURA_TRY(auto document, parse_manifest(bytes, kOciIndex, options_.manifest_limits));
    for (Descriptor& descriptor : std::get<Index>(document).manifests) {
      if (!artifact_type.empty() && descriptor.artifact_type != artifact_type) continue;
      if (found.size() == kMaxReferrers) {
        return fail(ErrorCode::kLimitExceeded,
                    fmt::format("{}: more than {} referrers", reference_, kMaxReferrers));
      }
      found.push_back(std::move(descriptor));
    }
    return {};
  }

  std::unique_ptr<RegistryClient> client_;
  SourceOptions options_;
};

}  // namespace

Result<std::unique_ptr<ImageSource>> open_registry_image(std::string_view reference,
                                                         std::string name,
                                                         const SourceOptions& options) {
  YAGURA_TRY(RegistryReference parsed, parse_registry_reference(reference));
  RegistryOptions registry = options.registry;
  registry.allow_network = registry.allow_network && options.allow_network;
  YAGURA_TRY(auto client, RegistryClient::make(std::move(parsed), std::move(registry)));
  auto source = std::make_unique<RegistrySource>(std::move(client), std::move(name), options);
  if (auto opened = source->open(); !opened) {
    Error error = std::move(opened).error();
    if (error.message.find(source->reference().substr(
            0, source->reference().find_first_of("/:"))) == std::string::npos) {
      error = std::move(error).with_context(source->reference());
    }
    return std::unexpected(std::move(error));
  }
  return source;
}

}  // namespace yagura::image
