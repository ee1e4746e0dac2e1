// Layouts and archives: made by hand, and by the programs that make them.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "core/file.hpp"
#include "image/registry/testing/temporary_directory.hpp"
#include "image/source/digest.hpp"
#include "image/source/file_tree.hpp"
#include "image/source/image_source.hpp"
#include "image/source/source_forms.hpp"
#include "image/source/testing/layout_builder.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::LayoutBuilder;
using testing::TemporaryDirectory;
using testing::write_text;

const Platform kArm{.os = "linux", .architecture = "arm64"};
const Platform kAmd{.os = "linux", .architecture = "amd64"};

std::string error_of(const std::string& reference, const SourceOptions& options = {}) {
  const auto source = open_source(reference, options);
  return source ? "" : source.error().message;
}

std::string layer_of(const ImageSource& source, std::size_t at = 0) {
  const auto bytes = read_blob(source, source.image().manifest.layers.at(at));
  return bytes ? *bytes : bytes.error().message;
}

TEST(OciLayout, ImageIsFoundByTagDigestAndAlone) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path() / "layout");
  const Descriptor one = layout.add_image({"first", "second"});
  layout.tag(one, "one");
  const std::string path = "oci:" + layout.directory().string();
  for (const std::string& text :
       {path, path + ":one", path + "@" + one.digest, layout.directory().string()}) {
    const auto source = open_source(text);
    ASSERT_TRUE(source) << text << ": " << source.error().message;
    EXPECT_EQ((*source)->kind(), SourceKind::kOciLayout);
    EXPECT_EQ((*source)->name(), text);
    EXPECT_EQ((*source)->image().raw_manifest.digest, one.digest);
    EXPECT_EQ((*source)->image().config.platform, kAmd);
    EXPECT_EQ(layer_of(**source, 0), "first");
    EXPECT_EQ(layer_of(**source, 1), "second");
  }
  EXPECT_THAT(error_of(path + ":two"), HasSubstr("there are: one"));
  layout.tag(layout.add_image({"third"}), "two");
  EXPECT_THAT(error_of(path), HasSubstr("several images"));
  EXPECT_EQ(layer_of(**open_source(path + ":two")), "third");
}

TEST(OciLayout, PlatformIsChosenThroughNestedIndexes) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  Descriptor attestation =
      layout.add_image({"attestation"}, {.os = "unknown", .architecture = "unknown"});
  attestation.annotations.emplace_back("vnd.docker.reference.type", "attestation-manifest");
  const Descriptor inner = layout.add_index(
      {attestation, layout.add_image({"arm"}, kArm), layout.add_image({"amd"}, kAmd)});
  const Descriptor outer = layout.add_index({inner});
  layout.tag(outer, "app");
  const std::string path = "oci:" + directory.path().string();
  const auto arm = open_source(path, {.platform = kArm});
  ASSERT_TRUE(arm) << arm.error().message;
  EXPECT_EQ(layer_of(**arm), "arm");
  ASSERT_EQ((*arm)->image().indexes.size(), 2U);
  EXPECT_EQ((*arm)->image().indexes[0].digest, outer.digest);
  EXPECT_EQ((*arm)->image().indexes[1].digest, inner.digest);
  const auto amd = open_source(path, {.platform = kAmd});
  ASSERT_TRUE(amd) << amd.error().message;
  EXPECT_EQ(layer_of(**amd), "amd");
  EXPECT_THAT(error_of(path, {.platform = Platform{.os = "linux", .architecture = "s390x"}}),
              HasSubstr("--platform: linux/arm64, linux/amd64"));
}

TEST(OciLayout, TheOnlyImageIsTakenWhereNoPlatformIsAsked) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  layout.tag(layout.add_index({layout.add_image({"z"}, {.os = "linux", .architecture = "s390x"})}),
             "app");
  const std::string path = "oci:" + directory.path().string();
  EXPECT_EQ(error_of(path), "");
  EXPECT_NE(error_of(path, {.platform = kArm}), "");
}

