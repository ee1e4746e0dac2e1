// Images of a real registry, pushed by skopeo.

#include "image/source/registry_source.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/file.hpp"
#include "image/registry/registry_client.hpp"
#include "image/registry/testing/real_registry.hpp"
#include "image/registry/testing/scripted_server.hpp"
#include "image/registry/testing/temporary_directory.hpp"
#include "image/source/digest.hpp"
#include "image/source/image_source.hpp"
#include "image/source/testing/layout_builder.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::kRegistryPassword;
using testing::kRegistryUser;
using testing::LayoutBuilder;
using testing::RealRegistry;
using testing::RealRegistryOptions;
using testing::TemporaryDirectory;
using testing::write_text;

const Platform kArm{.os = "linux", .architecture = "arm64"};
const Platform kAmd{.os = "linux", .architecture = "amd64"};

class RegistrySource : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::has_program("docker-registry"))
      GTEST_SKIP() << "docker-registry is not installed";
    if (!testing::has_program("skopeo")) GTEST_SKIP() << "skopeo is not installed";
    options_.registry.auth_file = directory_.path() / "auth.json";
    write_text(options_.registry.auth_file, "{}");
    options_.registry.certificate_directories = {directory_.path() / "certs.d"};
  }

  void start(const RealRegistryOptions& options = {}) {
    auto registry = RealRegistry::start(options);
    ASSERT_TRUE(registry) << registry.error().message;
    registry_ = std::move(*registry);
  }

  std::string from(const std::string& tag) const {
    return fmt::format("oci:{}:{}", layout_.directory().string(), tag);
  }
  std::string name(const std::string& rest) const { return registry_->authority() + "/" + rest; }

  TemporaryDirectory directory_;
  LayoutBuilder layout_{directory_.path() / "layout"};
  std::unique_ptr<RealRegistry> registry_;
  SourceOptions options_;
};

std::string layer_of(const ImageSource& source, std::size_t at = 0) {
  const auto bytes = read_blob(source, source.image().manifest.layers.at(at), 1 << 30);
  return bytes ? *bytes : bytes.error().message;
}

std::string error_of(const std::string& reference, const SourceOptions& options) {
  const auto source = open_source(reference, options);
  return source ? "" : source.error().message;
}

// Skopeo compresses layers on the way unless told otherwise.
constexpr const char* kAsItIs = "--preserve-digests";

TEST_F(RegistrySource, ImagesAreReadByTagAndDigest) {
  start();
  const Descriptor image = layout_.add_image({"first layer", "second layer"});
  layout_.tag(image, "app");
  ASSERT_TRUE(registry_->push(from("app"), "team/app:1", kAsItIs));
  for (const std::string& text :
       {name("team/app:1"), name("team/app@" + image.digest), "docker://" + name("team/app:1")}) {
    const auto source = open_source(text, options_);
    ASSERT_TRUE(source) << text << ": " << source.error().message;
    EXPECT_EQ((*source)->kind(), SourceKind::kRegistry);
    EXPECT_EQ((*source)->name(), text);
    EXPECT_EQ((*source)->image().raw_manifest.digest, image.digest);
    EXPECT_EQ(layer_of(**source, 0), "first layer");
    EXPECT_EQ(layer_of(**source, 1), "second layer");
  }
  EXPECT_THAT(error_of(name("team/app:2"), options_), HasSubstr("no such image"));
  EXPECT_THAT(error_of(name("team/other:1"), options_), HasSubstr("no such image"));
  options_.allow_network = false;
  EXPECT_THAT(error_of(name("team/app:1"), options_), HasSubstr("--offline"));
}

