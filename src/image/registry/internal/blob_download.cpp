#include "image/registry/internal/blob_download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "image/registry/internal/retry.hpp"

namespace yagura::image::internal {
namespace {

// Of one blob in all: a sender that gives a little and breaks off would keep us for ever.
constexpr int kMaxResumptions = 100;

// The start in "bytes 100-199/200" (RFC 9110, 14.4).
std::optional<std::uint64_t> content_range_start(std::string_view value) {
  constexpr std::string_view kUnit = "bytes ";
  if (!value.starts_with(kUnit)) return std::nullopt;
  value.remove_prefix(kUnit.size());
  std::uint64_t start = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), start);
  if (error != std::errc() || end == value.data() + value.size() || *end != '-')
    return std::nullopt;
  return start;
}

}  // namespace

bool BytePipe::write(std::string_view piece) {
  std::unique_lock lock(mutex_);
  while (!piece.empty()) {
    changed_.wait(lock, [&] { return used_ < ring_.size() || is_abandoned_; });
    if (is_abandoned_) return false;
    const std::size_t at = (start_ + used_) % ring_.size();
    const std::size_t count = std::min({piece.size(), ring_.size() - used_, ring_.size() - at});
    std::memcpy(ring_.data() + at, piece.data(), count);
    used_ += count;
    piece.remove_prefix(count);
    changed_.notify_all();
  }
  return !is_abandoned_;
}

void BytePipe::finish(Result<void> result) {
  const std::lock_guard lock(mutex_);
  result_ = std::move(result);
  changed_.notify_all();
}

Result<std::size_t> BytePipe::read(std::span<char> into) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return used_ > 0 || result_; });
  if (used_ == 0) {
    if (!*result_) return std::unexpected(result_->error());
    return 0;
  }
  const std::size_t count = std::min({into.size(), used_, ring_.size() - start_});
  std::memcpy(into.data(), ring_.data() + start_, count);
  start_ = (start_ + count) % ring_.size();
  used_ -= count;
  changed_.notify_all();
  return count;
}

void BytePipe::abandon() {
  const std::lock_guard lock(mutex_);
  is_abandoned_ = true;
  changed_.notify_all();
}

bool BytePipe::is_abandoned() const {
  const std::lock_guard lock(mutex_);
  return is_abandoned_;
}

BlobDownload::BlobDownload(const Requester& requester, std::string path, std::string name,
                           std::uint64_t size)
    : requester_(requester),
      path_(std::move(path)),
      name_(std::move(name)),
      size_(size),
      session_(requester.http_settings()) {}

BlobDownload::~BlobDownload() {
  if (pipe_ != nullptr) pipe_->abandon();
  session_.cancel();
  if (thread_.joinable()) thread_.join();
}

Result<std::size_t> BlobDownload::read(std::span<char> into) {
  if (size_ == 0 || into.empty()) return 0;
  if (pipe_ == nullptr) {
    pipe_ = std::make_unique<BytePipe>(
        std::min<std::uint64_t>(requester_.options().blob_buffer, size_));
    thread_ = std::thread([this] { run(); });
  }
  return pipe_->read(into);
}

void BlobDownload::run() { pipe_->finish(download()); }

Result<void> BlobDownload::download() {
  int attempts = 0;  // since the last byte
  for (int resumptions = 0;; ++resumptions) {
    const std::uint64_t before = received_;
    auto answer = fetch_rest();
    if (refusal_) return std::unexpected(*std::move(refusal_));
    if (pipe_->is_abandoned()) return fail(ErrorCode::kIo, "nobody reads any more");
    if (answer && (answer->status < 200 || answer->status >= 300)) {
      return std::unexpected(status_error(*answer, "blob", name_));
    }
    if (received_ == size_) return {};
    attempts = received_ > before ? 1 : attempts + 1;
    const bool may_pass = answer || answer.error().code == ErrorCode::kIo;
    if (!may_pass || attempts >= requester_.options().max_attempts ||
        resumptions == kMaxResumptions) {
      const std::string reason = answer ? "the answer ended early" : answer.error().message;
      return fail(
          may_pass ? ErrorCode::kIo : answer.error().code,
          fmt::format("{}: broke off after {} of {} bytes: {}", name_, received_, size_, reason));
    }
    wait_for(backoff(attempts, requester_.options()), requester_.options(), session_);
  }
}

Result<HttpAnswer> BlobDownload::fetch_rest() {
  ApiRequest request{.path = path_};
  if (received_ > 0) {
    request.headers.push_back(fmt::format("Range: bytes={}-{}", received_, size_ - 1));
  }
  is_first_piece_ = true;
  to_skip_ = 0;
  return requester_.send(request, session_, [this](const HttpAnswer& head, std::string_view piece) {
    return take(head, piece);
  });
}

bool BlobDownload::take(const HttpAnswer& head, std::string_view piece) {
  if (std::exchange(is_first_piece_, false) && received_ > 0) {
    if (head.status != 206) {
      to_skip_ = received_;
    } else if (content_range_start(head.headers.find("content-range")) != received_) {
      refusal_ =
          Error{ErrorCode::kInvalidInput,
                fmt::format("{}: the registry sends another part of it than was asked for", name_)};
      return false;
    }
  }
  const std::size_t skipped = std::min<std::uint64_t>(to_skip_, piece.size());
  to_skip_ -= skipped;
  piece.remove_prefix(skipped);
  if (piece.size() > size_ - received_) {
    refusal_ =
        Error{ErrorCode::kInvalidInput,
              fmt::format("{}: has more bytes than the {} that its descriptor says", name_, size_)};
    return false;
  }
  received_ += piece.size();
  return pipe_->write(piece);
}

}  // namespace yagura::image::internal
