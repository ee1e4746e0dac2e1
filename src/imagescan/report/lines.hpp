#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/severity.hpp"

namespace yagura::imagescan {

enum class Ink : std::uint8_t { kPlain, kBold, kDim, kGood, kWarning, kBad, kPlace };

// Lines of a report on a terminal: never wider than it, cut by columns, strangers' text made
// visible.
class Lines {
 public:
  Lines(std::string& out, std::size_t width, bool color);

  // "Title ─────────── right".
  void header(std::string_view title, std::string_view right);
  // Text of a colour at the current place; cut at the line's end unless `room` is less.
  Lines& put(std::string_view text, Ink ink = Ink::kPlain);
  Lines& severity(model::Severity severity);
  // Blanks up to a column (from 0); at least one where something stands there already.
  Lines& column(std::size_t column);
  void end();
  // A text over as many lines as it takes, each behind `indent` blanks.
  void paragraph(std::size_t indent, std::string_view text, Ink ink = Ink::kPlain);
  // A word, then the text indented behind it.
  void field(std::size_t indent, std::string_view word, std::string_view text,
             Ink ink = Ink::kPlain);

  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::size_t room() const { return width_ > at_ ? width_ - at_ : 0; }

 private:
  void raw(std::string_view text, std::string_view code);

  std::string& out_;
  std::size_t width_;
  bool color_;
  std::size_t at_ = 0;  // columns of this line that are taken
};

// Cut to so many columns, with an ellipsis where something was cut. The text is made visible first.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

}  // namespace yagura::imagescan
