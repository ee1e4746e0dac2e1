#include "vuln/feeds/load.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <deque>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "vuln/feeds/document.hpp"
#include "vuln/feeds/input.hpp"

// The calling thread reads and inflates documents into batches of about a megabyte, other threads
// parse them, and the caller hands out the results in order, so that what comes of a feed does not
// depend on the number of threads.

namespace yagura::vuln {

namespace {

constexpr std::size_t kBatchBytes = std::size_t{1} << 20;

struct Document {
  std::string name;
  std::string bytes;
};
using Batch = std::vector<Document>;

Parsed parse_batch(const Batch& batch) {
  json::Reader reader;
  Parsed parsed;
  for (const Document& document : batch) {
    Parsed one;
    read_document(document.name, document.bytes, reader, one);
    if (parsed.format == FeedFormat::kUnknown) parsed.format = one.format;
    parsed.data_time = std::max(parsed.data_time, one.data_time);
    std::ranges::move(one.records, std::back_inserter(parsed.records));
    std::ranges::move(one.scores, std::back_inserter(parsed.scores));
    std::ranges::move(one.problems, std::back_inserter(parsed.problems));
  }
  return parsed;
}

std::string file_time(const std::filesystem::path& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) return {};
  const auto system = std::chrono::file_clock::to_sys(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(system));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

class Loader {
 public:
  Loader(FeedInfo& info, unsigned threads, const FeedSink& sink, Diagnostics& diagnostics)
      : info_(info), threads_(std::max(1U, threads)), sink_(sink), diagnostics_(diagnostics) {}

  void take(std::string name, std::string bytes) {
    ++info_.documents;
    info_.bytes += bytes.size();
    batch_bytes_ += bytes.size();
    batch_.push_back({std::move(name), std::move(bytes)});
    if (batch_bytes_ >= kBatchBytes) start();
  }
  void finish() {
    if (!batch_.empty()) start();
    while (!running_.empty()) hand_out();
  }

 private:
  void start() {
    while (running_.size() >= threads_ + 1) hand_out();
    running_.push_back(
        std::async(std::launch::async, [batch = std::move(batch_)] { return parse_batch(batch); }));
    batch_ = {};
    batch_bytes_ = 0;
  }
  void hand_out() {
    Parsed parsed = running_.front().get();
    running_.pop_front();
    if (info_.format == FeedFormat::kUnknown) info_.format = parsed.format;
    info_.data_time = std::max(info_.data_time, parsed.data_time);
    info_.records += parsed.records.size();
    info_.scores += parsed.scores.size();
    for (Diagnostic& problem : parsed.problems) diagnostics_.add(std::move(problem));
    for (Record& record : parsed.records) sink_.record(std::move(record));
    for (Score& score : parsed.scores) sink_.score(std::move(score));
  }

  FeedInfo& info_;
  unsigned threads_;
  const FeedSink& sink_;
  Diagnostics& diagnostics_;
  Batch batch_;
  std::size_t batch_bytes_ = 0;
  std::deque<std::future<Parsed>> running_;
};

}  // namespace

Result<FeedInfo> load_feed(const std::filesystem::path& path, const FeedLimits& limits,
                           const FeedSink& sink, Diagnostics& diagnostics) {
  FeedInfo info;
  info.name = path.string();
  Loader loader(info, limits.threads, sink, diagnostics);
  auto read =
      for_each_document(path, limits, [&](std::string name, std::string bytes) -> Result<void> {
        loader.take(std::move(name), std::move(bytes));
        return {};
      });
  loader.finish();
  if (!read) return std::unexpected(std::move(read).error());
  if (info.documents == 0) {
    return fail(ErrorCode::kInvalidInput, path.string() + ": no documents in it");
  }
  if (info.data_time.empty()) info.data_time = file_time(path);
  return info;
}

}  // namespace yagura::vuln
