#include "supply/encoding/public_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

namespace yagura::supply {
namespace {

constexpr int kSmallestRsa = 2048;
constexpr std::size_t kMaxKey = 64 << 10;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_PKEY* from_pem(std::string_view text) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  if (text.contains("BEGIN CERTIFICATE")) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    return certificate ? X509_get_pubkey(certificate.get()) : nullptr;
  }
  return PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr);
}

EVP_PKEY* from_der(std::string_view bytes) {
  const unsigned char* at = data_of(bytes);
  if (EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size()))) return key;
  at = data_of(bytes);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      d2i_X509(nullptr, &at, static_cast<long>(bytes.size())), X509_free);
  return certificate ? X509_get_pubkey(certificate.get()) : nullptr;
}

bool verify_with(EVP_PKEY* key, const EVP_MD* digest, int padding, std::string_view message,
                 std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_PKEY_CTX* key_context = nullptr;  // the context's own
  if (EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, key) != 1) return false;
  if (padding != 0 && EVP_PKEY_CTX_set_rsa_padding(key_context, padding) != 1) return false;
  return EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> out{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &length, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

PublicKey::PublicKey(evp_pkey_st* key) : key_(key, EVP_PKEY_free) {}

Result<PublicKey> PublicKey::parse(std::string_view text) {
  if (text.size() > kMaxKey)
    return fail(ErrorCode::kLimitExceeded, "a public key is not larger than 64 KiB");
  EVP_PKEY* key = text.contains("-----BEGIN ") ? from_pem(text) : from_der(text);
  ERR_clear_error();
  if (key == nullptr) {
    return fail(ErrorCode::kInvalidInput,
                text.contains("PRIVATE KEY")
                    ? "it is a private key: give the public one (cosign.pub)"
                    : "it is no public key in PEM or DER, and no certificate");
  }
  return accept(key);
}

Result<PublicKey> PublicKey::accept(evp_pkey_st* key) {
  if (key == nullptr) return fail(ErrorCode::kInvalidInput, "the public key cannot be read");
  PublicKey out(key);
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind != EVP_PKEY_EC && kind != EVP_PKEY_RSA && kind != EVP_PKEY_ED25519) {
    return fail(ErrorCode::kUnsupported, "the key is of a kind that nobody signs images with: " +
                                             out.kind() + "; ECDSA, RSA and Ed25519 are known");
  }
  if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < kSmallestRsa) {
    return fail(ErrorCode::kInvalidInput, "the RSA key has " +
                                              std::to_string(EVP_PKEY_get_bits(key)) +
                                              " bits: fewer than 2048 can be broken");
  }
  return out;
}

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
  bool good = false;
  EVP_PKEY* key = key_.get();
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      good = verify_with(key, nullptr, 0, message, signature);
      break;
    case EVP_PKEY_RSA:
      good = verify_with(key, EVP_sha256(), RSA_PKCS1_PADDING, message, signature) ||
             verify_with(key, EVP_sha256(), RSA_PKCS1_PSS_PADDING, message, signature);
      break;
    default:
      good =
          verify_with(key, EVP_sha256(), 0, message, signature) ||
          (EVP_PKEY_get_bits(key) > 256 && (verify_with(key, EVP_sha384(), 0, message, signature) ||
                                            verify_with(key, EVP_sha512(), 0, message, signature)));
      break;
  }
  ERR_clear_error();
  return good;
}

std::string PublicKey::kind() const {
  const int bits = EVP_PKEY_get_bits(key_.get());
  switch (EVP_PKEY_get_base_id(key_.get())) {
    case EVP_PKEY_ED25519:
      return "Ed25519";
    case EVP_PKEY_RSA:
      return "RSA " + std::to_string(bits);
    case EVP_PKEY_EC:
      return "ECDSA P-" + std::to_string(bits);
    default: {
      const char* name = EVP_PKEY_get0_type_name(key_.get());
      return name == nullptr ? "unknown" : name;
    }
  }
}

std::string PublicKey::der() const {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &bytes);
  std::string out(reinterpret_cast<const char*>(bytes),
                  size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);
  return out;
}

std::string PublicKey::fingerprint() const { return sha256(der()); }

}  // namespace yagura::supply
