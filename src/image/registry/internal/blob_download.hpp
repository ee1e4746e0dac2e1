#pragma once

// A blob that is downloaded while it is read. The thread that downloads stops when the buffer is
// full, and with it, by TCP's own means, the sender.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "image/blob/blob_stream.hpp"
#include "image/registry/internal/requester.hpp"

namespace yagura::image::internal {

// A bounded pipe between two threads.
class BytePipe {
 public:
  explicit BytePipe(std::size_t capacity) : ring_(std::max<std::size_t>(capacity, 1)) {}

  // Waits for room. False: the reader is gone.
  [[nodiscard]] bool write(std::string_view piece);
  // No more comes; the reader gets what is left, then the error, or the end.
  void finish(Result<void> result);
  // Waits for bytes; 0: the end.
  [[nodiscard]] Result<std::size_t> read(std::span<char> into);
  void abandon();
  [[nodiscard]] bool is_abandoned() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<char> ring_;
  std::size_t start_ = 0;
  std::size_t used_ = 0;
  std::optional<Result<void>> result_;
  bool is_abandoned_ = false;
};

class BlobDownload final : public BlobStream {
 public:
  // `path` as ApiRequest has it. The requester must outlive the stream.
  BlobDownload(const Requester& requester, std::string path, std::string name, std::uint64_t size);
  ~BlobDownload() override;

  Result<std::size_t> read(std::span<char> into) override;
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  void run();
  Result<void> download();
  // One request, from `received_` on.
  Result<HttpAnswer> fetch_rest();
  bool take(const HttpAnswer& head, std::string_view piece);

  const Requester& requester_;
  std::string path_;
  std::string name_;
  std::uint64_t size_;
  HttpSession session_;
  std::unique_ptr<BytePipe> pipe_;  // from the first read() on
  // Of the thread:
  std::uint64_t received_ = 0;
  std::uint64_t to_skip_ = 0;  // of an answer that starts at the front again
  bool is_first_piece_ = true;
  std::optional<Error> refusal_;  // what take() did not like
  std::thread thread_;
};

}  // namespace yagura::image::internal
