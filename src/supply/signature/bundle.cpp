// Forms: cosign's SIGNATURE_SPEC.md and the annotations in its source; sigstore's protobuf-specs
// (sigstore_bundle.proto as JSON); DSSE's protocol.md; in-toto's statement v0.1 and v1.

#include "supply/signature/bundle.hpp"

#include "supply/encoding/base64.hpp"
#include "supply/encoding/json.hpp"

namespace yagura::supply {
namespace {

using Annotations = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMaxEntries = 16;

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kInvalidInput, std::move(what));
}

std::string annotation(const Annotations& all, std::string_view key) {
  for (const auto& [name, value] : all) {
    if (name == key) return value;
  }
  return {};
}

std::string decoded(const JsonValue& value) { return base64_decode(value.text()).value_or(""); }

Result<void> read_envelope(const JsonValue& envelope, Bundle& out) {
  out.form = Bundle::Form::kEnvelope;
  const auto payload = base64_decode(envelope["payload"].text());
  if (!payload || payload->empty()) return wrong("the envelope has no payload in base 64");
  out.payload = *payload;
  out.payload_type = envelope["payloadType"].text();
  for (const JsonValue& one : envelope["signatures"].items()) {
    if (auto bytes = base64_decode(one["sig"].text()); bytes && !bytes->empty())
      out.signatures.push_back(*std::move(bytes));
    if (out.signatures.size() >= kMaxEntries) break;
  }
  if (out.signatures.empty()) return wrong("the envelope has no signature");
  return {};
}

LogEntry read_entry(const JsonValue& value) {
  LogEntry out;
  out.body = decoded(value["canonicalizedBody"]);
  out.integrated_time = value["integratedTime"].number();
  out.index = value["logIndex"].number();
  out.log_id = decoded(value["logId"]["keyId"]);
  out.promise = decoded(value["inclusionPromise"]["signedEntryTimestamp"]);
  if (const JsonValue proof = value["inclusionProof"]; proof.exists()) {
    InclusionProof& read = out.proof.emplace();
    read.index = proof["logIndex"].number();
    read.tree_size = proof["treeSize"].number();
    read.root_hash = decoded(proof["rootHash"]);
    for (const JsonValue& hash : proof["hashes"].items()) {
      if (read.hashes.size() >= 64) break;
      read.hashes.push_back(decoded(hash));
    }
    read.checkpoint = proof["checkpoint"]["envelope"].text();
  }
  return out;
}

// What cosign wrote beside a signature before bundles: "dev.sigstore.cosign/bundle".
void read_annotations(const Annotations& annotations, Bundle& out) {
  out.certificate = annotation(annotations, "dev.sigstore.cosign/certificate");
  if (const std::string chain = annotation(annotations, "dev.sigstore.cosign/chain");
      !chain.empty())
    out.intermediates.push_back(chain);
  if (const std::string text = annotation(annotations, "dev.sigstore.cosign/bundle");
      !text.empty()) {
    if (const auto document = JsonDocument::parse(text)) {
      const JsonValue root = document->root();
      LogEntry entry;
      entry.promise = decoded(root["SignedEntryTimestamp"]);
      entry.body = decoded(root["Payload"]["body"]);
      entry.integrated_time = root["Payload"]["integratedTime"].number();
      entry.index = root["Payload"]["logIndex"].number();
      entry.log_id = hex_decode(root["Payload"]["logID"].text()).value_or("");
      out.entries.push_back(std::move(entry));
    }
  }
  if (const std::string text = annotation(annotations, "dev.sigstore.cosign/rfc3161timestamp");
      !text.empty()) {
    if (const auto document = JsonDocument::parse(text)) {
      if (std::string token = decoded(document->root()["SignedRFC3161Timestamp"]); !token.empty())
        out.timestamps.push_back(std::move(token));
    }
  }
}

}  // namespace

std::string Bundle::signed_bytes() const {
  if (form == Form::kSimpleSigning) return payload;
  return "DSSEv1 " + std::to_string(payload_type.size()) + " " + payload_type + " " +
         std::to_string(payload.size()) + " " + payload;
}

Result<Bundle> parse_bundle(std::string_view json) {
  YAGURA_TRY(const JsonDocument document, JsonDocument::parse(json));
  const JsonValue root = document.root();
  if (!root["mediaType"].text().starts_with("application/vnd.dev.sigstore.bundle"))
    return wrong("it is no bundle of Sigstore: mediaType is \"" +
                 root["mediaType"].text().substr(0, 80) + "\"");
  Bundle out;
  if (!root["dsseEnvelope"].exists())
    return fail(ErrorCode::kUnsupported,
                "the bundle signs bytes without a statement: it can't speak of an image");
  YAGURA_TRY_VOID(read_envelope(root["dsseEnvelope"], out));
  const JsonValue material = root["verificationMaterial"];
  out.certificate = decoded(material["certificate"]["rawBytes"]);
  const auto chain = material["x509CertificateChain"]["certificates"].items();
  for (std::size_t i = 0; i < chain.size() && i < kMaxEntries; ++i) {
    std::string der = decoded(chain[i]["rawBytes"]);
    if (i == 0 && out.certificate.empty()) {
      out.certificate = std::move(der);
    } else if (i > 0) {
      out.intermediates.push_back(std::move(der));
    }
  }
  for (const JsonValue& entry : material["tlogEntries"].items()) {
    if (out.entries.size() >= kMaxEntries) break;
    out.entries.push_back(read_entry(entry));
  }
  for (const JsonValue& time : material["timestampVerificationData"]["rfc3161Timestamps"].items()) {
    if (out.timestamps.size() >= kMaxEntries) break;
    out.timestamps.push_back(decoded(time["signedTimestamp"]));
  }
  return out;
}

Result<Bundle> simple_signing(std::string payload, const Annotations& annotations) {
  Bundle out;
  out.payload = std::move(payload);
  const auto signature =
      base64_decode(annotation(annotations, "dev.cosignproject.cosign/signature"));
  if (!signature || signature->empty())
    return wrong("the layer has no annotation dev.cosignproject.cosign/signature in base 64");
  out.signatures.push_back(*signature);
  read_annotations(annotations, out);
  return out;
}

Result<Bundle> envelope(std::string_view json, const Annotations& annotations) {
  YAGURA_TRY(const JsonDocument document, JsonDocument::parse(json));
  Bundle out;
  YAGURA_TRY_VOID(read_envelope(document.root(), out));
  read_annotations(annotations, out);
  return out;
}

Result<std::vector<std::string>> subjects_of(const Bundle& bundle) {
  YAGURA_TRY(const JsonDocument document, JsonDocument::parse(bundle.payload));
  const JsonValue root = document.root();
  std::vector<std::string> out;
  if (bundle.form == Bundle::Form::kSimpleSigning) {
    const JsonValue critical = root["critical"];
    const std::string type = critical["type"].text();
    if (type != "cosign container image signature" && type != "atomic container signature")
      return wrong("the payload is of the type \"" + type.substr(0, 80) +
                   "\", which is no signature of an image");
    out.push_back(critical["image"]["docker-manifest-digest"].text());
  } else {
    if (bundle.payload_type != "application/vnd.in-toto+json")
      return wrong("the envelope holds \"" + bundle.payload_type.substr(0, 80) +
                   "\", which is no in-toto statement");
    for (const JsonValue& subject : root["subject"].items()) {
      if (const std::string digest = subject["digest"]["sha256"].text(); !digest.empty())
        out.push_back("sha256:" + digest);
    }
  }
  if (out.empty() || out.front().empty()) return wrong("the payload names no digest");
  return out;
}

}  // namespace yagura::supply
