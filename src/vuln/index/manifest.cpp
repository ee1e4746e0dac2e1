#include "vuln/index/manifest.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/json_text.hpp"
#include "vuln/feeds/json.hpp"

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

constexpr std::size_t kMaxShards = 10'000;

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Result<std::string> from_base64(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string out(text.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return fail(ErrorCode::kInvalidInput, "no base64");
  std::size_t length = static_cast<std::size_t>(size);
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '=' && length > 0; --i) --length;
  out.resize(length);
  return out;
}

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && name.front() != '.' && name.ends_with(".ydb") &&
         std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
                  c == '_';
         });
}

std::uint64_t count(const Object& object, std::string_view key) {
  std::uint64_t out = 0;
  return object[key].get(out) == simdjson::SUCCESS ? out : 0;
}

Result<ShardInfo> read_shard(const Object& object) {
  ShardInfo shard;
  shard.name = json::text(object, "name");
  shard.file = json::text(object, "file");
  shard.sha256 = json::text(object, "sha256");
  shard.size = count(object, "size");
  shard.records = count(object, "records");
  shard.statements = count(object, "statements");
  if (shard.name.empty() || !is_file_name(shard.file) || !is_hex(shard.sha256, 64)) {
    return fail(ErrorCode::kInvalidInput,
                "the manifest's shards need name, file (a name, no path) and sha256");
  }
  return shard;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string to_json(const Manifest& manifest) {
  std::string out;
  core::JsonWriter writer(out, 1);
  writer.begin_object().member("format", 1).member("created", manifest.created);
  writer.key("shards").begin_array();
  for (const ShardInfo& shard : manifest.shards) {
    writer.begin_object()
        .member("name", shard.name)
        .member("file", shard.file)
        .member("sha256", shard.sha256)
        .member("size", shard.size)
        .member("records", shard.records)
        .member("statements", shard.statements)
        .end_object();
  }
  writer.end_array().key("sources").begin_array();
  for (const SourceInfo& source : manifest.sources) {
    writer.begin_object()
        .member("name", source.name)
        .member("format", source.format)
        .member("data_time", source.data_time)
        .member("records", source.records)
        .member("scores", source.scores)
        .end_object();
  }
  writer.end_array().end_object();
  out += '\n';
  return out;
}

Result<Manifest> parse_manifest(std::string_view bytes) {
  json::Reader reader;
  YAGURA_TRY(const Element element, reader.parse(bytes));
  Object root;
  if (element.get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "a manifest is an object");
  }
  if (count(root, "format") != 1) {
    return fail(ErrorCode::kUnsupported, "the manifest's format is another one than 1");
  }
  Manifest manifest;
  manifest.created = json::text(root, "created");
  json::Array shards;
  if (root["shards"].get(shards) != simdjson::SUCCESS || shards.size() > kMaxShards) {
    return fail(ErrorCode::kInvalidInput, "a manifest needs \"shards\", at most 10,000");
  }
  std::set<std::string> seen;
  for (const Element entry : shards) {
    Object object;
    if (entry.get(object) != simdjson::SUCCESS) {
      return fail(ErrorCode::kInvalidInput, "a shard of the manifest is no object");
    }
    YAGURA_TRY(ShardInfo shard, read_shard(object));
    if (!seen.insert(shard.name).second || !seen.insert("file\n" + shard.file).second) {
      return fail(ErrorCode::kInvalidInput, "the manifest names shard " + shard.name + " twice");
    }
    manifest.shards.push_back(std::move(shard));
  }
  json::each_object(root, "sources", [&](const Object& object) {
    if (manifest.sources.size() >= kMaxShards) return;
    manifest.sources.push_back({.name = std::string(json::text(object, "name")),
                                .format = std::string(json::text(object, "format")),
                                .data_time = std::string(json::text(object, "data_time")),
                                .records = count(object, "records"),
                                .scores = count(object, "scores")});
  });
  return manifest;
}

std::string to_json(const Envelope& envelope) {
  std::string out;
  core::JsonWriter writer(out, 1);
  writer.begin_object()
      .member("payloadType", envelope.type)
      .member("payload", to_base64(envelope.payload));
  writer.key("signatures").begin_array();
  for (const EnvelopeSignature& signature : envelope.signatures) {
    writer.begin_object()
        .member("keyid", signature.key_id)
        .member("sig", to_base64(signature.signature))
        .end_object();
  }
  writer.end_array().end_object();
  out += '\n';
  return out;
}

Result<Envelope> parse_envelope(std::string_view bytes) {
  if (bytes.size() > kMaxManifest) {
    return fail(ErrorCode::kLimitExceeded, "the manifest is larger than 16 MiB");
  }
  json::Reader reader;
  YAGURA_TRY(const Element element, reader.parse(bytes));
  Object root;
  if (element.get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "the manifest's envelope is no object");
  }
  Envelope envelope;
  envelope.type = json::text(root, "payloadType");
  if (envelope.type != kManifestType) {
    return fail(ErrorCode::kInvalidInput, "is no manifest of a vulnerability index");
  }
  YAGURA_TRY(envelope.payload, from_base64(json::text(root, "payload")));
  Result<void> read;
  json::each_object(root, "signatures", [&](const Object& object) {
    auto signature = from_base64(json::text(object, "sig"));
    if (!signature) {
      read = std::unexpected(std::move(signature).error().with_context("a signature"));
    } else if (envelope.signatures.size() < 64) {
      envelope.signatures.push_back(
          {std::string(json::text(object, "keyid")), *std::move(signature)});
    }
  });
  YAGURA_TRY_VOID(std::move(read));
  return envelope;
}

std::string signed_bytes(const Envelope& envelope) {
  return "DSSEv1 " + std::to_string(envelope.type.size()) + " " + envelope.type + " " +
         std::to_string(envelope.payload.size()) + " " + envelope.payload;
}

}  // namespace yagura::vuln
