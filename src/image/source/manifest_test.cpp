#include "image/source/manifest.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/source/digest.hpp"
#include "image/source/image_config.hpp"
#include "image/source/platform.hpp"
#include "image/source/testing/layout_builder.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kDigest = sha256_digest("x");

std::string descriptor(std::string_view type, std::string_view more = "") {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":1{}}})", type, kDigest, more);
}

std::string manifest(std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]{}}})",
                     kOciManifest, descriptor(kOciConfig), descriptor("a/b"), more);
}

std::string error_of(std::string_view bytes, std::string_view media_type = "",
                     const ManifestLimits& limits = {}) {
  const auto result = parse_manifest(bytes, media_type, limits);
  return result ? "" : result.error().message;
}

TEST(Digest, OnlyTheTwoAlgorithmsInLowerCaseHexAreDigests) {
  EXPECT_TRUE(is_digest(kDigest));
  EXPECT_TRUE(is_digest("sha512:" + std::string(128, 'a')));
  EXPECT_FALSE(is_digest("sha256:" + std::string(64, 'A')));
  EXPECT_FALSE(is_digest("sha256:" + std::string(63, 'a')));
  EXPECT_FALSE(is_digest("md5:" + std::string(32, 'a')));
  EXPECT_FALSE(is_digest("sha256:../../../../etc/passwd"));
  EXPECT_EQ(sha256_digest(""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_TRUE(has_digest("x", kDigest));
  EXPECT_FALSE(has_digest("y", kDigest));
}

TEST(Manifest, OciManifestIsReadWhole) {
  const auto result = parse_manifest(
      fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","artifactType":"t","config":{},
                      "layers":[{}],"subject":{},"annotations":{{"k":"v"}},"unknown":[1]}})",
                  kOciManifest, descriptor(kOciConfig),
                  descriptor("l", R"(,"urls":["https://x"],"annotations":{"a":"b"})"),
                  descriptor(kOciManifest)),
      kOciManifest);
  ASSERT_TRUE(result) << result.error().message;
  const auto& read = std::get<Manifest>(*result);
  EXPECT_EQ(read.artifact_type, "t");
  EXPECT_EQ(read.config.media_type, kOciConfig);
  ASSERT_EQ(read.layers.size(), 1U);
  EXPECT_EQ(read.layers[0].digest, kDigest);
  EXPECT_THAT(read.layers[0].urls, ElementsAre("https://x"));
  EXPECT_EQ(annotation(read.layers[0].annotations, "a"), "b");
  ASSERT_TRUE(read.subject);
  EXPECT_EQ(read.subject->media_type, kOciManifest);
  EXPECT_EQ(annotation(read.annotations, "k"), "v");
}

TEST(Manifest, WithoutMediaTypeTheContentTells) {
  const auto index = parse_manifest(R"({"schemaVersion":2,"manifests":[]})", "");
  ASSERT_TRUE(index);
  EXPECT_EQ(std::get<Index>(*index).media_type, kOciIndex);
  const auto image = parse_manifest(
      fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[]}})", descriptor(kOciConfig)),
      "application/json");
  ASSERT_TRUE(image);
  EXPECT_EQ(std::get<Manifest>(*image).media_type, kOciManifest);
}

TEST(Manifest, DocumentsThatReadersMayUnderstandDifferentlyAreRefused) {
  EXPECT_THAT(error_of(manifest(R"(,"layers":[])")), HasSubstr("\"layers\" twice"));
  EXPECT_THAT(error_of(manifest(R"(,"Layers":[])")), HasSubstr("\"Layers\""));
  EXPECT_THAT(error_of(manifest(",\"layer\xC5\xBF\":[]")), HasSubstr("ambiguous"));
  EXPECT_THAT(error_of(manifest(R"(,"manifests":[])")), HasSubstr("at once"));
  EXPECT_THAT(error_of(manifest(), kOciIndex), HasSubstr("came as"));
  EXPECT_EQ(error_of(manifest(R"(,"my layers":[])")), "");
}

