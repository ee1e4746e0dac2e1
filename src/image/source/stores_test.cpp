// Images that other programs keep: containerd's store, Docker's daemon, compressed archives, pipes.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/file.hpp"
#include "image/registry/testing/daemon.hpp"
#include "image/registry/testing/scripted_server.hpp"
#include "image/registry/testing/temporary_directory.hpp"
#include "image/source/bolt_reader.hpp"
#include "image/source/digest.hpp"
#include "image/source/image_source.hpp"
#include "image/source/platform.hpp"
#include "image/source/testing/layout_builder.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using testing::Daemon;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LayoutBuilder;
using testing::TemporaryDirectory;
using testing::write_text;

// A real layer with one file.
std::string layer_with(const std::string& text) {
  const TemporaryDirectory directory;
  write_text(directory.path() / "in/file", text);
  const std::string archive = (directory.path() / "a.tar").string();
  EXPECT_TRUE(testing::run(fmt::format("tar --mtime=@0 -C {} -cf {} file",
                                       (directory.path() / "in").string(), archive)));
  return *core::read_file(archive);
}

std::string layer_of(const ImageSource& source, std::size_t at = 0) {
  const auto bytes = read_blob(source, source.image().manifest.layers.at(at));
  return bytes ? *bytes : bytes.error().message;
}

std::string error_of(const std::string& reference, const SourceOptions& options) {
  const auto source = open_source(reference, options);
  return source ? "" : source.error().message;
}

// An archive that Docker and containerd can load, of a layout's image.
bool make_docker_archive(const LayoutBuilder& layout, const std::string& tag,
                         const fs::path& archive, const std::string& name) {
  return testing::run(fmt::format("skopeo --insecure-policy copy oci:{}:{} docker-archive:{}:{}",
                                  layout.directory().string(), tag, archive.string(), name));
}

class Containerd : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"containerd", "ctr"}) {
      if (!testing::has_program(program)) GTEST_SKIP() << program << " is not installed";
    }
    if (geteuid() != 0) GTEST_SKIP() << "containerd needs root";
    const fs::path& path = directory_.path();
    write_text(path / "config.toml",
               fmt::format("version = 2\nroot = \"{0}/root\"\nstate = \"{0}/state\"\n"
                           "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n"
                           "[grpc]\n  address = \"{0}/socket\"\n",
                           path.string()));
    auto daemon = Daemon::start({"containerd", "--config", (path / "config.toml").string()},
                                "containerd successfully booted");
    ASSERT_TRUE(daemon) << daemon.error().message;
    daemon_ = std::move(*daemon);
    options_.containerd_root = path / "root";
  }

  bool ctr(const std::string& arguments, const std::string& image_namespace = "k8s.io") const {
    return testing::run(fmt::format("ctr --address {}/socket --namespace {} {}",
                                    directory_.path().string(), image_namespace, arguments));
  }
  bool import(const std::string& tag, const std::string& image_namespace = "k8s.io") const {
    const fs::path archive = directory_.path() / "import.tar";
    const bool is_made = testing::run(
        fmt::format("tar -C {} -cf {} .", layout_.directory().string(), archive.string()));
    return is_made &&
           ctr(fmt::format("images import --no-unpack --base-name {} {}", tag, archive.string()),
               image_namespace);
  }

  TemporaryDirectory directory_;
  LayoutBuilder layout_{directory_.path() / "layout"};
  std::unique_ptr<Daemon> daemon_;
  SourceOptions options_;
};

TEST_F(Containerd, ImagesAreReadFromItsStoreWhileItRuns) {
  const Descriptor image =
      layout_.add_image({layer_with("one"), layer_with("two")}, default_platform());
  layout_.tag(image, "1.25");
  ASSERT_TRUE(import("docker.io/library/nginx"));
  for (const std::string text :
       {"containerd:nginx:1.25", "containerd:docker.io/library/nginx:1.25"}) {
    const auto source = open_source(text, options_);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->kind(), SourceKind::kContainerd);
    EXPECT_EQ((*source)->reference(), "docker.io/library/nginx:1.25");
    EXPECT_EQ((*source)->image().raw_manifest.digest, image.digest);
    EXPECT_EQ(layer_of(**source, 1), layer_with("two"));
  }
  EXPECT_THAT(error_of("containerd:redis", options_),
              HasSubstr("docker.io/library/nginx:1.25 (k8s.io)"));
  options_.containerd_namespace = "default";
  EXPECT_THAT(error_of("containerd:nginx:1.25", options_), HasSubstr("in namespace default"));
  daemon_.reset();  // and when it does not
  options_.containerd_namespace.clear();
  EXPECT_EQ(error_of("containerd:nginx:1.25", options_), "");
}

