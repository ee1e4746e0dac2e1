#pragma once

// One Hyperscan database for the expressions of a group.

#include <hs.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "waf/match/internal/scan_plan.hpp"

namespace yagura::waf::internal {

// A database, in the heap or mapped from a file; read-only, shared by threads.
class Database {
 public:
  Database() = default;
  explicit Database(hs_database_t* compiled) : database_(compiled) {}
  // `database` lies in a mapping of `size` bytes at `mapping`, which is given back.
  Database(const hs_database_t* database, void* mapping, std::size_t size)
      : database_(database), mapping_(mapping), mapping_size_(size) {}
  Database(Database&& other) noexcept { swap(other); }
  Database& operator=(Database&& other) noexcept {
    Database taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Database();

  [[nodiscard]] const hs_database_t* get() const { return database_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  const hs_database_t* database_ = nullptr;
  void* mapping_ = nullptr;
  std::size_t mapping_size_ = 0;

  void swap(Database& other) noexcept {
    std::swap(database_, other.database_);
    std::swap(mapping_, other.mapping_);
    std::swap(mapping_size_, other.mapping_size_);
  }
};

struct CompiledGroup {
  Database database;                       // absent where nothing compiled
  std::vector<std::uint32_t> items;        // a report's id -> item
  std::vector<std::uint32_t> unscannable;  // items of which an expression did not compile
};

// An expression as it is handed over, with the number of its item in CompiledGroup::items.
struct ReadyExpression {
  std::string text;
  std::uint32_t id = 0;
};

// What identifies the result: items, expressions and options.
[[nodiscard]] std::string description_of(std::span<const Expression> expressions);

// The distinct items of `expressions`, sorted.
[[nodiscard]] std::vector<std::uint32_t> items_of(std::span<const Expression> expressions);

// An expression that the library refuses makes its item unscannable. Fails where memory is short.
[[nodiscard]] Result<CompiledGroup> compile_group(std::span<const Expression> expressions);

}  // namespace yagura::waf::internal
