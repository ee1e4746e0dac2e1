#include "sensor/replay/replay.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/file.hpp"
#include "sensor/capture/capture_writer.hpp"
#include "sensor/capture/scap/testing.hpp"
#include "sensor/capture/testing.hpp"
#include "sensor/detect/testing/scene.hpp"
#include "sensor/incident/incident_store.hpp"
#include "sensor/replay/recorded_users.hpp"
#include "sensor/replay/recording.hpp"

namespace yagura::sensor {
namespace {

using testing::Scene;

constexpr std::string_view kRules = R"(
- rule: Shadow read
  desc: d
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and evt.is_open_read = true
  output: read by %proc.name of %proc.pname in %container.name as %user.name at %evt.time
  priority: WARNING
  tags: [T1555]
- rule: Shell in a container
  desc: d
  condition: evt.type = execve and proc.name = sh and container.id != host
  output: shell %proc.cmdline of %proc.aname[2] in %k8s.ns.name/%k8s.pod.name (%container.image.repository)
  priority: NOTICE
- rule: Out
  desc: d
  condition: evt.type = connect and fd.sport = 443
  output: out to %fd.sip from %proc.exepath
  priority: ERROR
)";

class Lines final : public AlertSink {
 public:
  explicit Lines(const ViewSources& sources)
      : writer_({}, sources, [this](std::string_view line) { lines.emplace_back(line); }) {}
  void on_alert(const SensorAlert& alert) override { writer_.on_alert(alert); }
  std::vector<std::string> lines;

