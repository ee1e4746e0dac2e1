#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace yagura::image {

// What may be inflated of one file, archives within archives counted together. Outlives the
// ZipBytes that are taken from it; one thread.
class InflateBudget {
 public:
  struct Limits {
    std::uint64_t total = std::uint64_t{2} << 30;      // bytes, over all members
    std::uint64_t at_once = std::uint64_t{192} << 20;  // bytes that are held at the same time
  };
  InflateBudget() = default;
  explicit InflateBudget(const Limits& limits) : limits_(limits) {}
  InflateBudget(const InflateBudget&) = delete;  // a count
  InflateBudget& operator=(const InflateBudget&) = delete;

  // False where it would be too much; else counted, until give_back() as far as memory goes.
  [[nodiscard]] bool take(std::uint64_t size) {
    if (size > limits_.total - total_ || size > limits_.at_once - at_once_) return false;
    total_ += size;
    at_once_ += size;
    return true;
  }
  void give_back(std::uint64_t size) { at_once_ -= size; }

 private:
  Limits limits_;
  std::uint64_t total_ = 0;
  std::uint64_t at_once_ = 0;
};

// The content of a member: a piece of the archive where it is stored, else memory of its own.
class ZipBytes {
 public:
  explicit ZipBytes(std::string_view stored) : view_(stored) {}
  ZipBytes(std::unique_ptr<char[]> inflated, std::size_t size, InflateBudget& budget)
      : inflated_(std::move(inflated)), view_(inflated_.get(), size), budget_(&budget) {}
  ZipBytes(ZipBytes&& other) noexcept
      : inflated_(std::move(other.inflated_)),
        view_(std::exchange(other.view_, {})),
        budget_(std::exchange(other.budget_, nullptr)) {}
  ZipBytes& operator=(ZipBytes&&) = delete;
  ~ZipBytes() {
    if (budget_ != nullptr) budget_->give_back(view_.size());
  }
  [[nodiscard]] std::string_view view() const { return view_; }

 private:
  std::unique_ptr<char[]> inflated_;
  std::string_view view_;
  InflateBudget* budget_ = nullptr;
};

}  // namespace yagura::image
