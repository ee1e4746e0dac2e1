#pragma once

// Writes what happens into capture files, so that it can be judged again later or elsewhere
// (`yagura sensor replay`). Each file stands alone: before the first event of a process come
// records of it and its ancestors, before the first event of a container the facts about it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sensor/capture/capture_output.hpp"
#include "sensor/capture/facts.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor {

struct CaptureWriterOptions {
  CaptureOutputOptions output;
  // A new file at this size (compressed) or age of its events; 0: never. Either one makes
  // output.rotates true.
  std::uint64_t max_file_bytes = 0;
  std::chrono::seconds max_file_age{0};
  MachineFacts machine = this_machine();
  std::vector<UserFacts> users = users_of_this_machine();
  std::vector<GroupFacts> groups = groups_of_this_machine();
  // Which events are written; empty: all. Those that are left out are no loss in the capture.
  std::function<bool(const SensorEvent&)> wanted;
  std::size_t block_size = std::size_t{256} << 10;  // at most kMaxBlockSize - YGR_MAX_RECORD
  std::chrono::milliseconds max_delay{1000};  // of an event before it is written, by on_tick()
};

struct CaptureWriterCounts {
  std::uint64_t events = 0;   // taken, whatever became of them
  std::uint64_t skipped = 0;  // not wanted
  CaptureOutputCounts output;
};

class CaptureWriter final : public EventConsumer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<CaptureWriter>> open(CaptureWriterOptions options);
  ~CaptureWriter() override;

  void on_event(const SensorEvent& event) override;
  void on_tick(std::int64_t wall_ns) override;
  // Hands over what is held back and waits until it is written.
  void flush();

  [[nodiscard]] CaptureWriterCounts counts() const;

 private:
  struct ProcessKey {
    std::uint64_t start_ns = 0;
    std::uint32_t pid = 0;
    friend bool operator==(const ProcessKey&, const ProcessKey&) = default;
  };
  struct HashKey {
    std::size_t operator()(const ProcessKey& key) const {
      return static_cast<std::size_t>((key.start_ns ^ (std::uint64_t{key.pid} << 32)) *
                                      0x9e3779b97f4a7c15ULL);
    }
  };

  explicit CaptureWriter(CaptureWriterOptions options) : options_(std::move(options)) {}
  void begin_file();
  [[nodiscard]] std::string make_first_facts() const;
  void start_over_after_drops();
  void rotate_if_due(std::int64_t wall_ns);
  void describe(const SensorEvent& event);
  void describe_process(const Process& process, const ygr_header& event);
  void describe_thread(const SensorEvent& event);
  void describe_container(const Process& process);
  [[nodiscard]] std::uint64_t cgroup_of(const Process& process);
  void append(std::span<const std::byte> record, const Process& process, std::uint16_t cpu,
              std::uint64_t lost_before);
  void push_records();
  void push_facts(const Facts& facts);
  void forget();

  CaptureWriterOptions options_;
  std::unique_ptr<CaptureOutput> output_;
  std::string first_facts_;  // what each file begins with
  RecordWriter task_;
  std::string block_;
  std::uint64_t block_events_ = 0;
  std::int64_t block_began_ns_ = 0;
  std::int64_t file_began_ns_ = 0;
  std::uint64_t seen_drops_ = 0;
  // What the file at hand says already. Numbers of images: a process is described again when it has
  // become another program without an event that was written.
  std::unordered_map<ProcessKey, std::uint64_t, HashKey> processes_;
  std::unordered_set<std::uint32_t> threads_;  // that are not main ones
  std::unordered_map<std::uint64_t, std::shared_ptr<const Container>> containers_;  // by cgroup
  std::unordered_map<std::uint64_t, std::string> owners_;  // container's id by cgroup
  std::vector<std::uint64_t> sequences_;                   // by CPU
  std::uint64_t events_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace yagura::sensor