TEST_F(Containerd, HundredsOfImagesInManyPagesAreFound) {
  layout_.tag(layout_.add_image({layer_with("x")}, default_platform()), "1");
  ASSERT_TRUE(import("registry.example/app"));
  std::string script;
  for (int i = 0; i < 150; ++i) {
    script += fmt::format(
        "ctr --address {}/socket --namespace k8s.io images tag registry.example/app:1 "
        "registry.example/{}/app-{}:1 && ",
        directory_.path().string(), std::string(100, 'n'), i);
  }
  ASSERT_TRUE(testing::run(script + "true"));
  for (const int i : {0, 77, 149}) {
    EXPECT_EQ(
        error_of(fmt::format("containerd:registry.example/{}/app-{}:1", std::string(100, 'n'), i),
                 options_),
        "");
  }
  EXPECT_THAT(error_of("containerd:registry.example/none:1", options_), HasSubstr(", …"));
}

TEST_F(Containerd, LayersThatWereThrownAwayAreNamed) {
  const Descriptor image = layout_.add_image({layer_with("one")}, default_platform());
  layout_.tag(image, "1");
  ASSERT_TRUE(import("registry.example/app"));
  const auto source = open_source("containerd:registry.example/app:1", options_);
  ASSERT_TRUE(source) << source.error().message;
  const std::string layer = (*source)->image().manifest.layers[0].digest;
  // As the daemon itself does once the layer is unpacked and nothing holds it any more.
  ASSERT_TRUE(fs::remove(options_.containerd_root /
                         "io.containerd.content.v1.content/blobs/sha256" / digest_hex(layer)));
  EXPECT_THAT(error_of("containerd:registry.example/app:1", options_),
              HasSubstr("discard_unpacked_layers"));
}

TEST(ContainerdStore, ThatIsNotThereIsSaid) {
  const TemporaryDirectory directory;
  EXPECT_THAT(error_of("containerd:nginx", {.containerd_root = directory.path()}),
              HasSubstr(directory.path().string()));
  write_text(directory.path() / "io.containerd.metadata.v1.bolt/meta.db",
             std::string(100'000, 'x'));
  EXPECT_THAT(error_of("containerd:nginx", {.containerd_root = directory.path()}),
              HasSubstr("is no bbolt database"));
}

TEST(DockerDaemon, TheRealOneGivesItsImages) {
  for (const char* program : {"dockerd", "docker", "skopeo"}) {
    if (!testing::has_program(program)) GTEST_SKIP() << program << " is not installed";
  }
  if (geteuid() != 0) GTEST_SKIP() << "dockerd needs root";
  const TemporaryDirectory directory;
  const std::string path = directory.path().string();
  const auto daemon = Daemon::start(
      {"dockerd", "--data-root", path + "/data", "--exec-root", path + "/exec", "--host",
       "unix://" + path + "/socket", "--pidfile", path + "/pid", "--iptables=false",
       "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"},
      "API listen on ");
  if (!daemon) GTEST_SKIP() << "dockerd does not run here: " << daemon.error().message;
  LayoutBuilder layout(directory.path() / "layout");
  layout.tag(layout.add_image({layer_with("one"), layer_with("two")}, default_platform()), "app");
  ASSERT_TRUE(make_docker_archive(layout, "app", directory.path() / "app.tar", "team/app:1"));
  const std::string docker = fmt::format("docker -H unix://{}/socket ", path);
  ASSERT_TRUE(testing::run(docker + "load -i " + path + "/app.tar"));
  ASSERT_TRUE(testing::run(docker + "tag team/app:1 team/app:latest"));
  SourceOptions options{.allow_network = false, .docker_socket = directory.path() / "socket"};
  for (const std::string text : {"docker-daemon:team/app:1", "docker:team/app"}) {
    const auto source = open_source(text, options);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->kind(), SourceKind::kDockerDaemon);
    ASSERT_EQ((*source)->image().manifest.layers.size(), 2U);
    EXPECT_EQ((*source)->image().config.diff_ids[0], sha256_digest(layer_with("one")));
    EXPECT_THAT(layer_of(**source, 0), HasSubstr("one"));
  }
  const auto by_name = open_source("docker:team/app:1", options);
  const std::string id = (*by_name)->image().manifest.config.digest;
  EXPECT_EQ(error_of("docker:" + id.substr(7, 12), options), "");
  EXPECT_THAT(error_of("docker:team/other:1", options), HasSubstr("team/other"));
}

// A Unix socket that listens.
int listen_at(const fs::path& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd, 8), 0);
  return fd;
}