TEST(OciLayout, EntriesWithoutPlatformAreToldByTheirConfiguration) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  Descriptor arm = layout.add_image({"arm"}, kArm);
  Descriptor amd = layout.add_image({"amd"}, kAmd);
  arm.platform.reset();
  amd.platform.reset();
  layout.tag(layout.add_index({arm, amd}), "app");
  const std::string path = "oci:" + directory.path().string();
  EXPECT_EQ(layer_of(**open_source(path, {.platform = kAmd})), "amd");
  EXPECT_EQ(layer_of(**open_source(path, {.platform = kArm})), "arm");
}

TEST(OciLayout, IndexesNestedTooDeepEndInAnError) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  Descriptor inner = layout.add_image({"x"});
  inner.platform.reset();
  for (int depth = 0; depth < 5; ++depth) inner = layout.add_index({inner});
  layout.tag(inner, "app");
  EXPECT_THAT(error_of("oci:" + directory.path().string()), HasSubstr("nested more than 4"));
}

TEST(OciLayout, AnIndexOfManyDecoysEndsInAnError) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  std::vector<Descriptor> decoys;
  for (int i = 0; i < 100; ++i) {
    decoys.push_back(
        layout.add_image({std::to_string(i)}, {.os = "linux", .architecture = "mips"}));
    decoys.back().platform.reset();
  }
  layout.tag(layout.add_index(decoys), "app");
  EXPECT_EQ(open_source("oci:" + directory.path().string()).error().code,
            ErrorCode::kLimitExceeded);
}

TEST(OciLayout, DamageIsNamed) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  const Descriptor image = layout.add_image({"layer"});
  layout.tag(image, "app");
  const std::string path = "oci:" + directory.path().string();
  const auto source = open_source(path);
  ASSERT_TRUE(source);
  const Descriptor layer = (*source)->image().manifest.layers[0];
  write_text(layout.blob(layer.digest), "lAyer");
  EXPECT_THAT(layer_of(**source), HasSubstr(layer.digest));
  write_text(layout.blob(layer.digest), "longer than it was");
  EXPECT_THAT(layer_of(**source), HasSubstr("has 18 bytes, not the 5"));
  fs::remove(layout.blob(layer.digest));
  EXPECT_THAT(layer_of(**source), HasSubstr("is not there"));
  const Descriptor config = (*source)->image().manifest.config;
  std::string changed = (*source)->image().config_bytes;
  changed[2] = 'A';
  write_text(layout.blob(config.digest), changed);
  EXPECT_THAT(error_of(path), HasSubstr("image configuration: blob " + config.digest));
  std::string manifest = (*source)->image().raw_manifest.bytes;
  manifest.back() = ' ';
  write_text(layout.blob(image.digest), manifest + "}");
  EXPECT_THAT(error_of(path), AllOf(HasSubstr("damaged or replaced"), HasSubstr(image.digest)));
  write_text(layout.blob(image.digest), "");
  EXPECT_THAT(error_of(path), HasSubstr(image.digest));
}

TEST(OciLayout, LayersAndDiffIdsMustBeAsMany) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  const Descriptor layer = layout.add_blob("x", "application/vnd.oci.image.layer.v1.tar");
  const Descriptor config = layout.add_blob(testing::config_json({layer.digest}, kAmd), kOciConfig);
  layout.tag(layout.add_blob(testing::manifest_json(config, {layer, layer}), kOciManifest), "app");
  EXPECT_THAT(error_of("oci:" + directory.path().string()),
              HasSubstr("2 layers and the configuration 1 diff ids"));
}

TEST(OciLayout, ArtifactsAreNoImagesUnlessAllowed) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  const Descriptor config = layout.add_blob("{}", "application/vnd.cncf.helm.config.v1+json");
  layout.tag(layout.add_blob(testing::manifest_json(config, {}), kOciManifest), "chart");
  const std::string path = "oci:" + directory.path().string();
  EXPECT_THAT(error_of(path), HasSubstr("application/vnd.cncf.helm.config.v1+json"));
  EXPECT_EQ(error_of(path, {.allow_artifacts = true}), "");
}

TEST(OciLayout, EncryptedLayersAreRefusedByName) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  const Descriptor layer =
      layout.add_blob("x", "application/vnd.oci.image.layer.v1.tar+gzip+encrypted");
  const Descriptor config = layout.add_blob(testing::config_json({layer.digest}, kAmd), kOciConfig);
  layout.tag(layout.add_blob(testing::manifest_json(config, {layer}), kOciManifest), "app");
  EXPECT_THAT(error_of("oci:" + directory.path().string()), HasSubstr("encrypted"));
}

