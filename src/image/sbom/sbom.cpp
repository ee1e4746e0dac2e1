#include "image/sbom/sbom.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "core/diagnostics.hpp"
#include "image/sbom/internal/formats.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"

namespace yagura::image {
namespace {

constexpr int kMaxEnvelopes = 4;  // DSSE around in-toto around "Data"
constexpr std::size_t kLook = 4096;

constexpr std::array<std::pair<std::string_view, SbomFormat>, 9> kNames{{
    {"cyclonedx", SbomFormat::kCyclonedx16},
    {"cyclonedx-json", SbomFormat::kCyclonedx16},
    {"cyclonedx-1.4", SbomFormat::kCyclonedx14},
    {"cyclonedx-1.5", SbomFormat::kCyclonedx15},
    {"cyclonedx-1.6", SbomFormat::kCyclonedx16},
    {"spdx", SbomFormat::kSpdx23Json},
    {"spdx-json", SbomFormat::kSpdx23Json},
    {"spdx-tag-value", SbomFormat::kSpdx23TagValue},
    {"spdx-tv", SbomFormat::kSpdx23TagValue},
}};

std::string_view text_of(const kube::Node& node, std::string_view key) {
  const kube::Node* const found = node.find(key);
  return found == nullptr ? std::string_view() : found->string_or();
}

// Standard or URL-safe alphabet, with or without padding.
Result<std::string> decode_base64(std::string_view text) {
  std::string padded;
  padded.reserve(text.size() + 3);
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    padded.push_back(c == '-' ? '+' : c == '_' ? '/' : c);
  }
  while (padded.size() % 4 != 0) padded.push_back('=');
  std::size_t padding = 0;
  while (padding < 2 && padding < padded.size() && padded[padded.size() - 1 - padding] == '=') {
    ++padding;
  }
  std::string out(padded.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(padded.data()),
                                   static_cast<int>(padded.size()));
  if (size < 0) return fail(ErrorCode::kInvalidInput, "the envelope's payload is no base64");
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

Result<sbom::Bom> read_bom(std::string_view text, const SbomLimits& limits, int envelopes);

Result<sbom::Bom> read_object(const kube::Node& root, const SbomLimits& limits, int envelopes) {
  if (!root.is_map()) return fail(ErrorCode::kInvalidInput, "not a JSON object");
  if (text_of(root, "bomFormat") == "CycloneDX") return sbom::read_cyclonedx(root, limits);
  if (root.find("spdxVersion") != nullptr) return sbom::read_spdx_json(root, limits);
  if (envelopes > 0) {
    if (const kube::Node* const payload = root.find("payload");
        payload != nullptr && payload->is_string() && root.find("payloadType") != nullptr) {
      YAGURA_TRY(const std::string inner, decode_base64(payload->as_string()));
      return read_bom(inner, limits, envelopes - 1);
    }
    if (const kube::Node* const predicate = root.find("predicate"); predicate != nullptr) {
      const std::string_view data = text_of(*predicate, "Data");
      if (!data.empty()) return read_bom(data, limits, envelopes - 1);
      if (predicate->is_string()) return read_bom(predicate->as_string(), limits, envelopes - 1);
      return read_object(*predicate, limits, envelopes - 1);
    }
  }
  if (root.find("@context") != nullptr && root.find("@graph") != nullptr) {
    return fail(ErrorCode::kUnsupported, "SPDX 3; SPDX 2.2 and 2.3 are read");
  }
  return fail(ErrorCode::kUnsupported, "neither CycloneDX nor SPDX");
}

Result<sbom::Bom> read_json(std::string_view text, const SbomLimits& limits, int envelopes) {
  const kube::Source source("sbom", std::string(text), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto documents = kube::read_json(
      source, diagnostics, {.max_document_size = limits.max_size, .max_depth = limits.max_depth});
  if (diagnostics.has_errors() || documents.empty()) {
    const auto& list = diagnostics.list();
    return fail(ErrorCode::kInvalidInput,
                list.empty() ? "empty" : "damaged JSON: " + list.front().message);
  }
  return read_object(*documents.front(), limits, envelopes);
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

Result<sbom::Bom> read_bom(std::string_view text, const SbomLimits& limits, int envelopes) {
  if (text.size() > limits.max_size) {
    return fail(ErrorCode::kLimitExceeded,
                "larger than " + std::to_string(limits.max_size) + " bytes");
  }
  text = without_mark(text);
  if (text.starts_with('{')) return read_json(text, limits, envelopes);
  if (text.starts_with('<')) return sbom::read_cyclonedx_xml(text, limits);
  if (text.substr(0, kLook).contains("SPDXVersion:")) {
    return sbom::read_spdx_tag_value(text, limits);
  }
  return fail(ErrorCode::kUnsupported, "neither CycloneDX nor SPDX");
}

}  // namespace

std::optional<SbomFormat> sbom_format(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::string write_sbom(const Inventory& inventory, SbomFormat format, const SbomOptions& options) {
  const sbom::Bom bom = sbom::bom_of(inventory);
  switch (format) {
    case SbomFormat::kCyclonedx14:
      return sbom::write_cyclonedx(bom, "1.4", options);
    case SbomFormat::kCyclonedx15:
      return sbom::write_cyclonedx(bom, "1.5", options);
    case SbomFormat::kCyclonedx16:
      return sbom::write_cyclonedx(bom, "1.6", options);
    case SbomFormat::kSpdx23Json:
      return sbom::write_spdx_json(bom, options);
    case SbomFormat::kSpdx23TagValue:
      return sbom::write_spdx_tag_value(bom, options);
  }
  return {};
}

Result<Sbom> read_sbom(std::string_view text, const SbomLimits& limits) {
  auto bom = read_bom(text, limits, kMaxEnvelopes);
  if (!bom) return std::unexpected(std::move(bom).error().with_context("reading the SBOM"));
  Sbom out{.format = bom->format, .tool = bom->tool};
  out.inventory = sbom::inventory_of(*bom, out.notes);
  return out;
}

bool looks_like_sbom(std::string_view text) {
  text = without_mark(text).substr(0, kLook);
  const auto says = [text](std::string_view word) { return text.contains(word); };
  if (text.starts_with('<')) return says("http://cyclonedx.org/schema/bom/1.");
  if (!text.starts_with('{')) return says("SPDXVersion: SPDX-2.");
  return says("\"CycloneDX\"") || says("\"spdxVersion\"") || says("spdx.dev/Document") ||
         says("cyclonedx.org/bom");
}

}  // namespace yagura::image
