#pragma once

// Small indexes for the tests of this folder.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "vuln/index/index.hpp"

namespace yagura::vuln::testing {

struct Keys {
  std::string secret;  // PEM
  std::string open;    // PEM
};

inline Keys make_keys(int type = EVP_PKEY_ED25519) {
  EVP_PKEY* key = type == EVP_PKEY_ED25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                           : EVP_EC_gen("P-256");
  const auto text_of = [](BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
  };
  BIO* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr);
  BIO* open = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(open, key);
  EVP_PKEY_free(key);
  return {text_of(secret), text_of(open)};
}

// One advisory of npm that `fixed` ends, and one of PyPI that stays the same.
inline void make_index(const std::filesystem::path& scratch, const std::filesystem::path& directory,
                       const std::string& fixed, const std::string& created) {
  std::filesystem::create_directories(scratch);
  const std::string feed =
      R"([{"id":"GHSA-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},
        "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":")" +
      fixed + R"("}]}]}]},
      {"id":"PYSEC-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"b"},
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}]}]}])";
  ASSERT_TRUE(core::write_file(scratch / "feed.json", feed));
  Diagnostics diagnostics;
  const auto built = build_index({scratch / "feed.json"}, directory,
                                 {.limits = {}, .created = created}, diagnostics);
  ASSERT_TRUE(built) << built.error().message;
  ASSERT_TRUE(diagnostics.list().empty());
}

// The fix that the index names for npm's package "a"; "" where it can't be opened.
inline std::string fix_in(const std::filesystem::path& directory) {
  const auto index = Index::open(directory);
  if (!index) return "";
  Statements statements = index->find("npm", "a");
  Statement statement;
  if (!statements.next(statement) || statement.intervals.empty()) return "";
  return std::string(statement.intervals[0].end);
}

}  // namespace yagura::vuln::testing
