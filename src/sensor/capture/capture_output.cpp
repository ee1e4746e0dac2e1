#include "sensor/capture/capture_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "sensor/capture/block.hpp"
#include "sensor/capture/facts.hpp"

namespace yagura::sensor {

namespace {

namespace fs = std::filesystem;

// What `name` counts as among the rotated files of `base`; 0: not one of them.
std::uint64_t file_number(const std::string& name, const std::string& base) {
  if (!name.starts_with(base + ".")) return 0;
  const std::string_view digits = std::string_view(name).substr(base.size() + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

std::vector<std::pair<std::uint64_t, fs::path>> rotated_files(const fs::path& path) {
  std::vector<std::pair<std::uint64_t, fs::path>> files;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::uint64_t number =
        file_number(at->path().filename().string(), path.filename().string());
    if (number > 0) files.emplace_back(number, at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<CaptureOutput>> CaptureOutput::open(CaptureOutputOptions options) {
  std::unique_ptr<CaptureOutput> output(new CaptureOutput(std::move(options)));
  if (output->options_.rotates) {
    const auto old = rotated_files(output->options_.path);
    if (!old.empty()) output->next_number_ = old.back().first + 1;
  }
  YAGURA_TRY_VOID(output->open_file());
  output->thread_ = std::thread([raw = output.get()] { raw->run(); });
  return output;
}

CaptureOutput::~CaptureOutput() {
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  close_file();
}

void CaptureOutput::close_file() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Result<void> CaptureOutput::open_file() {
  close_file();
  fs::path path = options_.path;
  if (options_.rotates) path += fmt::format(".{:06}", next_number_++);
  // Captures hold command lines and packets: nobody else may read them.
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  std::string header;
  append_capture_header(header);
  file_bytes_ = 0;
  if (!write_all(fd_, header)) {
    const int error = errno;
    close_file();
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), std::strerror(error)));
  }
  file_bytes_ = header.size();
  {
    const std::lock_guard lock(mutex_);
    ++counts_.files;
    counts_.bytes += header.size();
  }
  delete_old_files();
  return {};
}

void CaptureOutput::delete_old_files() {
  if (!options_.rotates || options_.max_files == 0) return;
  const auto files = rotated_files(options_.path);
  for (std::size_t i = 0; i + options_.max_files < files.size(); ++i) {
    std::error_code error;
    if (fs::remove(files[i].second, error)) {
      const std::lock_guard lock(mutex_);
      ++counts_.deleted_files;
    }
  }
}

void CaptureOutput::drop(std::uint64_t events) {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.dropped_blocks;
    counts_.dropped_events += events;
  }
  ++drops_;
}

bool CaptureOutput::push(BlockType type, std::string bytes, std::uint64_t events) {
  {
    std::unique_lock lock(mutex_);
    if (queued_bytes_ + bytes.size() > options_.max_queued_bytes) {
      lock.unlock();
      drop(events);
      return false;
    }
    queued_bytes_ += bytes.size();
    queue_.push_back({.type = type, .bytes = std::move(bytes), .events = events});
  }
  wake_.notify_one();
  return true;
}

void CaptureOutput::start_file() {
  ++pending_files_;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({.starts_file = true});
  }
  wake_.notify_one();
}

void CaptureOutput::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && !is_busy_; });
}

CaptureOutputCounts CaptureOutput::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void CaptureOutput::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return is_done_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Job job = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= job.bytes.size();
    is_busy_ = true;
    lock.unlock();
    if (job.starts_file) {
      // Where it cannot be made, the blocks behind it are dropped and the next one tries again.
      (void)open_file();
      --pending_files_;
    } else {
      write_block(job);
    }
    lock.lock();
    is_busy_ = false;
    if (queue_.empty()) idle_.notify_all();
  }
}

void CaptureOutput::write_block(const Job& job) {
  if (fd_ < 0 && !open_file()) return drop(job.events);
  buffer_.clear();
  const std::uint64_t dropped = counts().dropped_events;
  if (dropped > said_dropped_) {
    Facts facts;
    facts.dropped = dropped - said_dropped_;
    append_block(buffer_, BlockType::kFacts, to_json(facts));
  }
  append_block(buffer_, job.type, job.bytes);
  if (write_all(fd_, buffer_)) {
    said_dropped_ = dropped;
    file_bytes_ += buffer_.size();
    const std::lock_guard lock(mutex_);
    ++counts_.blocks;
    counts_.bytes += buffer_.size();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ++counts_.write_errors;
    counts_.last_error = errno;
  }
  // Cut off what was written of it: the file ends with a whole block again.
  const auto good = static_cast<off_t>(file_bytes_.load());
  const bool is_mended = ftruncate(fd_, good) == 0 && lseek(fd_, good, SEEK_SET) >= 0;
  // Another file goes on; the only one may not be emptied by opening it again.
  if (!is_mended && options_.rotates) close_file();
  drop(job.events);
}

}  // namespace yagura::sensor