TEST(DockerDaemon, IsAskedOnItsSocketAndItsProblemsAreTold) {
  using testing::ScriptedAnswer;
  using testing::ScriptedRequest;
  const TemporaryDirectory directory;
  LayoutBuilder layout(directory.path() / "layout");
  layout.tag(layout.add_image({"layer"}), "app");
  const std::string archive = (directory.path() / "a.tar").string();
  ASSERT_TRUE(testing::run("tar -C " + layout.directory().string() + " -cf " + archive + " ."));
  const std::string saved = *core::read_file(archive);
  std::optional<std::size_t> cut_after;
  testing::ScriptedServer server(
      [&](const ScriptedRequest& request) -> ScriptedAnswer {
        if (request.path == "/images/team/app:latest/get")
          return {.body = saved, .cut_after = cut_after};
        return {.status = 404, .body = R"({"message":"reference does not exist"})"};
      },
      nullptr, listen_at(directory.path() / "socket"));
  SourceOptions options{.allow_network = false, .docker_socket = directory.path() / "socket"};
  const auto source = open_source("docker:team/app", options);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(layer_of(**source), "layer");
  EXPECT_THAT(error_of("docker:nginx", options), HasSubstr("reference does not exist"));
  const auto requests = server.requests();
  EXPECT_EQ(requests[requests.size() - 2].path, "/images/nginx:latest/get");
  EXPECT_EQ(requests.back().path, "/images/nginx/get");  // an id, perhaps
  EXPECT_THAT(error_of("docker:../../info", options), HasSubstr("no name of an image"));
  options.max_archive_size = 1000;
  EXPECT_EQ(open_source("docker:team/app", options).error().code, ErrorCode::kLimitExceeded);
  options.max_archive_size = 1 << 20;
  cut_after = 2000;
  EXPECT_THAT(error_of("docker:team/app", options), HasSubstr("no Docker daemon answers"));
  options.docker_socket = directory.path() / "nobody";
  EXPECT_THAT(error_of("docker:team/app", options), HasSubstr("is it running"));
}

class Archives : public ::testing::Test {
 protected:
  void SetUp() override {
    layout_.tag(layout_.add_image({"layer"}), "app");
    ASSERT_TRUE(testing::run(
        fmt::format("tar -C {} -cf {} .", layout_.directory().string(), archive_.string())));
    options_.temporary_directory = directory_.path();
  }
  TemporaryDirectory directory_;
  LayoutBuilder layout_{directory_.path() / "layout"};
  fs::path archive_ = directory_.path() / "a.tar";
  SourceOptions options_;
};

TEST_F(Archives, CompressedOnesAreReadAndBounded) {
  for (const std::string compress : {"gzip -k", "zstd -q"}) {
    if (!testing::has_program(compress.substr(0, compress.find(' ')))) continue;
    ASSERT_TRUE(testing::run(compress + " " + archive_.string()));
    const std::string packed = archive_.string() + (compress.starts_with("gzip") ? ".gz" : ".zst");
    const auto source = open_source(packed, options_);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ(layer_of(**source), "layer");
    EXPECT_EQ(error_of("oci-archive:" + packed + ":app", options_), "");
    SourceOptions small = options_;
    small.max_archive_size = 3000;
    EXPECT_EQ(open_source(packed, small).error().code, ErrorCode::kLimitExceeded);
    std::string bytes = *core::read_file(packed);
    bytes.resize(bytes.size() / 2);
    write_text(packed, bytes);
    EXPECT_THAT(error_of(packed, options_), HasSubstr(packed));
  }
}

TEST_F(Archives, APipeOnStandardInputIsRead) {
  const int old = dup(STDIN_FILENO);
  FILE* pipe = popen(("cat " + archive_.string()).c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  dup2(fileno(pipe), STDIN_FILENO);
  const auto source = open_source("-", options_);
  dup2(old, STDIN_FILENO);
  close(old);
  pclose(pipe);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ((*source)->kind(), SourceKind::kOciArchive);
  EXPECT_EQ(layer_of(**source), "layer");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()), 2);
}