TEST_F(RegistrySource, IndexesAreChosenFromByPlatform) {
  start();
  const Descriptor index =
      layout_.add_index({layout_.add_image({"arm"}, kArm), layout_.add_image({"amd"}, kAmd)});
  layout_.tag(index, "multi");
  ASSERT_TRUE(registry_->push(from("multi"), "multi:1", "--all --preserve-digests"));
  options_.platform = kArm;
  const auto source = open_source(name("multi:1"), options_);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(layer_of(**source), "arm");
  ASSERT_EQ((*source)->image().indexes.size(), 1U);
  EXPECT_EQ((*source)->image().indexes[0].digest, index.digest);
  options_.platform = Platform{.os = "linux", .architecture = "riscv64"};
  EXPECT_THAT(error_of(name("multi:1"), options_), HasSubstr("linux/arm64, linux/amd64"));
}

TEST_F(RegistrySource, SchemaTwoOfDockerIsReadWithCompressedLayers) {
  start();
  ASSERT_TRUE(testing::run(fmt::format("tar -C {} -cf {}/layer.tar layout/oci-layout",
                                       directory_.path().string(), directory_.path().string())));
  std::ifstream file(directory_.path() / "layer.tar", std::ios::binary);
  const std::string tar{std::istreambuf_iterator<char>(file), {}};
  layout_.tag(layout_.add_image({tar}), "app");
  ASSERT_TRUE(registry_->push(from("app"), "app:docker", "--format v2s2"));
  const auto source = open_source(name("app:docker"), options_);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ((*source)->image().raw_manifest.media_type, kDockerManifest);
  const Descriptor& layer = (*source)->image().manifest.layers[0];
  EXPECT_EQ(layer.media_type, kDockerGzipLayer);
  EXPECT_TRUE(layer_of(**source).starts_with("\x1f\x8b"));
  EXPECT_EQ((*source)->image().config.diff_ids[0], sha256_digest(tar));
}