TEST(OciLayout, LinksOutAndPipesAreNotRead) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path() / "layout");
  layout.tag(layout.add_image({"layer"}), "app");
  const std::string path = "oci:" + (directory.path() / "layout").string();
  const auto source = open_source(path);
  ASSERT_TRUE(source);
  const fs::path blob = layout.blob((*source)->image().manifest.layers[0].digest);
  write_text(directory.path() / "outside", "layer");
  fs::remove(blob);
  fs::create_symlink("../../../outside", blob);
  EXPECT_THAT(layer_of(**source), HasSubstr("link out of the directory"));
  fs::remove(blob);
  fs::create_symlink("/dev/zero", blob);
  EXPECT_THAT(layer_of(**source), HasSubstr("link out of the directory"));
  fs::remove(blob);
  ASSERT_EQ(mkfifo(blob.c_str(), 0600), 0);
  EXPECT_THAT(layer_of(**source), HasSubstr("no regular file"));
}

TEST(OciLayout, ReferrersAreFoundBySubjectAndByFallbackTag) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path());
  const Descriptor image = layout.add_image({"layer"});
  layout.tag(image, "app");
  const Descriptor empty = layout.add_blob("{}", "application/vnd.oci.empty.v1+json");
  std::string document = testing::manifest_json(empty, {});
  document.insert(document.size() - 1, R"(,"artifactType":"application/x.sbom","subject":)" +
                                           testing::descriptor_json(image));
  const Descriptor sbom = layout.add_blob(document, kOciManifest);
  layout.tag(sbom, "");
  Descriptor signature = layout.add_blob(testing::manifest_json(empty, {}), kOciManifest);
  signature.artifact_type = "application/x.signature";
  layout.tag(layout.add_index({signature}), "sha256-" + std::string(digest_hex(image.digest)));
  const auto source = open_source("oci:" + directory.path().string() + ":app");
  ASSERT_TRUE(source) << source.error().message;
  const auto all = (*source)->referrers(image.digest, "");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].digest, sbom.digest);
  EXPECT_EQ((*all)[0].artifact_type, "application/x.sbom");
  EXPECT_EQ((*all)[1].digest, signature.digest);
  EXPECT_EQ((*source)->referrers(image.digest, "application/x.signature")->size(), 1U);
  EXPECT_TRUE((*source)->referrers(sbom.digest, "")->empty());
  EXPECT_EQ((*source)->fetch_manifest(sbom.digest)->bytes, document);
  EXPECT_EQ((*source)->fetch_manifest("sha256-x").error().code, ErrorCode::kNotFound);
}

TEST(OciArchive, IsReadWithoutUnpacking) {
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path() / "layout");
  layout.tag(layout.add_image({"layer"}), "app");
  const std::string archive = (directory.path() / "a.tar").string();
  ASSERT_TRUE(testing::run("tar -C " + layout.directory().string() + " -cf " + archive + " ."));
  for (const std::string& text : {"oci-archive:" + archive, archive, archive + ":app"}) {
    const auto source = open_source(text);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->kind(), SourceKind::kOciArchive);
    EXPECT_EQ(layer_of(**source), "layer");
  }
}

// The layout as `docker save` writes it before version 25.
void write_docker_archive(const fs::path& archive, const std::string& second_layer) {
  const TemporaryDirectory directory;
  const std::string first = "the first layer";
  const std::string config = testing::config_json(
      {sha256_digest(first), sha256_digest("the second layer"), sha256_digest(first)}, kAmd);
  const std::string name(digest_hex(sha256_digest(config)));
  write_text(directory.path() / (name + ".json"), config);
  write_text(directory.path() / "aa/layer.tar", first);
  write_text(directory.path() / "bb/layer.tar", second_layer);
  fs::create_directories(directory.path() / "cc");
  fs::create_symlink("../aa/layer.tar", directory.path() / "cc/layer.tar");
  write_text(directory.path() / "manifest.json",
             fmt::format(R"([{{"Config":"{}.json","RepoTags":["app:1","registry/app:latest"],)"
                         R"("Layers":["aa/layer.tar","bb/layer.tar","cc/layer.tar"]}}])",
                         name));
  ASSERT_TRUE(
      testing::run("tar -C " + directory.path().string() + " -cf " + archive.string() + " ."));
}

