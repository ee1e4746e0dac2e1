#pragma once

// Scripted processes and events, for tests of what stands behind the pipeline.

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "rules/event_type.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor::testing {

inline std::shared_ptr<Container> make_container(std::uint64_t cgroup, std::string_view id) {
  auto pod = std::make_shared<Pod>();
  pod->name = "web-1";
  pod->name_space = "shop";
  pod->uid = "0d1e";
  pod->labels = {{"app", "web"}};
  pod->workload_kind = "Deployment";
  pod->workload_name = "web";
  auto container = std::make_shared<Container>();
  container->cgroup_id = cgroup;
  container->id = std::string(id) + std::string(64 - id.size(), '0');
  container->name = "nginx";
  container->runtime = Runtime::kContainerd;
  container->metadata = Metadata::kComplete;
  container->image = "docker.io/library/nginx:1.27";
  container->image_repository = "docker.io/library/nginx";
  container->image_tag = "1.27";
  container->mounts = {{.source = "/var/lib/x",
                        .destination = "/data",
                        .mode = "rw",
                        .propagation = "rprivate",
                        .is_writable = true}};
  container->capabilities = {"CAP_CHOWN", "CAP_NET_RAW"};
  container->created_ns = 1'700'000'000'000'000'000;
  container->pod = std::move(pod);
  return container;
}

inline std::shared_ptr<Process> make_process(std::uint32_t pid, std::string_view exe,
                                             std::string_view argv,
                                             std::shared_ptr<Process> parent = nullptr) {
  auto image = std::make_shared<Image>();
  image->exe_path = exe;
  image->filename = exe;
  image->comm = exe.substr(exe.rfind('/') + 1);
  image->argv = argv;
  image->number = pid;
  auto process = std::make_shared<Process>();
  process->pid = pid;
  process->vpid = pid;
  process->start_ns = pid * std::uint64_t{1'000};
  process->comm = image->comm;
  process->cwd = "/";
  process->image = std::move(image);
  if (parent != nullptr) {
    process->parent_pid = parent->pid;
    process->container = parent->container;
    process->cgroup_id = parent->cgroup_id;
    process->parent = std::move(parent);
  }
  return process;
}

// Fills in the header; the caller adds sections and calls finish().
inline void begin_record(RecordWriter& writer, ygr_kind kind, std::string_view type,
                         const Process& process, std::uint64_t time_ns, std::int64_t result = 0) {
  ygr_header header{};
  header.kind = kind;
  header.type = rules::find_event_type(type).value_or(0);
  header.time_ns = time_ns;
  header.tid = process.pid;
  header.pid = process.pid;
  header.cgroup_id = process.cgroup_id;
  header.result = result;
  writer.begin(header);
}

inline constexpr std::int64_t kBootOffset = 1'700'000'000'000'000'000;

// Calls `consumer` with the writer's record as an event of the process.
inline void deliver(EventConsumer& consumer, RecordWriter& writer, const Process& process,
                    std::uint64_t lost_before = 0) {
  const auto record = RecordView::read(writer.finish());
  SensorEvent event;
  event.record = &*record;
  event.process = &process;
  event.thread_comm = process.comm;
  event.vtid = process.vpid;
  event.wall_ns = kBootOffset + static_cast<std::int64_t>(record->header().time_ns);
  event.lost_before = lost_before;
  consumer.on_event(event);
}

// A folder of its own, gone with the object.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "yagura-capture-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace yagura::sensor::testing
