#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "supply/encoding/base64.hpp"
#include "supply/encoding/json.hpp"
#include "supply/encoding/public_key.hpp"

namespace yagura::supply {
namespace {

// RFC 4648, section 10.
TEST(Base64, ReadsAndWritesTheStandardsExamples) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
  EXPECT_EQ(base64_decode("-_8"), base64_decode("+/8="));
  EXPECT_FALSE(base64_decode("Zg=a"));
  EXPECT_FALSE(base64_decode("Z"));
  EXPECT_FALSE(base64_decode("Zm 9v"));
}

TEST(Json, WhatIsMissingIsEmpty) {
  const auto document = JsonDocument::parse(R"({"a":{"b":["x",7,"12"]}})");
  ASSERT_TRUE(document);
  const auto items = document->root()["a"]["b"].items();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].text(), "x");
  EXPECT_EQ(items[1].number(), 7);
  EXPECT_EQ(items[2].number(), 12);
  EXPECT_EQ(document->root()["z"]["b"].text(), "");
  EXPECT_FALSE(document->root()["a"]["c"].exists());
  EXPECT_EQ(document->root()["a"].json(), R"({"b":["x",7,"12"]})");
  EXPECT_FALSE(JsonDocument::parse("{"));
  EXPECT_FALSE(JsonDocument::parse({}));
}

struct Signed {
  std::string pem;
  std::string signature;
};

Signed sign(EVP_PKEY* key, const EVP_MD* digest, std::string_view message) {
  Signed out;
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  out.pem.assign(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, digest, nullptr, key);
  std::size_t length = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  EVP_DigestSign(context, nullptr, &length, bytes, message.size());
  out.signature.resize(length);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.signature.data()), &length, bytes,
                 message.size());
  out.signature.resize(length);
  EVP_MD_CTX_free(context);
  return out;
}

TEST(PublicKey, VerifiesEachKindAndRefusesAFlippedBit) {
  EVP_PKEY* const keys[] = {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"),
                            EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"),
                            EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}),
                            EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  for (EVP_PKEY* key : keys) {
    const bool edwards = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
    const Signed made = sign(key, edwards ? nullptr : EVP_sha256(), "a message");
    const auto parsed = PublicKey::parse(made.pem);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->verify("a message", made.signature)) << parsed->kind();
    EXPECT_FALSE(parsed->verify("a massage", made.signature)) << parsed->kind();
    for (std::size_t i = 0; i < made.signature.size(); i += 7) {
      std::string changed = made.signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_FALSE(parsed->verify("a message", changed)) << parsed->kind() << i;
    }
    EXPECT_EQ(PublicKey::parse(parsed->der())->fingerprint(), parsed->fingerprint());
    EVP_PKEY_free(key);
  }
}

TEST(PublicKey, SaysWhatIsWrongWithWhatIsNone) {
  EXPECT_NE(PublicKey::parse("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----")
                .error()
                .message.find("private key"),
            std::string::npos);
  EXPECT_FALSE(PublicKey::parse("hello"));
  EVP_PKEY* small = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024});
  EXPECT_NE(PublicKey::parse(sign(small, EVP_sha256(), "x").pem).error().message.find("1024"),
            std::string::npos);
  EVP_PKEY_free(small);
}

}  // namespace
}  // namespace yagura::supply
