#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "report/report.hpp"

namespace yagura::report {

// Where a writer puts its text: it appends to text() and calls checkpoint() between records, which
// hands the text on once there is enough of it. Without a sink everything stays in text().
class Output {
 public:
  static constexpr std::size_t kPiece = std::size_t{64} << 10;

  Output() = default;
  explicit Output(const Sink& sink) : sink_(&sink) {}

  [[nodiscard]] std::string& text() { return text_; }
  // False after the sink refused: the writer may stop, whatever it still appends is dropped.
  bool checkpoint() {
    if (sink_ != nullptr && text_.size() >= kPiece) flush();
    return result_.has_value();
  }
  [[nodiscard]] Result<void> finish() {
    if (sink_ != nullptr && !text_.empty()) flush();
    return std::move(result_);
  }

 private:
  void flush() {
    if (result_) result_ = (*sink_)(text_);
    text_.clear();
  }

  std::string text_;
  const Sink* sink_ = nullptr;
  Result<void> result_;
};

}  // namespace yagura::report
