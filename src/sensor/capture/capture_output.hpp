#pragma once

// Writes blocks into capture files on a thread of its own, so that a slow disk never holds up the
// sensor: a queue of bounded size stands between, and what does not fit is dropped and counted.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "core/result.hpp"
#include "sensor/capture/format.hpp"

namespace yagura::sensor {

struct CaptureOutputOptions {
  // Without rotation the file itself; else "path.000001", "path.000002", …
  std::filesystem::path path;
  bool rotates = false;
  // Of all files "path.NNNNNN", also those of earlier runs: the oldest are deleted. 0: keep all.
  std::size_t max_files = 0;
  std::size_t max_queued_bytes = std::size_t{8} << 20;  // uncompressed
};

struct CaptureOutputCounts {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;  // of all files
  std::uint64_t files = 0;
  std::uint64_t dropped_blocks = 0;  // queue full, or the disk refused
  std::uint64_t dropped_events = 0;  // in them
  std::uint64_t write_errors = 0;
  std::uint64_t deleted_files = 0;
  int last_error = 0;  // errno of the last write that failed
};

// One thread calls; the files are written by the output's own.
class CaptureOutput {
 public:
  // Makes the first file. Errors: it cannot be made.
  [[nodiscard]] static Result<std::unique_ptr<CaptureOutput>> open(CaptureOutputOptions options);
  ~CaptureOutput();  // writes what is queued
  CaptureOutput(const CaptureOutput&) = delete;
  CaptureOutput& operator=(const CaptureOutput&) = delete;

  // Queues a block that holds `events` events. False: dropped. A block whose write fails is cut off
  // the file again, so that the file stays readable, and later ones are tried again.
  bool push(BlockType type, std::string bytes, std::uint64_t events);
  // The blocks pushed from here on go into a new file.
  void start_file();
  // Waits until the queue is empty.
  void flush();

  // Bytes of the file that is being written; lags behind by what is queued.
  [[nodiscard]] std::uint64_t file_bytes() const {
    return pending_files_.load() > 0 ? 0 : file_bytes_.load();
  }
  // Changes whenever something was dropped.
  [[nodiscard]] std::uint64_t drops() const { return drops_.load(); }
  [[nodiscard]] CaptureOutputCounts counts() const;

 private:
  struct Job {
    bool starts_file = false;
    BlockType type = BlockType::kFacts;
    std::string bytes;
    std::uint64_t events = 0;
  };

  explicit CaptureOutput(CaptureOutputOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Result<void> open_file();
  void run();
  void write_block(const Job& job);
  void drop(std::uint64_t events);
  void delete_old_files();
  void close_file();

  CaptureOutputOptions options_;
  int fd_ = -1;
  std::uint64_t next_number_ = 1;
  std::string buffer_;              // the thread's, and so is what follows
  std::uint64_t said_dropped_ = 0;  // events that the files tell are missing

  mutable std::mutex mutex_;
  std::condition_variable wake_;  // the thread: there is a job
  std::condition_variable idle_;  // flush(): there is none
  std::deque<Job> queue_;
  std::size_t queued_bytes_ = 0;
  bool is_busy_ = false;
  bool is_done_ = false;
  CaptureOutputCounts counts_;
  std::atomic<std::uint64_t> file_bytes_{0};
  std::atomic<std::uint64_t> pending_files_{0};
  std::atomic<std::uint64_t> drops_{0};
  std::thread thread_;
};

}  // namespace yagura::sensor
