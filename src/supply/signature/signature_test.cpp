// Keyless signatures with an authority, a log and a time authority of the test's own, in both
// forms; then every bit of what matters is changed, and each time the reason must be said.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>

#include "core/file.hpp"
#include "supply/encoding/base64.hpp"
#include "supply/signature/testing.hpp"
#include "supply/signature/verify.hpp"

namespace yagura::supply {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::int64_t kSigned = 1'790'000'000;
constexpr std::int64_t kMinute = 60;
const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kWorkflow = "https://git.example/acme/app/.ci/release.yml@refs/tags/v1";
const std::string kIssuer = "https://token.git.example";

struct World {
  testing::Key root_key;
  testing::Key leaf_key;
  testing::Log log;
  std::string root = testing::make_certificate(
      root_key, {.common_name = "root", .from = kSigned - 1000, .to = kSigned + 1'000'000},
      root_key, "");
  std::string leaf = leaf_with({.subject_uri = kWorkflow, .issuer = kIssuer});

  std::string leaf_with(testing::CertificateRequest request) const {
    if (request.from == 0) request.from = kSigned - kMinute;
    if (request.to == 0) request.to = kSigned + 10 * kMinute;
    return testing::make_certificate(leaf_key, request, root_key, root);
  }

  SignerRequirements requirements() const {
    SignerRequirements out;
    out.identities = {{.issuer = kIssuer, .subject_pattern = "https://git\\.example/acme/.*"}};
    out.trust.signers = {{.chain = {*Certificate::parse(root)}}};
    out.trust.logs = {log.key()};
    out.now = kSigned + 100'000'000;  // the certificate is long out of date
    return out;
  }

  Bundle simple() const {
    Bundle out;
    out.payload =
        R"({"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":")" +
        kDigest + R"("},"type":"cosign container image signature"},"optional":null})";
    out.signatures = {leaf_key.sign(out.payload)};
    out.certificate = testing::pem_of(leaf);
    out.entries = {log.record(
        testing::hashed_record(out.payload, out.signatures[0], out.certificate), kSigned)};
    return out;
  }

  Bundle enveloped() const {
    Bundle out;
    out.form = Bundle::Form::kEnvelope;
    out.payload_type = "application/vnd.in-toto+json";
    out.payload =
        R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"","digest":{"sha256":")" +
        std::string(64, 'a') +
        R"("}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}})";
    out.signatures = {leaf_key.sign(out.signed_bytes())};
    out.certificate = leaf;
    out.entries = {log.record(
        testing::dsse_record(out.payload, out.signatures[0], testing::pem_of(leaf)), kSigned)};
    return out;
  }
};

const World& world() {
  static const World made;
  return made;
}

std::string refusal(const Bundle& bundle, const SignerRequirements& requirements,
                    const std::string& digest = kDigest) {
  const auto verdict = verify_signature(bundle, digest, requirements);
  return verdict ? "verified" : verdict.error().message;
}

TEST(Keyless, BothFormsAreVerifiedOffline) {
  for (const Bundle& bundle : {world().simple(), world().enveloped()}) {
    const auto verdict = verify_signature(bundle, kDigest, world().requirements());
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_EQ(verdict->signer, kWorkflow + " (" + kIssuer + ")");
    EXPECT_EQ(verdict->time, kSigned);
    EXPECT_THAT(verdict->checked, Contains("the proof of inclusion in the log, offline"));
    EXPECT_THAT(verdict->checked, Contains("the log's promise"));
    EXPECT_THAT(verdict->unchecked, Contains(HasSubstr("certificate transparency")));
  }
}

// The fields whose every bit counts, and what is said when one is changed.
TEST(Keyless, OneFlippedBitIsRefused) {
  for (const Bundle& original : {world().simple(), world().enveloped()}) {
    const auto flip_all = [&](const char* what, const std::function<std::string&(Bundle&)>& field,
                              std::size_t length = std::string::npos) {
      Bundle bundle = original;
      std::string& bytes = field(bundle);
      for (std::size_t i = 0; i < std::min(bytes.size(), length); ++i) {
        bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 7)));
        EXPECT_NE(refusal(bundle, world().requirements()), "verified") << what << " byte " << i;
        bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 7)));
      }
      EXPECT_EQ(refusal(bundle, world().requirements()), "verified") << what;
    };
    flip_all("payload", [](Bundle& b) -> std::string& { return b.payload; });
    flip_all("signature", [](Bundle& b) -> std::string& { return b.signatures[0]; });
    if (original.form == Bundle::Form::kEnvelope) {
      flip_all("type", [](Bundle& b) -> std::string& { return b.payload_type; });
      flip_all("certificate", [](Bundle& b) -> std::string& { return b.certificate; });
    }
    flip_all("log entry", [](Bundle& b) -> std::string& { return b.entries[0].body; });
    flip_all("log id", [](Bundle& b) -> std::string& { return b.entries[0].log_id; });
    flip_all("promise", [](Bundle& b) -> std::string& { return b.entries[0].promise; });
    flip_all("root", [](Bundle& b) -> std::string& { return b.entries[0].proof->root_hash; });
    for (std::size_t i = 0; i < 3; ++i)
      flip_all("proof", [i](Bundle& b) -> std::string& { return b.entries[0].proof->hashes[i]; });
    flip_all(
        "checkpoint", [](Bundle& b) -> std::string& { return b.entries[0].proof->checkpoint; },
        original.entries[0].proof->checkpoint.find("\n\n"));
  }
}