TEST(DockerArchive, LayersAndLinksBetweenThemAreRead) {
  const TemporaryDirectory directory;
  const fs::path archive = directory.path() / "saved.tar";
  write_docker_archive(archive, "the second layer");
  for (const std::string& text : {"docker-archive:" + archive.string(), archive.string(),
                                  "docker-archive:" + archive.string() + ":app:1",
                                  archive.string() + ":registry/app", archive.string() + "@0"}) {
    const auto source = open_source(text);
    ASSERT_TRUE(source) << text << ": " << source.error().message;
    EXPECT_EQ((*source)->kind(), SourceKind::kDockerArchive);
    EXPECT_EQ((*source)->reference(), "app:1");
    EXPECT_EQ((*source)->image().raw_manifest.digest, "");
    ASSERT_EQ((*source)->image().manifest.layers.size(), 3U);
    EXPECT_EQ(layer_of(**source, 0), "the first layer");
    EXPECT_EQ(layer_of(**source, 1), "the second layer");
    EXPECT_EQ(layer_of(**source, 2), "the first layer");
  }
  EXPECT_THAT(error_of(archive.string() + ":other"), HasSubstr("there are: app:1"));
  EXPECT_THAT(error_of(archive.string() + "@1"), HasSubstr("no image @1"));
}

TEST(DockerArchive, CompressedLayersHaveTheirOwnDigest) {
  const TemporaryDirectory directory;
  const fs::path archive = directory.path() / "saved.tar";
  const std::string gzip = "\x1f\x8b not really, but it starts so";
  write_docker_archive(archive, gzip);
  const auto source = open_source(archive.string());
  ASSERT_TRUE(source) << source.error().message;
  const Descriptor& layer = (*source)->image().manifest.layers[1];
  EXPECT_EQ(layer.media_type, kDockerGzipLayer);
  EXPECT_EQ(layer.digest, sha256_digest(gzip));
  EXPECT_EQ(layer_of(**source, 1), gzip);
}

TEST(DockerArchive, AChangedLayerOrConfigurationIsNamed) {
  const TemporaryDirectory directory;
  const fs::path archive = directory.path() / "saved.tar";
  write_docker_archive(archive, "the sEcond layer");
  const auto source = open_source(archive.string());
  ASSERT_TRUE(source);
  EXPECT_THAT(layer_of(**source, 1), HasSubstr(sha256_digest("the second layer")));
  std::string bytes = *core::read_file(archive);
  const std::size_t at = bytes.find("\"amd64\"");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 1] = 'A';
  write_text(archive, bytes);
  EXPECT_THAT(error_of(archive.string()), HasSubstr("not the one in its name"));
}

TEST(ArchiveTree, DamagedArchivesEndInAnErrorWithThePlace) {
  const TemporaryDirectory directory;
  const fs::path archive = directory.path() / "saved.tar";
  write_docker_archive(archive, "the second layer");
  const std::string whole = *core::read_file(archive);
  write_text(archive, whole.substr(0, 700));
  EXPECT_THAT(error_of(archive.string()), HasSubstr("at byte"));
  std::string changed = whole;
  changed[100] ^= 1;
  write_text(archive, changed);
  EXPECT_THAT(error_of(archive.string()), HasSubstr("at byte 0: is no header of a tar file"));
  write_text(archive, std::string(2000, 'x'));
  EXPECT_THAT(error_of(archive.string()), HasSubstr("no header of a tar file"));
  write_text(archive, "");
  EXPECT_THAT(error_of(archive.string()), HasSubstr("of no image"));
}

