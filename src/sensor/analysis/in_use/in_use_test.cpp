#include "sensor/analysis/in_use/in_use.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "sensor/analysis/facts/testing/event_builder.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;
using testing::EventBuilder;
using testing::make_container;
using testing::make_process;

void feed(InUse& in_use, const SensorEvent& event) {
  in_use.on_event(event, {.event_class = class_of(event)});
}

TEST(InUse, KeepsWhatIsExecutedAndLoadedByImage) {
  InUse in_use;
  EventBuilder build(make_process(10, "/usr/sbin/nginx", make_container("web", "sha256:1")));
  feed(in_use, build.exec());
  feed(in_use, build.library("/usr/lib/libssl.so.3"));
  feed(in_use, build.library("/tmp/evil.so", YGR_LAYER_UPPER));
  feed(in_use, build.open("/usr/lib/libz.so.1"));
  EXPECT_TRUE(in_use.is_executed("sha256:1", "/usr/sbin/nginx"));
  EXPECT_TRUE(in_use.is_loaded("sha256:1", "/usr/lib/libssl.so.3"));
  EXPECT_FALSE(in_use.is_loaded("sha256:1", "/tmp/evil.so")) << "not of the image";
  EXPECT_FALSE(in_use.is_loaded("sha256:1", "/usr/lib/libz.so.1")) << "read, not run";
  EXPECT_FALSE(in_use.is_executed("sha256:2", "/usr/sbin/nginx"));
}

TEST(InUse, ComesBackFromItsFile) {
  std::string name = (fs::temp_directory_path() / "yagura_in_use_XXXXXX").string();
  const fs::path directory = mkdtemp(name.data());
  InUse in_use;
  EventBuilder build(make_process(10, "/bin/a\xff", make_container("web", "sha256:1")));
  feed(in_use, build.exec());
  feed(in_use, build.library("/lib/x.so"));
  EXPECT_TRUE(in_use.is_changed());
  ASSERT_TRUE(in_use.save(directory / "in-use.json"));
  EXPECT_FALSE(in_use.is_changed());
  InUse other;
  const auto loaded = other.load(directory / "in-use.json");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(other.to_json(), in_use.to_json());
  EXPECT_TRUE(other.is_executed("sha256:1", "/bin/a\xff"));

  EXPECT_EQ(other.load(directory / "none.json").error().code, ErrorCode::kNotFound);
  for (const char* text :
       {"", "{", "[]", R"({"version":2,"images":[]})", R"({"version":1,"images":[{}]})"}) {
    std::ofstream(directory / "broken.json") << text;
    EXPECT_FALSE(other.load(directory / "broken.json")) << text;
  }
  EXPECT_EQ(other.to_json(), in_use.to_json()) << "unchanged";
  fs::remove_all(directory);
}

TEST(InUse, KeepsToItsLimits) {
  InUse in_use({.max_files = 10, .max_images = 3});
  for (int i = 0; i < 20; ++i) {
    EventBuilder build(
        make_process(10, "/bin/app", make_container("web", "sha256:" + std::to_string(i))));
    build.set_time((1'700'000'000LL + i) * 1'000'000'000);
    for (int k = 0; k < 50; ++k) feed(in_use, build.library("/lib/" + std::to_string(k)));
  }
  EXPECT_EQ(in_use.images(), 3U);
  EXPECT_TRUE(in_use.is_loaded("sha256:19", "/lib/9"));
  EXPECT_FALSE(in_use.is_loaded("sha256:19", "/lib/10"));
  EXPECT_FALSE(in_use.is_loaded("sha256:1", "/lib/1")) << "seen least recently";
  InUse small({.max_bytes = 64 << 10});
  EventBuilder build(make_process(10, "/bin/app", make_container("web")));
  for (int k = 0; k < 4000; ++k)
    feed(small, build.library("/" + std::string(200, 'x') + std::to_string(k)));
  EXPECT_LT(small.bytes(), 256U << 10);
}

}  // namespace
}  // namespace yagura::sensor