TEST_F(RegistrySource, ManyLargeLayersAreReadAtOnce) {
  start();
  std::vector<std::string> layers;
  for (int i = 0; i < 6; ++i) {
    std::string layer(std::size_t{9} << 20, static_cast<char>('a' + i));
    layer += std::to_string(i);
    layers.push_back(std::move(layer));
  }
  layout_.tag(layout_.add_image(layers), "big");
  ASSERT_TRUE(registry_->push(from("big"), "big:1", kAsItIs));
  const auto source = open_source(name("big:1"), options_);
  ASSERT_TRUE(source) << source.error().message;
  std::vector<bool> same(layers.size());
  std::vector<char> results(layers.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = layer_of(**source, i) == layers[i]; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(results, ::testing::Each(1));
}

TEST_F(RegistrySource, PasswordsComeFromOptionsAndFiles) {
  start({.wants_password = true});
  layout_.tag(layout_.add_image({"secret layer"}), "app");
  ASSERT_TRUE(registry_->push(from("app"), "private:1", kAsItIs));
  EXPECT_THAT(error_of(name("private:1"), options_), HasSubstr("wants a user and a password"));
  write_text(options_.registry.auth_file,
             fmt::format(R"({{"auths":{{"{}":{{"username":"{}","password":"{}"}}}}}})",
                         registry_->authority(), kRegistryUser, kRegistryPassword));
  const auto source = open_source(name("private:1"), options_);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(layer_of(**source), "secret layer");
  options_.registry.user = kRegistryUser;
  options_.registry.password = "wrong";
  EXPECT_THAT(error_of(name("private:1"), options_), HasSubstr("refuses the password"));
}

TEST_F(RegistrySource, TlsWithAnOwnAuthorityAndClientCertificates) {
  const testing::Certificates certificates = testing::make_certificates();
  start({.tls = &certificates, .wants_client_certificate = true});
  layout_.tag(layout_.add_image({"layer"}), "app");
  ASSERT_TRUE(registry_->push(from("app"), "app:1", kAsItIs));
  EXPECT_THAT(error_of(name("app:1"), options_), HasSubstr("--ca-file"));
  options_.registry.ca_file = directory_.path() / "ca.pem";
  write_text(options_.registry.ca_file, certificates.authority);
  EXPECT_THAT(error_of(name("app:1"), options_), HasSubstr("client certificate"));
  options_.registry.client_certificate = directory_.path() / "client.pem";
  write_text(options_.registry.client_certificate,
             certificates.client.certificate + certificates.client.key);
  EXPECT_EQ(error_of(name("app:1"), options_), "");
  options_.registry.client_certificate.clear();
  options_.registry.ca_file.clear();
  const fs::path folder = options_.registry.certificate_directories[0] / registry_->authority();
  write_text(folder / "ca.crt", certificates.authority);
  write_text(folder / "client.cert", certificates.client.certificate);
  write_text(folder / "client.key", certificates.client.key);
  EXPECT_EQ(error_of(name("app:1"), options_), "");
}

TEST_F(RegistrySource, APullThroughMirrorServesTheImage) {
  start();
  layout_.tag(layout_.add_image({"layer"}), "app");
  ASSERT_TRUE(registry_->push(from("app"), "team/app:1", kAsItIs));
  const auto mirror = RealRegistry::start({.proxy_of = "http://" + registry_->authority()});
  ASSERT_TRUE(mirror) << mirror.error().message;
  options_.registry.mirrors = {{registry_->authority(), "http://" + (*mirror)->authority()}};
  const auto source = open_source(name("team/app:1"), options_);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(layer_of(**source), "layer");
  EXPECT_TRUE(fs::exists((*mirror)->storage() / "docker/registry/v2/repositories/team/app"));
}

TEST_F(RegistrySource, ABlobThatTheRegistryChangedIsNamed) {
  start();
  layout_.tag(layout_.add_image({"the layer"}), "app");
  ASSERT_TRUE(registry_->push(from("app"), "app:1", kAsItIs));
  const auto source = open_source(name("app:1"), options_);
  ASSERT_TRUE(source);
  const Descriptor& layer = (*source)->image().manifest.layers[0];
  const std::string hex(digest_hex(layer.digest));
  const fs::path stored =
      registry_->storage() / "docker/registry/v2/blobs/sha256" / hex.substr(0, 2) / hex / "data";
  write_text(stored, "thE layer");
  EXPECT_THAT(layer_of(**source), HasSubstr(layer.digest + " is not what its descriptor says"));
}

TEST_F(RegistrySource, SignaturesAreReachedByTagAndByTheReferrersFallback) {
  start();
  const Descriptor image = layout_.add_image({"layer"});
  const Descriptor empty = layout_.add_blob("{}", "application/vnd.oci.empty.v1+json");
  const Descriptor config = layout_.add_blob(testing::config_json({}, kAmd), kOciConfig);
  const Descriptor signature = layout_.add_blob(testing::manifest_json(config, {}), kOciManifest);
  const Descriptor sbom = layout_.add_image({"sbom"});
  const std::string hex(digest_hex(image.digest));
  layout_.tag(image, "app");
  layout_.tag(signature, "sig");
  layout_.tag(layout_.add_index({sbom}), "list");
  ASSERT_TRUE(registry_->push(from("app"), "app:1", kAsItIs));
  ASSERT_TRUE(registry_->push(from("sig"), fmt::format("app:sha256-{}.sig", hex), kAsItIs));
  const auto source = open_source(name("app:1"), options_);
  ASSERT_TRUE(source) << source.error().message;
  const auto fetched = (*source)->fetch_manifest(fmt::format("sha256-{}.sig", hex));
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->digest, signature.digest);
  EXPECT_EQ((*source)->fetch_manifest("sha256-x.att").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE((*source)->referrers(image.digest, "")->empty());
  ASSERT_TRUE(
      registry_->push(from("list"), fmt::format("app:sha256-{}", hex), "--all --preserve-digests"));
  const auto referrers = (*source)->referrers(image.digest, "");
  ASSERT_TRUE(referrers) << referrers.error().message;
  ASSERT_EQ(referrers->size(), 1U);
  EXPECT_EQ((*referrers)[0].digest, sbom.digest);
  EXPECT_TRUE((*source)->referrers(image.digest, "application/other")->empty());
}

// A registry of one image that a test may damage on the way.
class ScriptedRegistry : public ::testing::Test {
 protected:
  ScriptedRegistry() {
    options_.registry.auth_file = directory_.path() / "auth.json";
    write_text(options_.registry.auth_file, "{}");
    options_.registry.certificate_directories = {directory_.path() / "certs.d"};
    image_ = layout_.add_image({"layer"});
  }

  testing::ScriptedAnswer answer(const testing::ScriptedRequest& request) {
    const std::string last = request.path.substr(request.path.rfind('/') + 1);
    if (request.path.find("/referrers/") != std::string::npos) {
      return {.body = referrers_, .headers = {{"Content-Type", std::string(kOciIndex)}}};
    }
    const std::string digest = last == "1" ? image_.digest : last;
    const auto bytes = core::read_file(layout_.blob(digest));
    if (!is_digest(digest) || !bytes) return {.status = 404};
    const bool is_manifest = digest == image_.digest;
    return {.body = is_manifest ? *bytes + damage_ : *bytes,
            .headers = {{"Content-Type", is_manifest ? content_type_ : "application/octet-stream"},
                        {"Docker-Content-Digest", digest}}};
  }

  Result<std::unique_ptr<ImageSource>> open(const std::string& version) {
    return open_source(server_.authority() + "/app" + version, options_);
  }

  TemporaryDirectory directory_;
  LayoutBuilder layout_{directory_.path() / "layout"};
  SourceOptions options_;
  Descriptor image_;
  std::string referrers_;
  std::string damage_;
  std::string content_type_{kOciManifest};
  testing::ScriptedServer server_{
      [this](const testing::ScriptedRequest& request) { return answer(request); }};
};

TEST_F(ScriptedRegistry, AManifestThatWasChangedOnTheWayIsNotTaken) {
  EXPECT_TRUE(open(":1"));
  EXPECT_TRUE(open("@" + image_.digest));
  damage_ = "\n";
  for (const std::string& version : {std::string(":1"), "@" + image_.digest}) {
    const auto source = open(version);
    ASSERT_FALSE(source);
    EXPECT_THAT(source.error().message, HasSubstr("damaged or replaced"));
    EXPECT_THAT(source.error().message, HasSubstr(server_.authority() + "/app" + version));
  }
}

TEST_F(ScriptedRegistry, ATypeThatIsNotTheDocumentsIsRefused) {
  content_type_ = kOciIndex;
  const auto source = open(":1");
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().message, HasSubstr("ambiguous"));
  content_type_ = "text/plain";  // some proxies say so
  EXPECT_TRUE(open(":1"));
}