TEST(Keyless, NumbersThatWereChangedAreRefused) {
  Bundle bundle = world().simple();
  bundle.entries[0].integrated_time += 1;
  EXPECT_THAT(refusal(bundle, world().requirements()), HasSubstr("promise"));
  bundle = world().simple();
  bundle.entries[0].proof->tree_size = 6;
  EXPECT_THAT(refusal(bundle, world().requirements()), HasSubstr("checkpoint"));
  bundle = world().simple();
  bundle.entries[0].proof->index = 2;
  EXPECT_THAT(refusal(bundle, world().requirements()), HasSubstr("proof"));
}

TEST(Keyless, EachRefusalSaysItsReason) {
  const SignerRequirements need = world().requirements();
  EXPECT_THAT(refusal(world().simple(), need, "sha256:b"), HasSubstr("not of this image"));

  Bundle unlogged = world().simple();
  unlogged.entries.clear();
  EXPECT_THAT(refusal(unlogged, need), HasSubstr("nobody who is trusted vouches"));

  Bundle bare = world().simple();
  bare.entries[0].promise.clear();
  bare.entries[0].proof.reset();
  EXPECT_THAT(refusal(bare, need), HasSubstr("neither promise nor proof"));

  SignerRequirements other_log = need;
  other_log.trust.logs = {testing::Log().key()};
  EXPECT_THAT(refusal(world().simple(), other_log), HasSubstr("not among those that are trusted"));

  SignerRequirements other_root = need;
  const World another;
  other_root.trust.signers = {{.chain = {*Certificate::parse(another.root)}}};
  EXPECT_THAT(refusal(world().simple(), other_root), HasSubstr("chain is not trusted"));

  SignerRequirements retired = need;
  retired.trust.signers[0].to = kSigned - 10;
  EXPECT_THAT(refusal(world().simple(), retired), HasSubstr("in use when it was signed"));

  SignerRequirements other_issuer = need;
  other_issuer.identities[0].issuer = "https://evil.example";
  EXPECT_THAT(refusal(world().simple(), other_issuer), HasSubstr(kWorkflow));

  // The entry of another signature of the same signer.
  Bundle swapped = world().simple();
  swapped.entries = world().enveloped().entries;
  EXPECT_THAT(refusal(swapped, need), HasSubstr("another payload"));
}

TEST(Keyless, TheCertificateMustHaveBeenGoodThen) {
  const auto signed_with = [](testing::CertificateRequest request) {
    request.subject_uri = kWorkflow;
    request.issuer = kIssuer;
    Bundle bundle = world().simple();
    bundle.certificate = testing::pem_of(world().leaf_with(request));
    bundle.entries = {world().log.record(
        testing::hashed_record(bundle.payload, bundle.signatures[0], bundle.certificate), kSigned)};
    return refusal(bundle, world().requirements());
  };
  EXPECT_EQ(signed_with({}), "verified");
  EXPECT_THAT(signed_with({.from = kSigned - 1000, .to = kSigned - 500}), HasSubstr("expired"));
  EXPECT_THAT(signed_with({.from = kSigned + 500}), HasSubstr("not yet valid"));
  EXPECT_THAT(signed_with({.for_code = false}), HasSubstr("not meant for code signing"));
}

TEST(Keyless, WithoutLogsTheCertificateMustBeValidNow) {
  Bundle bundle = world().simple();
  bundle.entries.clear();
  SignerRequirements need = world().requirements();
  need.trust.logs.clear();
  EXPECT_THAT(refusal(bundle, need), HasSubstr("expired"));
  need.now = kSigned;
  const auto verdict = verify_signature(bundle, kDigest, need);
  ASSERT_TRUE(verdict);
  EXPECT_THAT(verdict->unchecked, Contains(HasSubstr("time of signing")));
}