// A database of one meta page and one leaf, byte by byte.
class BoltBytes {
 public:
  BoltBytes() : bytes_(4 * kPage, '\0') {
    put(3 * kPage + 8, 2, 2);  // page 3: a leaf
    put(3 * kPage, 3, 8);
    write_meta(0, 7, 3);
    write_meta(kPage, 6, 3);
  }
  // Elements must be added in order; `value` of buckets with their header.
  void add(std::string_view key, std::string_view value, bool is_bucket) {
    const std::size_t at = 3 * kPage + 16 + count_ * 16;
    const std::size_t data = 3 * kPage + 1024 + used_;
    put(at, is_bucket ? 1 : 0, 4);
    put(at + 4, data - at, 4);
    put(at + 8, key.size(), 4);
    put(at + 12, value.size(), 4);
    bytes_.replace(data, key.size(), key);
    bytes_.replace(data + key.size(), value.size(), value);
    used_ += key.size() + value.size();
    put(3 * kPage + 10, ++count_, 2);
  }
  void write_meta(std::size_t at, std::uint64_t txid, std::uint64_t root,
                  std::uint32_t page = kPage) {
    at += 16;
    put(at, 0xED0CDAED, 4);
    put(at + 4, 2, 4);
    put(at + 8, page, 4);
    put(at + 16, root, 8);
    put(at + 40, 4, 8);
    put(at + 48, txid, 8);
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t i = at; i < at + 56; ++i) {
      hash = (hash ^ static_cast<unsigned char>(bytes_[i])) * 0x100000001b3;
    }
    put(at + 56, hash, 8);
  }
  void put(std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) bytes_[at + i] = static_cast<char>(value >> (8 * i));
  }
  Result<BoltReader> open(const BoltLimits& limits = {}) {
    return BoltReader::open(
        [this](std::uint64_t offset, std::span<char> out) -> Result<void> {
          if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
            return fail(ErrorCode::kInvalidInput, "cut off");
          }
          std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(),
                      out.begin());
          return {};
        },
        limits);
  }
  static constexpr std::size_t kPage = 4096;
  std::string bytes_;

 private:
  std::size_t count_ = 0;
  std::size_t used_ = 0;
};

TEST(BoltReader, TheNewerValidMetaPageCounts) {
  BoltBytes file;
  file.add("key", "value", false);
  EXPECT_EQ(file.open()->txid(), 7U);
  EXPECT_EQ(**file.open()->get({}, "key"), "value");
  EXPECT_EQ(*file.open()->get({}, "other"), std::nullopt);
  file.bytes_[20] ^= 1;  // the first is damaged: the second is still good
  EXPECT_EQ(file.open()->txid(), 6U);
  file.bytes_[BoltBytes::kPage + 20] ^= 1;
  EXPECT_FALSE(file.open());
}

TEST(BoltReader, InlineBucketsAreEntered) {
  BoltBytes file;
  std::string bucket(16, '\0');
  std::string page(16, '\0');
  page[8] = 2;  // a leaf
  page[10] = 1;
  std::string element(16, '\0');
  element[4] = 16;
  element[8] = 1;
  element[12] = 1;
  file.add("bucket", bucket + page + element + "kv", true);
  file.add("value", "x", false);
  auto reader = file.open();
  EXPECT_EQ(**reader->get({"bucket"}, "k"), "v");
  EXPECT_EQ(*reader->get({"value"}, "k"), std::nullopt);
  EXPECT_EQ(*reader->get({}, "bucket"), std::nullopt);
  EXPECT_THAT(*reader->buckets({}), ElementsAre("bucket"));
  EXPECT_THAT(*reader->values({}), ElementsAre("value"));
  EXPECT_THAT(*reader->values({"bucket"}), ElementsAre("k"));
}

TEST(BoltReader, DamageAndCyclesEnd) {
  BoltBytes file;
  file.add("key", "value", false);
  file.put(3 * BoltBytes::kPage + 10, 60'000, 2);  // more elements than fit
  EXPECT_EQ(file.open()->get({}, "key").error().code, ErrorCode::kInvalidInput);
  file.put(3 * BoltBytes::kPage + 10, 1, 2);
  file.put(3 * BoltBytes::kPage + 16 + 12, 1U << 31, 4);  // a value beyond its page
  EXPECT_EQ(file.open()->get({}, "key").error().code, ErrorCode::kInvalidInput);
  file.put(3 * BoltBytes::kPage + 8, 1, 2);  // a branch whose child is itself
  file.put(3 * BoltBytes::kPage + 16, 16, 4);
  file.put(3 * BoltBytes::kPage + 20, 0, 4);
  file.put(3 * BoltBytes::kPage + 24, 3, 8);
  EXPECT_THAT(file.open()->get({}, "key").error().message, HasSubstr("without end"));
  EXPECT_THAT(file.open()->values({}).error().message, HasSubstr("without end"));
  EXPECT_EQ(file.open({.max_pages = 3})->values({}).error().code, ErrorCode::kLimitExceeded);
  file.put(3 * BoltBytes::kPage + 12, 0xffff, 4);  // continued over more than we take
  EXPECT_EQ(file.open()->values({}).error().code, ErrorCode::kLimitExceeded);
  file.write_meta(0, 9, 1 << 20);  // a root outside
  EXPECT_THAT(file.open()->values({}).error().message, HasSubstr("leads outside"));
}

TEST(BoltReader, ListsHaveALimit) {
  BoltBytes file;
  for (const char* key : {"a", "b", "c"}) file.add(key, "", false);
  EXPECT_EQ(file.open({.max_keys = 3})->values({})->size(), 3U);
  EXPECT_EQ(file.open({.max_keys = 2})->values({}).error().code, ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace yagura::image
