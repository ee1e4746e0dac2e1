#include "vuln/update/install.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/file.hpp"

namespace yagura::vuln {

namespace {

namespace fs = std::filesystem;

Result<void> check_age(const Manifest& manifest, const fs::path& directory,
                       const TrustOptions& trust) {
  if (trust.allow_older) return {};
  const auto text = core::read_file(directory / kManifestFile, {.max_size = kMaxManifest});
  if (!text) return {};
  const auto envelope = parse_envelope(*text);
  if (!envelope) return {};
  const auto old = parse_manifest(envelope->payload);
  if (old && manifest.created < old->created) {
    return fail(ErrorCode::kInvalidInput, "this index was made " + manifest.created +
                                              ", before the one that is here (" + old->created +
                                              ")");
  }
  return {};
}

Result<void> check_sizes(const Manifest& manifest, const TrustOptions& trust) {
  std::uint64_t total = 0;
  for (const ShardInfo& shard : manifest.shards) {
    if (shard.size > trust.max_shard_bytes || shard.size > trust.max_total_bytes - total) {
      return fail(ErrorCode::kLimitExceeded, "shard " + shard.name + " is larger than the limit");
    }
    total += shard.size;
  }
  return {};
}

bool is_there(const fs::path& path, const ShardInfo& shard) {
  std::error_code error;
  if (fs::file_size(path, error) != shard.size || error) return false;
  const auto opened = Shard::open(path);
  return opened && sha256_hex((*opened)->bytes()) == shard.sha256;
}

Result<void> check_shard(const ShardInfo& shard, std::string_view bytes) {
  if (bytes.size() != shard.size) {
    return fail(ErrorCode::kInvalidInput, shard.file + " has " + std::to_string(bytes.size()) +
                                              " bytes; the manifest says " +
                                              std::to_string(shard.size));
  }
  if (sha256_hex(bytes) != shard.sha256) {
    return fail(ErrorCode::kInvalidInput,
                shard.file + ": its SHA-256 is not the manifest's: damaged or changed on its way");
  }
  auto opened = Shard::from_bytes(bytes);
  if (!opened) return std::unexpected(std::move(opened).error().with_context(shard.file));
  if (auto verified = (*opened)->verify(); !verified) {
    return std::unexpected(std::move(verified).error().with_context(shard.file));
  }
  return {};
}

bool same_manifest(const fs::path& directory, std::string_view manifest_file) {
  const auto text = core::read_file(directory / kManifestFile, {.max_size = kMaxManifest});
  return text && *text == manifest_file;
}

}  // namespace

Result<InstallResult> install_index(std::string_view manifest_file, const fs::path& directory,
                                    const TrustOptions& trust, const FetchShard& fetch) {
  InstallResult result;
  YAGURA_TRY(const Envelope envelope, parse_envelope(manifest_file));
  if (!trust.keys.empty()) {
    YAGURA_TRY(result.signed_by, check_signature(envelope, trust.keys));
  }
  YAGURA_TRY(result.manifest, parse_manifest(envelope.payload));
  YAGURA_TRY_VOID(check_age(result.manifest, directory, trust));
  YAGURA_TRY_VOID(check_sizes(result.manifest, trust));
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return fail(ErrorCode::kIo, "making " + directory.string() + ": " + error.message());
  }
  for (const ShardInfo& shard : result.manifest.shards) {
    const fs::path path = directory / shard.file;
    if (is_there(path, shard)) {
      ++result.kept;
      continue;
    }
    YAGURA_TRY(const std::string bytes, fetch(shard));
    YAGURA_TRY_VOID(check_shard(shard, bytes));
    // Nothing reads it before the manifest names it.
    YAGURA_TRY_VOID(core::write_file(path, bytes));
    ++result.fetched;
    result.bytes += bytes.size();
  }
  result.changed = result.fetched > 0 || !same_manifest(directory, manifest_file);
  if (!result.changed) return result;
  YAGURA_TRY_VOID(write_index(directory, envelope, result.manifest, {}));
  return result;
}

Result<void> sign_index(const fs::path& directory, std::string_view private_key_pem) {
  YAGURA_TRY(const std::string text,
             core::read_file(directory / kManifestFile, {.max_size = kMaxManifest}));
  YAGURA_TRY(Envelope envelope, parse_envelope(text));
  YAGURA_TRY_VOID(sign(envelope, private_key_pem));
  return core::write_file(directory / kManifestFile, to_json(envelope));
}

Result<InstallResult> verify_index(const fs::path& directory, const TrustOptions& trust) {
  InstallResult result;
  YAGURA_TRY(const std::string text,
             core::read_file(directory / kManifestFile, {.max_size = kMaxManifest}));
  YAGURA_TRY(const Envelope envelope, parse_envelope(text));
  if (!trust.keys.empty()) {
    YAGURA_TRY(result.signed_by, check_signature(envelope, trust.keys));
  }
  YAGURA_TRY(const Index index, Index::open(directory));
  YAGURA_TRY_VOID(index.verify());
  result.manifest = index.manifest();
  result.kept = result.manifest.shards.size();
  return result;
}

}  // namespace yagura::vuln
