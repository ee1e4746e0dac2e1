// Signatures that cosign made (testdata/README.md), and every byte of them changed.

#include "supply/policy/provenance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "core/file.hpp"
#include "supply/encoding/base64.hpp"
#include "supply/policy/recorded_source.hpp"

namespace yagura::supply {
namespace {

using testing::HasSubstr;
using Outcome = ProvenanceCheck::Outcome;

constexpr std::int64_t kNow = 1'900'000'000;  // March 2030

const std::string kTestData = YAGURA_SOURCE_DIR "/src/supply/testdata/";

std::vector<ImagePolicy> policies_of(const std::string& text) {
  std::string name = (std::filesystem::temp_directory_path() / "yagura-policy-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  for (const char* file : {"cosign.pub", "ca.pem"})
    std::filesystem::copy_file(kTestData + file, folder / file);
  EXPECT_TRUE(core::write_file(folder / "policy.yaml", text));
  Diagnostics diagnostics;
  auto out = read_image_policies(folder / "policy.yaml", diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << to_string(diagnostics.list().front());
  std::filesystem::remove_all(folder);
  return out;
}

std::string policy(const std::string& spec) {
  return "apiVersion: yagura.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: demo}\nspec:\n" +
         spec;
}

const std::string kByKey =
    policy("  images:\n  - match: \"registry.example/*\"\n    signedBy: {keys: [cosign.pub]}\n");
const std::string kByIdentity = policy(
    "  images:\n  - match: \"registry.example/*\"\n    signedBy:\n      authorities: [ca.pem]\n"
    "      keyless: [{issuer: \"https://issuer.example\", subject: ci@example.org}]\n");

// The first check of that id.
ProvenanceCheck check_of(const ProvenanceReport& report, std::string_view id) {
  const auto at = std::ranges::find(report.checks, id, &ProvenanceCheck::id);
  return at == report.checks.end() ? ProvenanceCheck{} : *at;
}

TEST(Provenance, VerifiesCosignsTagByKey) {
  const RecordedSource source("app", "registry.example/app:1");
  const auto report = check_provenance(source, policies_of(kByKey), kNow);
  const auto signature = check_of(report, "signature");
  EXPECT_EQ(signature.outcome, Outcome::kVerified) << signature.detail;
  EXPECT_THAT(signature.title, HasSubstr("key ECDSA P-256"));
  EXPECT_THAT(signature.detail, HasSubstr("not checked: transparency log"));
}

TEST(Provenance, VerifiesBundlesAmongReferrers) {
  const RecordedSource source("new", "registry.example/new:1");
  const auto by_key = check_of(check_provenance(source, policies_of(kByKey), kNow), "signature");
  EXPECT_EQ(by_key.outcome, Outcome::kVerified) << by_key.detail;
  EXPECT_THAT(by_key.detail, HasSubstr("referrer sha256:"));
}

TEST(Provenance, VerifiesACertificateOfAnAuthorityOfOnesOwn) {
  const RecordedSource source("own", "registry.example/own:1");
  const auto check =
      check_of(check_provenance(source, policies_of(kByIdentity), kNow), "signature");
  EXPECT_EQ(check.outcome, Outcome::kVerified) << check.detail;
  EXPECT_THAT(check.title, HasSubstr("ci@example.org (https://issuer.example)"));
}

TEST(Provenance, RefusesAnotherIdentityIssuerKeyOrTime) {
  const RecordedSource own("own", "registry.example/own:1");
  const auto refuse = [&](const std::string& from, const std::string& to, std::int64_t now,
                          const char* why) {
    std::string text = kByIdentity;
    text.replace(text.find(from), from.size(), to);
    const auto check = check_of(check_provenance(own, policies_of(text), now), "signature");
    EXPECT_EQ(check.outcome, Outcome::kFailed);
    EXPECT_THAT(check.detail, HasSubstr(why));
  };
  refuse("ci@example.org", "other@example.org", kNow, "who is not among the identities");
  refuse("https://issuer.example", "https://other.example", kNow,
         "who is not among the identities");
  refuse("ci@", "ci@", 100, "not yet valid");
  refuse("ci@", "ci@", 4'000'000'000, "expired");
  const RecordedSource app("app", "registry.example/app:1");
  EXPECT_THAT(check_of(check_provenance(app, policies_of(kByIdentity), kNow), "signature").detail,
              HasSubstr("signed by a key"));
  EXPECT_THAT(check_of(check_provenance(own, policies_of(kByKey), kNow), "signature").detail,
              HasSubstr("a key is asked for"));
}

TEST(Provenance, JudgesAttestations) {
  for (const char* repository : {"app", "new"}) {
    const RecordedSource source(repository, std::string("registry.example/") + repository);
    const auto ask = [&](const std::string& rule) {
      return check_provenance(
          source, policies_of(kByKey + "    attestations:\n    - " + rule + "\n"), kNow);
    };
    const auto good = ask(
        "{predicateType: \"https://slsa.dev/provenance/*\", builder: \"https://example.org/*\", "
        "source: \"git+https://example.org/acme/*\"}");
    EXPECT_EQ(check_of(good, "attestation").outcome, Outcome::kVerified)
        << repository << check_of(good, "attestation").detail;
    ASSERT_EQ(good.statements.size(), 1U);
    EXPECT_EQ(good.statements[0].provenance.commit, "c0ffee");
    const auto other = check_of(ask("{predicateType: \"https://slsa.dev/provenance/*\", builder: "
                                    "\"https://evil.example/*\"}"),
                                "attestation");
    EXPECT_EQ(other.outcome, Outcome::kFailed);
    EXPECT_THAT(other.detail, HasSubstr("https://example.org/builder"));
    EXPECT_THAT(
        check_of(ask("{predicateType: \"https://spdx.dev/Document\"}"), "attestation").detail,
        HasSubstr("there is none"));
  }
}

TEST(Provenance, JudgesRegistryAndPin) {
  const auto pinned = policies_of(
      policy("  trustedRegistries: [\"registry.example/team/\"]\n  requireDigest: true\n"));
  const RecordedSource bad("app", "registry.example/app:1");
  const auto refused = check_provenance(bad, pinned, kNow);
  EXPECT_EQ(check_of(refused, "trusted-registry").outcome, Outcome::kFailed);
  EXPECT_EQ(check_of(refused, "pinned").outcome, Outcome::kFailed);
  EXPECT_THAT(check_of(refused, "pinned").detail, HasSubstr("registry.example/app@sha256:"));
  const RecordedSource good("app", "registry.example/team/app@" + bad.digest());
  const auto passed = check_provenance(good, pinned, kNow);
  EXPECT_EQ(check_of(passed, "trusted-registry").outcome, Outcome::kVerified);
  EXPECT_EQ(check_of(passed, "pinned").outcome, Outcome::kVerified);
}

TEST(Provenance, SaysWhatIsThereWhenNobodyIsNamed) {
  const RecordedSource source("new", "registry.example/new:1");
  const auto report = check_provenance(source, {}, kNow);
  EXPECT_EQ(check_of(report, "signature").outcome, Outcome::kNotChecked);
  EXPECT_THAT(check_of(report, "signature").title, HasSubstr("2 signature(s)"));
  EXPECT_THAT(check_of(report, "attestation").title, HasSubstr("SLSA provenance"));
}

TEST(Provenance, AnUnsignedImageFails) {
  RecordedSource source("app", "registry.example/app:1");
  std::erase_if(source.manifests, [](const auto& entry) { return entry.first.ends_with(".sig"); });
  const auto check = check_of(check_provenance(source, policies_of(kByKey), kNow), "signature");
  EXPECT_EQ(check.outcome, Outcome::kFailed);
  EXPECT_EQ(check.title, "it is not signed");
}

// A signature of one image laid beside another.
TEST(Provenance, RefusesASignatureOfAnotherImage) {
  RecordedSource source("app", "registry.example/app:1");
  std::string other = source.manifests.at("1").bytes;
  other += " ";
  struct Moved : RecordedSource {
    explicit Moved(std::string bytes) : RecordedSource("app", "registry.example/app:1") {
      const std::string before = digest();
      image_.raw_manifest.bytes = std::move(bytes);
      image_.raw_manifest.digest = "sha256:" + hex_encode(sha256(image_.raw_manifest.bytes));
      std::string from = before + ".sig";
      std::string to = digest() + ".sig";
      std::ranges::replace(from, ':', '-');
      std::ranges::replace(to, ':', '-');
      manifests[to] = manifests.at(from);
    }
  };
  const Moved moved(other);
  const auto check = check_of(check_provenance(moved, policies_of(kByKey), kNow), "signature");
  EXPECT_EQ(check.outcome, Outcome::kFailed);
  EXPECT_THAT(check.detail, HasSubstr("not of this image"));
}

// Every byte of what was signed, and of the bundles: nothing that was changed is verified.
TEST(Provenance, NoChangedByteIsVerified) {
  for (const char* repository : {"app", "own", "new"}) {
    const auto rules = policies_of(std::string_view(repository) == "own" ? kByIdentity : kByKey);
    const RecordedSource original(repository, "registry.example/x");
    ASSERT_EQ(check_of(check_provenance(original, rules, kNow), "signature").outcome,
              Outcome::kVerified);
    for (const auto& [digest, blob] : original.blobs) {
      const bool is_payload = blob.contains("docker-manifest-digest");
      const bool is_bundle = blob.contains("cosign/sign") || blob.contains("dsseEnvelope");
      if (!is_payload && !is_bundle) continue;
      for (std::size_t i = 0; i < blob.size(); i += is_payload ? 1 : 5) {
        RecordedSource changed(repository, "registry.example/x");
        for (auto& [name, bytes] : changed.blobs) {
          // The other signatures of the image would be good: they are taken away.
          if (name != digest && bytes.contains("dsseEnvelope")) bytes = "{}";
        }
        changed.blobs.at(digest)[i] ^= 1;
        const auto check = check_of(check_provenance(changed, rules, kNow), "signature");
        // Blanks and names of fields that nobody reads may change: what is left is what was signed.
        if (check.outcome == Outcome::kVerified) {
          ADD_FAILURE() << repository << " byte " << i << " of " << digest << ": " << check.detail;
          break;
        }
        ASSERT_FALSE(check.detail.empty());
      }
    }
  }
}

TEST(ImagePolicy, SaysEverythingThatIsWrongWithItsPlace) {
  std::string name = (std::filesystem::temp_directory_path() / "yagura-policy-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  ASSERT_TRUE(core::write_file(folder / "p.yaml", policy("  images:\n"
                                                         "  - match: a\n"
                                                         "    signedBy: {keys: [missing.pub]}\n"
                                                         "  - signedBy: {keyless: [{issuer: x}]}\n"
                                                         "    trustRoot: p.yaml\n"
                                                         "  - match: b\n"
                                                         "    signedby: {}\n")));
  Diagnostics diagnostics;
  (void)read_image_policies(folder / "p.yaml", diagnostics);
  std::vector<std::uint32_t> lines;
  for (const Diagnostic& one : diagnostics.list()) lines.push_back(one.line);
  EXPECT_THAT(lines, testing::IsSupersetOf({7U, 8U, 9U, 11U}));
  std::filesystem::remove_all(folder);
}

TEST(Glob, StarsMatchAnything) {
  EXPECT_TRUE(glob_matches("a*c", "abbc"));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a?c*", "abc"));
  EXPECT_FALSE(glob_matches("a*c", "abb"));
  EXPECT_FALSE(glob_matches("", "a"));
}

}  // namespace
}  // namespace yagura::supply
