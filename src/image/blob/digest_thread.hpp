#pragma once

// SHA-256 beside the thread that inflates: hashing costs as much time as inflating does.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "image/blob/chunk.hpp"

struct evp_md_ctx_st;

namespace yagura::image {

// "sha256:…" in lower case hex, of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(std::string_view bytes);
  // Once.
  [[nodiscard]] std::string finish();

 private:
  evp_md_ctx_st* context_;
};

// Two digests, computed in the order in which chunks were added. Holds every chunk until it is
// hashed: the pool that they come from bounds how many wait. add() and finish() belong to one
// thread.
class DigestThread {
 public:
  enum class Of : std::uint8_t { kStored, kInflated };

  DigestThread();
  DigestThread(const DigestThread&) = delete;
  DigestThread& operator=(const DigestThread&) = delete;
  ~DigestThread();  // what still waits is not hashed

  void add(Of which, Chunk chunk);
  struct Digests {
    std::string stored;
    std::string inflated;
  };
  // Waits until all is hashed. Once; nothing may be added after it.
  [[nodiscard]] Digests finish();

 private:
  struct Task {
    Of which = Of::kStored;
    Chunk chunk;
  };
  void run();

  Sha256 stored_;
  Sha256 inflated_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool ending_ = false;   // hash what is there, then end
  bool dropped_ = false;  // end now
  std::jthread thread_;
};

}  // namespace yagura::image
