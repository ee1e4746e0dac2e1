#include "vuln/update/keys.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

namespace yagura::vuln {

namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Never asks for a passphrase at a terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<PublicKey> public_part(const EVP_PKEY* key) {
  if (EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
    const char* name = EVP_PKEY_get0_type_name(key);
    return fail(ErrorCode::kUnsupported,
                std::string("an index is signed by Ed25519 keys; this is ") +
                    (name == nullptr ? "another one" : name));
  }
  PublicKey out;
  std::size_t size = 32;
  out.raw.resize(size);
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.raw.data()), &size) !=
      1) {
    return fail(ErrorCode::kInvalidInput, "the key can't be read");
  }
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return fail(ErrorCode::kInvalidInput, "the key can't be written");
  out.id = sha256_hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)});
  OPENSSL_free(der);
  return out;
}

bool verifies(const PublicKey& key, std::string_view message, std::string_view signature) {
  const Key pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(key.raw), key.raw.size()));
  const Context context(EVP_MD_CTX_new());
  return pkey && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                          message.size()) == 1;
}

}  // namespace

Result<PublicKey> parse_public_key(std::string_view pem) {
  const Bio bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), 1 << 16))));
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return fail(ErrorCode::kInvalidInput, "is no public key in PEM form");
  return public_part(key.get());
}

Result<void> sign(Envelope& envelope, std::string_view private_key_pem) {
  const Bio bio(BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(std::min<std::size_t>(
                                                            private_key_pem.size(), 1 << 16))));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return fail(ErrorCode::kInvalidInput, "is no private key in PEM form (PKCS #8, not encrypted)");
  }
  YAGURA_TRY(const PublicKey own, public_part(key.get()));
  const std::string message = signed_bytes(envelope);
  const Context context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     octets(message), message.size()) != 1) {
    return fail(ErrorCode::kInternal, "signing failed");
  }
  signature.resize(size);
  std::erase_if(envelope.signatures,
                [&own](const EnvelopeSignature& other) { return other.key_id == own.id; });
  envelope.signatures.push_back({own.id, std::move(signature)});
  return {};
}

Result<std::string> check_signature(const Envelope& envelope, const std::vector<PublicKey>& keys) {
  if (envelope.signatures.empty()) {
    return fail(ErrorCode::kInvalidInput, "the index is not signed, and a key was given");
  }
  const std::string message = signed_bytes(envelope);
  bool known = false;
  for (const EnvelopeSignature& signature : envelope.signatures) {
    for (const PublicKey& key : keys) {
      known = known || signature.key_id == key.id;
      // The id is a hint alone: the signature decides.
      if (verifies(key, message, signature.signature)) return key.id;
    }
  }
  if (known) {
    return fail(ErrorCode::kInvalidInput,
                "the index's signature is wrong: its manifest was changed after it was signed");
  }
  return fail(ErrorCode::kInvalidInput, "the index is signed by key " +
                                            envelope.signatures.front().key_id.substr(0, 16) +
                                            "…, which is none of those given");
}

}  // namespace yagura::vuln
