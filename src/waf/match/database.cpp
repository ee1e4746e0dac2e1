#include "waf/match/internal/database.hpp"

#include <sys/mman.h>

#include <algorithm>

#include "waf/match/internal/regex_superset.hpp"

namespace yagura::waf::internal {

namespace {

struct CompileErrorDeleter {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using CompileError = std::unique_ptr<hs_compile_error_t, CompileErrorDeleter>;

struct DatabaseDeleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
using OwnedDatabase = std::unique_ptr<hs_database_t, DatabaseDeleter>;

enum class Outcome : std::uint8_t { kCompiled, kRefused, kNoMemory };

struct Attempt {
  Outcome outcome = Outcome::kRefused;
  OwnedDatabase database;
  int culprit = -1;  // the index of the expression that was refused, where known
};

Attempt compile(std::span<const ReadyExpression> expressions, unsigned flags) {
  std::vector<const char*> texts;
  std::vector<unsigned> all_flags(expressions.size(), flags);
  std::vector<unsigned> ids;
  for (const ReadyExpression& expression : expressions) {
    texts.push_back(expression.text.c_str());
    ids.push_back(expression.id);
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* raw_error = nullptr;
  const hs_error_t status = hs_compile_multi(texts.data(), all_flags.data(), ids.data(),
                                             static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &raw_error);
  const CompileError error(raw_error);
  Attempt attempt{.database = OwnedDatabase(database)};
  if (status == HS_SUCCESS) {
    attempt.outcome = Outcome::kCompiled;
  } else if (status == HS_NOMEM) {
    attempt.outcome = Outcome::kNoMemory;
  } else if (error) {
    attempt.culprit = error->expression;
  }
  return attempt;
}

std::size_t size_of(const hs_database_t* database) {
  std::size_t size = 0;
  return hs_database_size(database, &size) == HS_SUCCESS ? size : 0;
}

}  // namespace

Database::~Database() {
  if (mapping_ != nullptr) {
    munmap(mapping_, mapping_size_);
  } else {
    hs_free_database(const_cast<hs_database_t*>(database_));
  }
}

std::size_t Database::bytes() const { return database_ == nullptr ? 0 : size_of(database_); }

std::string description_of(std::span<const Expression> expressions) {
  std::string description;
  for (const Expression& expression : expressions) {
    description += std::to_string(expression.item);
    description += ' ';
    description += regex::to_expression(expression.core);
    description += '\n';
  }
  return description;
}

std::vector<std::uint32_t> items_of(std::span<const Expression> expressions) {
  std::vector<std::uint32_t> items;
  for (const Expression& expression : expressions) items.push_back(expression.item);
  std::ranges::sort(items);
  items.erase(std::ranges::unique(items).begin(), items.end());
  return items;
}

Result<CompiledGroup> compile_group(std::span<const Expression> expressions) {
  CompiledGroup group{.items = items_of(expressions)};
  std::vector<ReadyExpression> ready;
  std::vector<const Expression*> origin;
  const auto give_up_on = [&](const Expression& expression) {
    group.unscannable.push_back(expression.item);
  };
  for (const Expression& expression : expressions) {
    const auto id = static_cast<std::uint32_t>(
        std::ranges::lower_bound(group.items, expression.item) - group.items.begin());
    ready.push_back({.text = regex::to_expression(expression.core), .id = id});
    origin.push_back(&expression);
  }
  while (!ready.empty()) {
    Attempt attempt = compile(ready, 0);
    if (attempt.outcome == Outcome::kCompiled) {
      group.database = Database(attempt.database.release());
      break;
    }
    if (attempt.outcome == Outcome::kNoMemory) {
      return fail(ErrorCode::kLimitExceeded, "no memory for a database of patterns");
    }
    // One of them, else (it does not say which) the longest, goes without a search.
    const auto longest = std::ranges::max_element(
        ready, {}, [](const ReadyExpression& expression) { return expression.text.size(); });
    const std::size_t at = attempt.culprit >= 0 ? static_cast<std::size_t>(attempt.culprit)
                                                : static_cast<std::size_t>(longest - ready.begin());
    give_up_on(*origin[at]);
    ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(at));
    origin.erase(origin.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::ranges::sort(group.unscannable);
  group.unscannable.erase(std::ranges::unique(group.unscannable).begin(), group.unscannable.end());
  return group;
}

}  // namespace yagura::waf::internal
