#pragma once

#include <re2/re2.h>

#include <memory>
#include <mutex>
#include <string_view>

#include "core/check.hpp"

namespace yagura::image {

// A pattern of a table, over bytes, that is compiled when it is first asked for: compiling all of
// them takes longer than scanning an image that is known. Thread-safe.
class LazyPattern {
 public:
  // `text` outlives this.
  explicit LazyPattern(std::string_view text) : text_(text) {}

  [[nodiscard]] const re2::RE2& get() const {
    std::call_once(once_, [this] {
      re2::RE2::Options options;
      options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes, also those of binaries
      options.set_log_errors(false);
      pattern_ = std::make_unique<re2::RE2>(re2::StringPiece(text_.data(), text_.size()), options);
      YAGURA_CHECK(pattern_->ok(), "patterns of the tables are RE2");
    });
    return *pattern_;
  }

 private:
  std::string_view text_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<re2::RE2> pattern_;
};

}  // namespace yagura::image
