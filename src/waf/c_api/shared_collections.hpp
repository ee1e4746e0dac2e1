#pragma once

// IP, SESSION, GLOBAL, RESOURCE and USER collections in memory that several processes share. A
// table of fixed size: members are entries of kEntrySize bytes, chained by a hash of the
// collection's name and key. Where it is full, the entry that was written longest ago (of a sample)
// goes, and a counter moves. One mutex guards it; where its holder died within, the table is
// emptied, since a chain may be half made.

#include <chrono>
#include <cstdint>

#include "waf/c_api/shared_memory.hpp"
#include "waf/engine/transaction.hpp"

namespace yagura::waf {

class SharedCollections final : public CollectionStore {
 public:
  static constexpr std::size_t kEntrySize = 512;
  // Bytes that key, name and value of a member may have together; longer ones are refused and
  // counted.
  [[nodiscard]] static std::size_t max_text();

  // Formats the memory (of zeros); once, before any SharedCollections is made.
  static void initialise(const SharedMemory& memory);

  // `timeout`: a member that nothing has written for this long is gone (SecCollectionTimeout).
  // Copies are views of the same table.
  SharedCollections(const SharedMemory& memory, std::chrono::seconds timeout);

  void read(Variable collection, std::string_view key, Now now,
            const std::function<void(std::string_view, std::string_view)>& each) override;
  void set(Variable collection, std::string_view key, std::string_view name, std::string_view value,
           Now now) override;
  std::int64_t add(Variable collection, std::string_view key, std::string_view name,
                   std::int64_t delta, Now now) override;
  void deprecate(Variable collection, std::string_view key, std::string_view name,
                 std::int64_t amount, std::chrono::seconds period, Now now) override;
  void remove(Variable collection, std::string_view key, std::string_view name) override;
  void expire(Variable collection, std::string_view key, std::string_view name, Now at) override;

  // For tests: how many members the table can hold.
  [[nodiscard]] std::size_t capacity() const;

  struct Table;

 private:
  SharedCounters* counters_;
  Table* table_;
  std::chrono::seconds timeout_;
};

}  // namespace yagura::waf
