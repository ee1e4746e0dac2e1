#pragma once

// TOML 1.0 (toml.io/en/v1.0.0) as lock files have it: tables, arrays of tables, inline tables,
// arrays, all kinds of strings. Numbers, dates and booleans are kept as they are written, since
// nobody here counts with them. Linear in the text but for the tables' sorted keys; depth and count
// are bounded.
//
// More tolerant than the specification where a lock file's meaning is not in doubt: a key that is
// given twice counts as its last value.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::image {

struct TomlLimits {
  std::size_t max_size = std::size_t{32} << 20;  // bytes
  std::size_t max_depth = 32;                    // of values and of dotted keys
  std::size_t max_values = 2'000'000;
};

class TomlValue {
 public:
  enum class Kind : std::uint8_t { kString, kScalar, kArray, kTable };
  using Table = std::map<std::string, TomlValue, std::less<>>;

  TomlValue() = default;
  static TomlValue string(std::string text);
  static TomlValue scalar(std::string text);
  static TomlValue array() { return TomlValue(Kind::kArray); }
  static TomlValue table() { return TomlValue(Kind::kTable); }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_table() const { return kind_ == Kind::kTable; }
  [[nodiscard]] bool is_array() const { return kind_ == Kind::kArray; }
  // The member's value, or null: also where this is no table.
  [[nodiscard]] const TomlValue* find(std::string_view key) const;
  // A string's text, else empty.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] std::string_view text(std::string_view key) const;
  // A number, date or boolean as it is written, else empty.
  [[nodiscard]] std::string_view scalar_text() const;
  [[nodiscard]] const std::vector<TomlValue>& items() const { return items_; }  // of an array
  [[nodiscard]] const std::vector<TomlValue>& items(std::string_view key) const;
  [[nodiscard]] const Table& members() const { return members_; }  // of a table

  // For the reader.
  [[nodiscard]] Table& mutable_members() { return members_; }
  [[nodiscard]] std::vector<TomlValue>& mutable_items() { return items_; }

 private:
  explicit TomlValue(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::kScalar;
  std::string text_;
  std::vector<TomlValue> items_;
  Table members_;
};

// The document's table. Fails with one line that says what is wrong and where.
[[nodiscard]] Result<TomlValue> read_toml(std::string_view text, const TomlLimits& limits = {});

}  // namespace yagura::image