TEST(Manifest, SchemaOneIsRefusedWithTheWayOut) {
  EXPECT_THAT(error_of(R"({"schemaVersion":1,"fsLayers":[],"history":[]})"), HasSubstr("schema 1"));
  EXPECT_THAT(error_of("{}", "application/vnd.docker.distribution.manifest.v1+prettyjws"),
              HasSubstr("skopeo copy"));
  EXPECT_EQ(parse_manifest(R"({"schemaVersion":1})", "").error().code, ErrorCode::kUnsupported);
}

TEST(Manifest, ErrorsNameThePlace) {
  EXPECT_THAT(
      error_of(fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{},{{"digest":7}}]}})",
                           descriptor(kOciConfig), descriptor("l"))),
      HasSubstr("layers[1]: digest: is no text"));
  EXPECT_THAT(error_of(R"({"schemaVersion":2,"manifests":[{"digest":"md5:00","size":1}]})"),
              HasSubstr("manifests[0]: digest \"md5:00\""));
  EXPECT_THAT(error_of(fmt::format(
                  R"({{"schemaVersion":2,"manifests":[{{"digest":"{}","size":-1}}]}})", kDigest)),
              HasSubstr("size"));
  EXPECT_THAT(error_of("{"), HasSubstr("is no JSON"));
  EXPECT_THAT(error_of("[]"), HasSubstr("no object"));
  EXPECT_THAT(error_of(R"({"schemaVersion":2,"mediaType":"application/x"})"),
              HasSubstr("application/x"));
}