TEST_F(ScriptedRegistry, TheReferrersApiIsFilteredHereToo) {
  Descriptor sbom = image_;
  sbom.artifact_type = "application/x.sbom";
  Descriptor other = image_;
  other.artifact_type = "application/x.other";
  referrers_ = testing::index_json({sbom, other});
  const auto source = open(":1");
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ((*source)->referrers(image_.digest, "")->size(), 2U);
  const auto filtered = (*source)->referrers(image_.digest, "application/x.sbom");
  ASSERT_TRUE(filtered);
  ASSERT_EQ(filtered->size(), 1U);
  EXPECT_EQ(filtered->front().artifact_type, "application/x.sbom");
  referrers_ = testing::index_json(std::vector<Descriptor>(1001, sbom));
  EXPECT_EQ((*source)->referrers(image_.digest, "").error().code, ErrorCode::kLimitExceeded);
  referrers_ = "[]";
  EXPECT_FALSE((*source)->referrers(image_.digest, ""));
}

TEST_F(RegistrySource, TagsAreListed) {
  start();
  layout_.tag(layout_.add_image({"layer"}), "app");
  ASSERT_TRUE(registry_->push(from("app"), "app:1", kAsItIs));
  ASSERT_TRUE(registry_->push(from("app"), "app:2", kAsItIs));
  const auto client =
      RegistryClient::make(*parse_registry_reference(name("app")), options_.registry);
  ASSERT_TRUE(client);
  EXPECT_THAT(*(*client)->tags(), ::testing::UnorderedElementsAre("1", "2"));
}

}  // namespace
}  // namespace yagura::image