TEST(ByKey, TheLogIsAskedForWhereItIsRequired) {
  const World& w = world();
  SignerRequirements need;
  need.keys = {w.leaf_key.public_key()};
  need.require_log = true;
  Bundle bundle = w.simple();
  EXPECT_THAT(refusal(bundle, need), HasSubstr("no log is trusted"));
  need.trust.logs = {w.log.key()};
  EXPECT_EQ(refusal(bundle, need), "verified");
  bundle.entries.clear();
  EXPECT_THAT(refusal(bundle, need), HasSubstr("carries no entry"));
  need.require_log = false;
  EXPECT_EQ(refusal(bundle, need), "verified");
  need.keys = {testing::Key().public_key()};
  bundle.certificate.clear();
  EXPECT_THAT(refusal(bundle, need), HasSubstr("not signed by the key"));
}

// A real time-stamping authority: OpenSSL's.
TEST(Timestamp, OfAnAuthorityVouchesForTheTime) {
  if (std::system("command -v openssl >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "skipped: no openssl program";
  std::string name = (std::filesystem::temp_directory_path() / "yagura-tsa-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  const World& w = world();
  Bundle bundle = w.simple();
  bundle.entries.clear();
  ASSERT_TRUE(core::write_file(folder / "signature", bundle.signatures[0]));
  ASSERT_TRUE(core::write_file(
      folder / "ext",
      "[e]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
      "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3\n"
      "digests=sha256\n"));
  ASSERT_TRUE(core::write_file(folder / "serial", "01\n"));
  const std::string run =
      "cd " + folder.string() +
      " && openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 3650 -subj "
      "/CN=tsa"
      " -addext extendedKeyUsage=critical,timeStamping -addext basicConstraints=critical,CA:FALSE"
      " -addext keyUsage=critical,digitalSignature >log 2>&1"
      " && openssl ts -query -data signature -sha256 -cert -out q >>log 2>&1"
      " && openssl ts -reply -config ext -section t -queryfile q -signer c.pem -inkey k.pem -out r "
      ">>log 2>&1";
  ASSERT_EQ(std::system(run.c_str()), 0) << *core::read_file(folder / "log");
  bundle.timestamps = {*core::read_file(folder / "r")};
  const auto authority = Certificate::parse_all(*core::read_file(folder / "c.pem"));
  ASSERT_TRUE(authority);
  const auto time = verify_timestamp(bundle.timestamps[0], bundle.signatures[0], *authority);
  ASSERT_TRUE(time) << time.error().message;
  EXPECT_NEAR(static_cast<double>(*time), static_cast<double>(std::time(nullptr)), 120);
  EXPECT_THAT(verify_timestamp(bundle.timestamps[0], "another", *authority).error().message,
              HasSubstr("of another signature"));
  EXPECT_FALSE(
      verify_timestamp(bundle.timestamps[0], bundle.signatures[0], {*Certificate::parse(w.root)}));
  for (std::size_t i = 0; i < bundle.timestamps[0].size(); i += 3) {
    std::string changed = bundle.timestamps[0];
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto again = verify_timestamp(changed, bundle.signatures[0], *authority);
    // Bytes around the signed token (the response's status) may change; the time may not.
    if (again) {
      EXPECT_EQ(*again, *time) << i;
    }
  }
  std::filesystem::remove_all(folder);
}

TEST(TrustRoot, ReadsWhatSigstorePublishes) {
  const World& w = world();
  const std::string json =
      R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{"publicKey":{"rawBytes":")" +
      base64_encode(w.log.key().key.der()) +
      R"(","validFor":{"start":"2021-01-12T11:53:27Z"}},"logId":{"keyId":")" +
      base64_encode(w.log.key().id) +
      R"("}}],"certificateAuthorities":[{"certChain":{"certificates":[{"rawBytes":")" +
      base64_encode(w.root) +
      R"("}]},"validFor":{"start":"2021-03-07T03:20:29Z","end":"2099-12-31T23:59:59.999Z"}}]})";
  const auto trust = read_trust_root(json);
  ASSERT_TRUE(trust) << trust.error().message;
  EXPECT_EQ(trust->logs.at(0).from, 1'610'452'407);
  EXPECT_EQ(trust->signers.at(0).to, 4'102'444'799);
  SignerRequirements need = w.requirements();
  need.trust = *trust;
  EXPECT_EQ(refusal(w.simple(), need), "verified");
  EXPECT_FALSE(read_trust_root("{}"));
  EXPECT_FALSE(read_trust_root("["));
}

}  // namespace
}  // namespace yagura::supply