TEST(Manifest, LimitsAreMet) {
  EXPECT_EQ(parse_manifest(manifest(), "", {.max_size = 10}).error().code,
            ErrorCode::kLimitExceeded);
  EXPECT_THAT(error_of(manifest(), "", {.max_layers = 0}), HasSubstr("more than 0 elements"));
  const std::string index =
      fmt::format(R"({{"schemaVersion":2,"manifests":[{},{}]}})", descriptor("a"), descriptor("a"));
  EXPECT_EQ(error_of(index), "");
  EXPECT_THAT(error_of(index, "", {.max_manifests = 1}), HasSubstr("more than 1 elements"));
  EXPECT_NE(error_of(std::string(100'000, '[')), "");
}

TEST(Manifest, AttestationsAreKnown) {
  Descriptor entry;
  EXPECT_FALSE(is_attestation(entry));
  entry.platform = Platform{.os = "unknown", .architecture = "unknown"};
  EXPECT_TRUE(is_attestation(entry));
  entry.platform.reset();
  entry.annotations.emplace_back("vnd.docker.reference.type", "attestation-manifest");
  EXPECT_TRUE(is_attestation(entry));
}

TEST(ImageConfig, EverythingIsRead) {
  const auto result = parse_image_config(fmt::format(R"({{
    "architecture":"arm64","os":"linux","variant":"v8","created":"2024-01-02T03:04:05Z","author":"me",
    "config":{{"User":"1000","Env":["A=b"],"Entrypoint":["/app"],"Cmd":"run","ExposedPorts":{{"80/tcp":{{}},"443/tcp":{{}}}},
      "Volumes":{{"/data":{{}}}},"Labels":{{"l":"v"}},"WorkingDir":"/w","StopSignal":"SIGINT","OnBuild":["RUN x"],
      "Shell":["/bin/sh","-c"],"Healthcheck":{{"Test":["CMD","true"],"Interval":30000000000,"Retries":3}},"ArgsEscaped":true}},
    "history":[{{"created_by":"RUN a"}},{{"created_by":"ENV b","empty_layer":true}},{{"created_by":"COPY c"}}],
    "rootfs":{{"type":"layers","diff_ids":["{0}","{0}"]}}}})",
                                                     kDigest));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(to_string(result->platform), "linux/arm64/v8");
  EXPECT_EQ(result->created, "2024-01-02T03:04:05Z");
  const RunConfig& run = result->config;
  EXPECT_EQ(run.user, "1000");
  EXPECT_THAT(run.env, ElementsAre("A=b"));
  EXPECT_THAT(run.entrypoint, ElementsAre("/app"));
  EXPECT_THAT(run.cmd, ElementsAre("run"));
  EXPECT_THAT(run.exposed_ports, ElementsAre("443/tcp", "80/tcp"));
  EXPECT_THAT(run.volumes, ElementsAre("/data"));
  EXPECT_EQ(annotation(run.labels, "l"), "v");
  EXPECT_EQ(run.working_dir, "/w");
  EXPECT_EQ(run.stop_signal, "SIGINT");
  ASSERT_TRUE(run.healthcheck);
  EXPECT_THAT(run.healthcheck->test, ElementsAre("CMD", "true"));
  EXPECT_EQ(run.healthcheck->interval_ns, 30'000'000'000);
  EXPECT_EQ(run.healthcheck->retries, 3);
  EXPECT_THAT(run.on_build, ElementsAre("RUN x"));
  EXPECT_THAT(run.shell, ElementsAre("/bin/sh", "-c"));
  const auto steps = history_of_layers(*result);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[1]->created_by, "COPY c");
}

TEST(ImageConfig, HistoryThatDoesNotFitTheLayersTellsNothing) {
  const auto result = parse_image_config(fmt::format(
      R"({{"history":[{{"created_by":"a"}},{{"created_by":"b"}}],"rootfs":{{"diff_ids":["{}"]}}}})",
      kDigest));
  ASSERT_TRUE(result);
  EXPECT_TRUE(history_of_layers(*result).empty());
}

TEST(ImageConfig, NullsAndLimitsAndNonsense) {
  const auto nulls = parse_image_config(R"({"config":{"Env":null,"Labels":null},"history":null})");
  ASSERT_TRUE(nulls);
  EXPECT_TRUE(nulls->config.env.empty());
  EXPECT_FALSE(parse_image_config(R"({"rootfs":{"diff_ids":["nonsense"]}})"));
  EXPECT_FALSE(parse_image_config(R"({"config":{"User":"a","user":"b"}})"));
  EXPECT_EQ(parse_image_config("{}", {.max_size = 1}).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(
      parse_image_config(R"({"config":{"Env":["A=1","B=2"]}})", {.max_entries = 1}).error().code,
      ErrorCode::kLimitExceeded);
}

TEST(Platform, TextsAreReadAndNormalised) {
  const auto text = [](std::string_view given) {
    const auto platform = parse_platform(given);
    return platform ? to_string(*platform) : "error";
  };
  EXPECT_EQ(text("linux/amd64"), "linux/amd64");
  EXPECT_EQ(text("arm64"), "linux/arm64");
  EXPECT_EQ(text("aarch64"), "linux/arm64");
  EXPECT_EQ(text("linux/arm64/v8"), "linux/arm64");
  EXPECT_EQ(text("Linux/ARM/v7"), "linux/arm/v7");
  EXPECT_EQ(text("linux/armhf"), "linux/arm/v7");
  EXPECT_EQ(text("linux/arm/7"), "linux/arm/v7");
  EXPECT_EQ(text("windows/amd64"), "windows/amd64");
  for (const std::string_view bad :
       {"", "/", "linux/", "linux/amd64/v1/x", "linux", "a b", "linux/a\n"}) {
    EXPECT_EQ(text(bad), "error") << bad;
  }
  EXPECT_EQ(text(std::string(200, 'a')), "error");
}

TEST(Platform, ScoresAreAsRuntimesChoose) {
  const auto score = [](std::string_view wanted, std::string_view offered) {
    return platform_score(*parse_platform(wanted), *parse_platform(offered));
  };
  EXPECT_GT(score("linux/arm64", "linux/arm64/v8"), 0);
  EXPECT_EQ(score("linux/amd64", "linux/arm64"), 0);
  EXPECT_EQ(score("linux/amd64", "windows/amd64"), 0);
  EXPECT_GT(score("linux/arm/v7", "linux/arm/v7"), score("linux/arm/v7", "linux/arm/v6"));
  EXPECT_GT(score("linux/arm/v7", "linux/arm/v6"), score("linux/arm/v7", "linux/arm/v5"));
  EXPECT_EQ(score("linux/arm/v6", "linux/arm/v7"), 0);
  EXPECT_GT(score("linux/arm", "linux/arm/v7"), score("linux/arm", "linux/arm/v6"));
  EXPECT_EQ(score("linux/amd64", "linux/amd64/v1"), score("linux/amd64", "linux/amd64"));
  EXPECT_GT(score("linux/amd64", "linux/amd64"), score("linux/amd64", "linux/amd64/v3"));
}

}  // namespace
}  // namespace yagura::image
