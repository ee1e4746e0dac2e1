#include "supply/signature/testing.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "supply/encoding/base64.hpp"

namespace yagura::supply::testing {
namespace {

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void add_issuer(X509* certificate, const std::string& issuer) {
  ASN1_OBJECT* oid = OBJ_txt2obj("1.3.6.1.4.1.57264.1.8", 1);
  std::string der("\x0c", 1);
  der += static_cast<char>(issuer.size());
  der += issuer;
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(value, reinterpret_cast<const unsigned char*>(der.data()),
                        static_cast<int>(der.size()));
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, oid, 0, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(value);
  ASN1_OBJECT_free(oid);
}

std::string hash_node(const std::string& left, const std::string& right) {
  return sha256("\x01" + left + right);
}

}  // namespace

Key::Key() : key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free) {}

std::string Key::sign(std::string_view message) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key.get());
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, message.size());
  std::string out(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes,
                 message.size());
  out.resize(size);
  EVP_MD_CTX_free(context);
  return out;
}

PublicKey Key::public_key() const {
  EVP_PKEY_up_ref(key.get());
  return *PublicKey::accept(key.get());
}

std::string make_certificate(const Key& of, const CertificateRequest& request, const Key& signer,
                             std::string_view parent) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), request.from % 100'000 + 7);
  ASN1_TIME_set(X509_getm_notBefore(certificate), request.from);
  ASN1_TIME_set(X509_getm_notAfter(certificate), request.to);
  X509_set_pubkey(certificate, of.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  if (!request.common_name.empty()) {
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(request.common_name.c_str()),
                               -1, -1, 0);
  }
  X509* issuer = certificate;
  if (!parent.empty()) {
    const auto* at = reinterpret_cast<const unsigned char*>(parent.data());
    issuer = d2i_X509(nullptr, &at, static_cast<long>(parent.size()));
  }
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  if (request.subject_uri.empty()) {
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign");
  } else {
    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, issuer, NID_ext_key_usage,
                  request.for_code ? "codeSigning" : "serverAuth");
    add_extension(certificate, issuer, NID_subject_alt_name,
                  ("critical,URI:" + request.subject_uri).c_str());
  }
  if (!request.issuer.empty()) add_issuer(certificate, request.issuer);
  X509_sign(certificate, signer.key.get(), EVP_sha256());
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  if (issuer != certificate) X509_free(issuer);
  X509_free(certificate);
  return out;
}

std::string pem_of(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string out(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  X509_free(certificate);
  return out;
}

// Leaves 0 to 4, the entry being number 3: ((0 1) (2 3)) 4.
LogEntry Log::record(std::string body, std::int64_t time) const {
  LogEntry entry;
  entry.body = std::move(body);
  entry.integrated_time = time;
  entry.index = 1003;  // of all the log's trees; the proof's is of this one
  entry.log_id = key_.public_key().fingerprint();
  entry.promise = key_.sign(R"({"body":")" + base64_encode(entry.body) + R"(","integratedTime":)" +
                            std::to_string(time) + R"(,"logID":")" + hex_encode(entry.log_id) +
                            R"(","logIndex":1003})");
  const auto leaf = [](const std::string& text) { return sha256(std::string(1, '\0') + text); };
  InclusionProof proof;
  proof.index = 3;
  proof.tree_size = 5;
  proof.hashes = {leaf("two"), hash_node(leaf("zero"), leaf("one")), leaf("four")};
  proof.root_hash = *root_from_proof(entry.body, proof);
  const std::string note = "log.example - 1\n5\n" + base64_encode(proof.root_hash) + "\n";
  proof.checkpoint = note + "\n— log.example " + base64_encode("hint" + key_.sign(note)) + "\n";
  entry.proof = std::move(proof);
  return entry;
}

std::string hashed_record(std::string_view signed_bytes, std::string_view signature,
                          std::string_view pem) {
  return R"({"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":")" +
         hex_encode(sha256(signed_bytes)) + R"("}},"signature":{"content":")" +
         base64_encode(signature) + R"(","publicKey":{"content":")" + base64_encode(pem) +
         R"("}}}})";
}

std::string dsse_record(std::string_view payload, std::string_view signature,
                        std::string_view pem) {
  return R"({"apiVersion":"0.0.1","kind":"dsse","spec":{"payloadHash":{"algorithm":"sha256","value":")" +
         hex_encode(sha256(payload)) + R"("},"signatures":[{"signature":")" +
         base64_encode(signature) + R"(","verifier":")" + base64_encode(pem) + R"("}]}})";
}

}  // namespace yagura::supply::testing