TEST(ArchiveTree, LongNamesPaxAndEscapesAreRead) {
  const TemporaryDirectory directory;
  const std::string deep =
      std::string(90, 'd') + "/" + std::string(90, 'e') + "/" + std::string(120, 'f');
  write_text(directory.path() / "in" / deep, "deep");
  fs::create_symlink("../../../../etc/passwd", directory.path() / "in/escape");
  fs::create_symlink("loop", directory.path() / "in/loop");
  for (const std::string format : {"gnu", "pax", "posix"}) {
    const fs::path archive = directory.path() / (format + ".tar");
    ASSERT_TRUE(testing::run(fmt::format("tar --format={} -C {} -cf {} .", format,
                                         (directory.path() / "in").string(), archive.string())));
    const auto tree =
        open_archive_tree(FileDescriptor(open(archive.c_str(), O_RDONLY | O_CLOEXEC)), "a.tar");
    ASSERT_TRUE(tree) << tree.error().message;
    EXPECT_EQ((*tree)->read(deep, 100), "deep");
    EXPECT_EQ((*tree)->read("./" + deep, 100), "deep");
    EXPECT_EQ((*tree)->read("escape", 100).error().code, ErrorCode::kNotFound);
    EXPECT_EQ((*tree)->read("loop", 100).error().code, ErrorCode::kNotFound);
    EXPECT_EQ((*tree)->read(deep, 3).error().code, ErrorCode::kLimitExceeded);
    const auto open_with = [&](const ArchiveLimits& limits) {
      return open_archive_tree(FileDescriptor(open(archive.c_str(), O_RDONLY | O_CLOEXEC)), "a.tar",
                               limits);
    };
    EXPECT_EQ(open_with({.max_entries = 3}).error().code, ErrorCode::kLimitExceeded);
    EXPECT_EQ(open_with({.max_header = 16}).error().code, ErrorCode::kLimitExceeded);
    EXPECT_FALSE((*open_with({.max_path = 100}))->has(deep));
  }
}

TEST(RootFileSystem, ADirectoryIsTakenForOneUnlessItIsALayout) {
  const TemporaryDirectory directory;
  write_text(directory.path() / "etc/os-release", "ID=debian\n");
  for (const std::string& text :
       {directory.path().string(), "rootfs:" + directory.path().string()}) {
    const auto source = open_source(text);
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->kind(), SourceKind::kRootFileSystem);
    EXPECT_EQ((*source)->root(), directory.path());
    EXPECT_TRUE((*source)->image().manifest.layers.empty());
  }
  EXPECT_THAT(error_of("oci:" + directory.path().string()), HasSubstr("no OCI layout"));
  EXPECT_THAT(error_of("rootfs:/nowhere"), HasSubstr("no directory"));
}

TEST(SourceForm, TextsAreTakenApart) {
  using Kind = SourceForm::Kind;
  const TemporaryDirectory directory;
  write_text(directory.path() / "a:b", "");
  const std::string path = (directory.path() / "a:b").string();
  const auto form = [](const std::string& text) { return *parse_source_form(text); };
  EXPECT_EQ(form("nginx:1.25").kind, Kind::kRegistry);
  EXPECT_EQ(form("nginx:1.25").selector, "nginx:1.25");
  EXPECT_EQ(form("docker://nginx").kind, Kind::kRegistry);
  EXPECT_EQ(form("docker://nginx").selector, "nginx");
  EXPECT_EQ(form("docker:nginx").kind, Kind::kDockerDaemon);
  EXPECT_EQ(form("docker-daemon:nginx:1").selector, "nginx:1");
  EXPECT_EQ(form("containerd:docker.io/library/nginx:1").kind, Kind::kContainerd);
  EXPECT_EQ(form("-").kind, Kind::kStandardInput);
  EXPECT_EQ(form(path).kind, Kind::kPath);
  EXPECT_EQ(form(path).path, path);
  EXPECT_EQ(form(path + ":tag").path, path);
  EXPECT_EQ(form(path + ":tag").selector, "tag");
  EXPECT_EQ(form("oci:" + path + "@sha256:x").selector, "@sha256:x");
  EXPECT_EQ(form("docker-archive:" + path + ":@1").selector, "@1");
  EXPECT_EQ(form("/nowhere/x").kind, Kind::kPath);
  EXPECT_FALSE(parse_source_form(""));
  EXPECT_FALSE(parse_source_form("oci:"));
  EXPECT_FALSE(parse_source_form(std::string(5000, 'a')));
}

}  // namespace
}  // namespace yagura::image