 private:
  AlertWriter writer_;
};

std::vector<std::string> replay(const std::filesystem::path& path,
                                std::shared_ptr<const rules::LoadedRules> rules,
                                ReplayStatistics& statistics, ReplayOptions options = {}) {
  std::vector<std::string> lines;
  auto source = open_recording(path);
  EXPECT_TRUE(source.has_value()) << (source ? "" : source.error().message);
  if (!source) return lines;
  options.detector.matching = Matching::kAll;
  auto done =
      run_replay(**source, std::move(rules), options,
                 {.on_line = [&lines](std::string_view line) { lines.emplace_back(line); }});
  EXPECT_TRUE(done.has_value());
  if (done) statistics = *done;
  return lines;
}

// What happens in the scene: shells, files, connections, in a container and on the host.
void act(Scene& scene) {
  scene.start(200, Scene::kInit, "/bin/sh", {"sh", "-c", "cat /etc/shadow"});
  scene.start(201, 200, "/bin/cat", {"cat", "/etc/shadow"});
  scene.feed(scene.open(201, "/etc/shadow", 0));
  scene.feed(scene.open(201, "/etc/passwd", 0));
  scene.feed(scene.call(201, "procexit"));
  scene.start(210, Scene::kLogin, "/usr/bin/curl", {"curl", "https://x"});
  scene.feed(scene.call(210, "connect").socket(3, "10.0.0.1", 4000, "203.0.113.9", 443));
}

TEST(Replay, FiresAsTheSensorDidLive) {
  const testing::TestFolder folder;
  const auto rules = testing::rules_of(kRules);
  Scene scene(rules);
  const ViewSources sources{.processes = &scene.pipeline.processes(), .users = &scene.users};
  Lines live(sources);
  Detector detector(rules, {.matching = Matching::kAll}, sources, live);
  CaptureWriterOptions options{.output = {.path = folder.path() / "capture"}};
  options.machine.boot_offset_ns = testing::kBootOffset;
  options.users = users_of_this_machine();
  options.groups = groups_of_this_machine();
  {
    auto writer = CaptureWriter::open(std::move(options));
    ASSERT_TRUE(writer.has_value());
    // The scene's processes are there already: the capture begins in the middle.
    scene.pipeline.add_consumer(**writer);
    scene.pipeline.add_consumer(detector);
    act(scene);
    (*writer)->flush();
    ReplayStatistics statistics;
    const auto lines = replay(folder.path() / "capture", rules, statistics);
    ASSERT_EQ(live.lines.size(), 3U);
    EXPECT_EQ(lines, live.lines);
    EXPECT_EQ(statistics.alerts, 3U);
    EXPECT_EQ(statistics.by_rule.size(), 3U);
    EXPECT_EQ(statistics.pipeline.unknown_processes, 0U);
    EXPECT_TRUE(statistics.remarks.empty());
    EXPECT_NE(summary(statistics).find("3 alerts"), std::string::npos);
  }
}

// The published rules, where they are: whatever fires live fires again.
TEST(Replay, OfPublishedRulesIsTheSame) {
  const auto rules = testing::published_rules();
  if (rules == nullptr) GTEST_SKIP() << "skipped: no corpora";
  const testing::TestFolder folder;
  Scene scene(rules);
  const ViewSources sources{.processes = &scene.pipeline.processes(), .users = &scene.users};
  testing::Names live;
  Detector detector(rules, {.matching = Matching::kAll}, sources, live);
  CaptureWriterOptions options{.output = {.path = folder.path() / "capture"}};
  options.machine.boot_offset_ns = testing::kBootOffset;
  auto writer = CaptureWriter::open(std::move(options));
  scene.pipeline.add_consumer(**writer);
  scene.pipeline.add_consumer(detector);
  act(scene);
  (*writer)->flush();
  ReplayStatistics statistics;
  (void)replay(folder.path() / "capture", rules, statistics);
  EXPECT_FALSE(live.rules.empty());
  std::map<std::string, std::uint64_t> expected;
  for (const std::string& name : live.rules) ++expected[name];
  EXPECT_EQ(
      (std::map<std::string, std::uint64_t>(statistics.by_rule.begin(), statistics.by_rule.end())),
      expected);
}

TEST(Replay, WritesIncidents) {
  const testing::TestFolder folder;
  const auto rules = testing::rules_of(kRules);
  Scene scene(rules);
  CaptureWriterOptions options{.output = {.path = folder.path() / "capture"}};
  options.machine.boot_offset_ns = testing::kBootOffset;
  options.users = {{.id = 0, .name = "root"}};
  auto writer = CaptureWriter::open(std::move(options));
  scene.pipeline.add_consumer(**writer);
  act(scene);
  (*writer)->flush();
  ReplayStatistics statistics;
  ReplayOptions its;
  its.incidents = folder.path() / "incidents";
  its.alerts.format = AlertFormat::kJson;
  const auto lines = replay(folder.path() / "capture", rules, statistics, its);
  EXPECT_EQ(statistics.incidents, 3U);
  const auto store = IncidentStore::open(its.incidents);
  ASSERT_EQ(store->ids().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NE(lines[i].find(store->ids()[i]), std::string::npos) << lines[i];
  }
  const auto incident = read_incident(*store->read(store->ids()[1]));
  ASSERT_TRUE(incident.has_value());
  EXPECT_EQ(incident->rule, "Shadow read");
  EXPECT_TRUE(incident->output.starts_with("read by cat of sh in web as root")) << incident->output;
}

// The same rules on a file of Falco's.
TEST(Replay, JudgesFalcosCaptures) {
  using namespace scap::testing;
  const testing::TestFolder folder;
  constexpr std::uint64_t kTime = 1'700'000'000'000'000'000;
  const std::string cgroups = "cpu=/kubepods/pod1/" + std::string(64, 'a') + std::string(1, '\0');
  std::string file = section_header() + machine("falco-node");
  file += block(0x215, thread_entry({}) + thread_entry({.tid = 50,
                                                        .pid = 50,
                                                        .parent = 1,
                                                        .comm = "app",
                                                        .exe = "app",
                                                        .exe_path = "/bin/app",
                                                        .cgroups = cgroups}));
  file += block(0x220, entry(raw(std::uint8_t{0}) + u32(0) + u32(0) + text16("root") +
                             text16("/root") + text16("/bin/sh")));
  file += event(324, kTime, 50, {text(R"({"container":{"id":"aaaaaaaaaaaa","name":"web","type":7,
      "image":"nginx:1","imagerepo":"nginx","imagetag":"1",
      "labels":{"io.kubernetes.pod.name":"web-1","io.kubernetes.pod.namespace":"shop"}}})")});
  file += event(223, kTime + 1, 60,
                {i64(0),    text("app"), "",     i64(60), i64(60), i64(50), text("/"),
                 i64(1024), i64(0),      i64(0), u32(1),  u32(1),  u32(0),  text("app"),
                 cgroups,   u32(0),      u32(0), u32(0),  i64(60), i64(60)});
  file += event(293, kTime + 2, 60,
                {i64(0),
                 text("sh"),
                 std::string("-c\0id\0", 6),
                 i64(60),
                 i64(60),
                 i64(50),
                 text("/"),
                 i64(1024),
                 i64(0),
                 i64(0),
                 u32(1),
                 u32(1),
                 u32(0),
                 text("sh"),
                 cgroups,
                 "",
                 u32(0),
                 i64(60),
                 u32(0),
                 u32(0),
                 i64(0),
                 i64(0),
                 i64(0),
                 i64(9),
                 i64(0),
                 i64(0),
                 u32(0),
                 text("/bin/sh"),
                 i64(60),
                 u32(0)});
  file += event(306, kTime + 3, 60, {i64(-100), text("/etc/shadow"), u32(1), u32(0)});
  file +=
      event(307, kTime + 3, 60, {i64(5), i64(-100), text("/etc/shadow"), u32(1), u32(0), u32(0)});
  file += event(19, kTime + 4, 60, {i64(3), u32(2), u32(1), u32(0)});
  file += event(23, kTime + 5, 60,
                {i64(0), tuple4({10, 0, 0, 1}, 40000, {203, 0, 113, 9}, 443), i64(3)});
  std::ofstream(folder.path() / "x.scap", std::ios::binary) << gzip(file);
  ReplayStatistics statistics;
  const auto lines = replay(folder.path() / "x.scap", testing::rules_of(kRules), statistics);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[0].find("shell sh -c id of init in shop/web-1 (nginx)"), std::string::npos)
      << lines[0];
  EXPECT_NE(lines[1].find("read by sh of app in web as root"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find("out to 203.0.113.9 from /bin/sh"), std::string::npos) << lines[2];
}

TEST(Recording, OtherFilesAreRefused) {
  const testing::TestFolder folder;
  std::ofstream(folder.path() / "text") << "hello, world";
  EXPECT_EQ(open_recording(folder.path() / "text").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(open_recording(folder.path() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(open_recording(folder.path()).has_value());
}

TEST(RecordedUsers, NamesCannotMakeOtherEntries) {
  const auto users = RecordedUsers::make(
      {{.id = 5, .name = "eve\nroot:x:7:7::/:/bin/sh"}, {.id = 6, .group = 6, .name = "bob"}}, {});
  ASSERT_TRUE(users.has_value());
  const Process process{.image = std::make_shared<const Image>()};
  ASSERT_NE((*users)->names().user(process, 6, 1), nullptr);
  EXPECT_EQ((*users)->names().user(process, 6, 1)->name, "bob");
  EXPECT_EQ((*users)->names().user(process, 7, 1), nullptr);
}

}  // namespace
}  // namespace yagura::sensor
