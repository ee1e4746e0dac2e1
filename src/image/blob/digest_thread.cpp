#include "image/blob/digest_thread.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/check.hpp"

namespace yagura::image {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  YAGURA_CHECK(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1,
               "OpenSSL has SHA-256");
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::update(std::string_view bytes) {
  YAGURA_CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1, "SHA-256 can't fail");
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  YAGURA_CHECK(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1, "SHA-256 can't fail");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "sha256:";
  for (const unsigned char byte : digest) {
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

DigestThread::DigestThread() : thread_([this] { run(); }) {}

DigestThread::~DigestThread() {
  const std::scoped_lock lock(mutex_);
  dropped_ = true;
  changed_.notify_one();
}

void DigestThread::add(Of which, Chunk chunk) {
  const std::scoped_lock lock(mutex_);
  tasks_.push_back({which, std::move(chunk)});
  if (tasks_.size() == 1) changed_.notify_one();
}

DigestThread::Digests DigestThread::finish() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    changed_.notify_one();
  }
  thread_.join();
  return {stored_.finish(), inflated_.finish()};
}

void DigestThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !tasks_.empty() || ending_ || dropped_; });
    if (dropped_ || tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    (task.which == Of::kStored ? stored_ : inflated_).update(task.chunk.bytes);
    task.chunk = {};  // gives the buffer back before waiting
    lock.lock();
  }
}

}  // namespace yagura::image
