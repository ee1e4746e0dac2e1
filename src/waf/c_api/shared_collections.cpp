// The table: a header, the heads of the chains, the entries. Links are numbers of entries plus one,
// so that memory of zeros is an empty table and the mapping may lie at different addresses. All
// lengths that are read back are checked against the entry: a damaged entry is skipped, never read
// past.

#include "waf/c_api/shared_collections.hpp"

#include <charconv>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yagura::waf {
namespace {

constexpr std::uint32_t kNoEntry = 0;
constexpr std::size_t kEvictionSample = 8;

std::int64_t seconds_of(CollectionStore::Now time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// FNV-1a, enough for chains: the table is bounded whatever an attacker makes collide.
std::uint64_t hash_of(Variable collection, std::string_view key) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL ^ static_cast<std::uint64_t>(collection);
  for (const char byte : key) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100'0000'01b3ULL;
  }
  return hash ^ (hash >> 29);
}

struct Entry {
  std::uint32_t next;
  std::uint16_t key_size, name_size, value_size;
  std::uint8_t collection;  // Variable + 1; 0: free
  std::uint8_t unused;
  std::int64_t written;  // seconds of the epoch
  std::int64_t expires;  // 0: only by the timeout
  static constexpr std::size_t kHead = 32;
  static constexpr std::size_t kText = SharedCollections::kEntrySize - kHead;
  char text[kText];

  [[nodiscard]] bool is_sound() const {
    return std::size_t{key_size} + name_size + value_size <= kText;
  }
  [[nodiscard]] std::string_view key() const { return {text, key_size}; }
  [[nodiscard]] std::string_view name() const { return {text + key_size, name_size}; }
  [[nodiscard]] std::string_view value() const { return {text + key_size + name_size, value_size}; }
};
static_assert(sizeof(Entry) == SharedCollections::kEntrySize);

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::int64_t saturating_add(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(left, right, &sum)) return sum;
  return right > 0 ? INT64_MAX : INT64_MIN;
}

}  // namespace

struct alignas(64) SharedCollections::Table {
  SharedMutex mutex;
  std::uint32_t head_count;
  std::uint32_t entry_count;
  std::uint32_t never_used;  // entries from here on were never used
  std::uint32_t free_list;
  std::uint32_t hand;  // where the search for an entry to evict goes on

  std::uint32_t* heads() { return reinterpret_cast<std::uint32_t*>(this + 1); }
  Entry* entries() {
    const std::size_t bytes = (head_count * sizeof(std::uint32_t) + 63) & ~std::size_t{63};
    return reinterpret_cast<Entry*>(reinterpret_cast<std::byte*>(this + 1) + bytes);
  }
  Entry* at(std::uint32_t link) {
    return link == kNoEntry || link > entry_count ? nullptr : &entries()[link - 1];
  }
  std::uint32_t& head(Variable collection, std::string_view key) {
    return heads()[hash_of(collection, key) % head_count];
  }

  void clear() {
    std::memset(heads(), 0, head_count * sizeof(std::uint32_t));
    std::memset(entries(), 0, std::size_t{entry_count} * sizeof(Entry));
    never_used = 0;
    free_list = kNoEntry;
    hand = 0;
  }

  // Takes the entry that `link` leads to out of its chain.
  void release(std::uint32_t& link) {
    const std::uint32_t number = link;
    Entry* entry = at(number);
    link = entry->next;
    entry->collection = 0;
    entry->next = free_list;
    free_list = number;
  }

  void evict() {
    std::uint32_t oldest = kNoEntry;
    for (std::size_t i = 0; i < kEvictionSample; ++i) {
      hand = hand % entry_count + 1;
      if (oldest == kNoEntry || at(hand)->written < at(oldest)->written) oldest = hand;
    }
    const Entry* victim = at(oldest);
    if (victim->collection == 0 || !victim->is_sound()) return clear();
    std::uint32_t* link = &head(static_cast<Variable>(victim->collection - 1), victim->key());
    for (std::uint32_t steps = 0; at(*link) != nullptr && steps < entry_count; ++steps) {
      if (*link == oldest) return release(*link);
      link = &at(*link)->next;
    }
    clear();  // not in its chain: damaged
  }

  std::uint32_t take_free(Counter& evictions) {
    if (free_list == kNoEntry && never_used < entry_count) return ++never_used;
    if (free_list == kNoEntry) {
      evictions.fetch_add(1, std::memory_order_relaxed);
      evict();
      if (free_list == kNoEntry) return ++never_used;  // it was cleared
    }
    const std::uint32_t number = free_list;
    free_list = at(number)->next;
    return number;
  }
};

namespace {

using Table = SharedCollections::Table;

class Lock {
 public:
  explicit Lock(Table& table) : table_(table) {
    if (!table.mutex.lock()) table.clear();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { table_.mutex.unlock(); }

 private:
  Table& table_;
};

struct Member {
  Variable collection;
  std::string_view key, name;
};

bool is_of(const Entry& entry, Variable collection, std::string_view key) {
  return entry.collection == static_cast<std::uint8_t>(collection) + 1 && entry.is_sound() &&
         entry.key() == key;
}

bool has_expired(const Entry& entry, std::int64_t now, std::chrono::seconds timeout) {
  return (entry.expires != 0 && entry.expires <= now) || entry.written + timeout.count() <= now;
}

// The link that leads to the member; null: it is not there. Stale ones on the way are freed.
std::uint32_t* find(Table& table, const Member& member, std::int64_t now,
                    std::chrono::seconds timeout) {
  std::uint32_t* link = &table.head(member.collection, member.key);
  for (std::uint32_t steps = 0; steps < table.entry_count; ++steps) {
    Entry* entry = table.at(*link);
    if (entry == nullptr) return nullptr;
    if (has_expired(*entry, now, timeout)) {
      table.release(*link);
      continue;
    }
    if (is_of(*entry, member.collection, member.key) && entry->name() == member.name) return link;
    link = &entry->next;
  }
  return nullptr;
}

void fill(Entry& entry, const Member& member, std::string_view value, std::int64_t now) {
  entry.collection = static_cast<std::uint8_t>(static_cast<std::uint8_t>(member.collection) + 1);
  entry.key_size = static_cast<std::uint16_t>(member.key.size());
  entry.name_size = static_cast<std::uint16_t>(member.name.size());
  entry.value_size = static_cast<std::uint16_t>(value.size());
  char* out = entry.text;
  for (const std::string_view part : {member.key, member.name, value}) {
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    out += part.size();
  }
  entry.written = now;
}

// True: stored.
bool store(Table& table, const Member& member, std::string_view value, std::int64_t now,
           std::chrono::seconds timeout, SharedCounters& counters) {
  if (member.key.size() + member.name.size() + value.size() > Entry::kText) {
    counters.collection_refusals.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (std::uint32_t* link = find(table, member, now, timeout); link != nullptr) {
    fill(*table.at(*link), member, value, now);
    return true;
  }
  const std::uint32_t number = table.take_free(counters.collection_evictions);
  Entry& entry = *table.at(number);
  std::uint32_t& head = table.head(member.collection, member.key);
  entry.expires = 0;
  fill(entry, member, value, now);
  entry.next = head;
  head = number;
  return true;
}

}  // namespace

std::size_t SharedCollections::max_text() { return Entry::kText; }

void SharedCollections::initialise(const SharedMemory& memory) {
  auto* table = new (memory.collections()) Table{};
  const std::size_t room = memory.collections_size() - sizeof(Table) - 64;
  // One head (4 bytes) for each entry.
  table->entry_count = static_cast<std::uint32_t>(room / (sizeof(Entry) + sizeof(std::uint32_t)));
  table->head_count = table->entry_count;
  table->mutex.initialise();
}

SharedCollections::SharedCollections(const SharedMemory& memory, std::chrono::seconds timeout)
    : counters_(&memory.counters()),
      table_(reinterpret_cast<Table*>(memory.collections())),
      timeout_(timeout) {}

std::size_t SharedCollections::capacity() const { return table_->entry_count; }

void SharedCollections::read(Variable collection, std::string_view key, Now now,
                             const std::function<void(std::string_view, std::string_view)>& each) {
  std::vector<std::pair<std::string, std::string>> members;
  {
    const Lock lock(*table_);
    const std::int64_t seconds = seconds_of(now);
    std::uint32_t link = table_->head(collection, key);
    for (std::uint32_t steps = 0; steps < table_->entry_count; ++steps) {
      const Entry* entry = table_->at(link);
      if (entry == nullptr) break;
      link = entry->next;
      if (!is_of(*entry, collection, key) || has_expired(*entry, seconds, timeout_)) continue;
      members.emplace_back(entry->name(), entry->value());
    }
  }
  // Outside the lock: the callee may well come back.
  for (const auto& [name, value] : members) each(name, value);
}

void SharedCollections::set(Variable collection, std::string_view key, std::string_view name,
                            std::string_view value, Now now) {
  const Lock lock(*table_);
  store(*table_, {collection, key, name}, value, seconds_of(now), timeout_, *counters_);
}

std::int64_t SharedCollections::add(Variable collection, std::string_view key,
                                    std::string_view name, std::int64_t delta, Now now) {
  const Lock lock(*table_);
  const Member member{collection, key, name};
  const std::int64_t seconds = seconds_of(now);
  const std::uint32_t* link = find(*table_, member, seconds, timeout_);
  const std::int64_t before = link == nullptr ? 0 : number_of(table_->at(*link)->value());
  const std::int64_t sum = saturating_add(before, delta);
  store(*table_, member, std::to_string(sum), seconds, timeout_, *counters_);
  return sum;
}

void SharedCollections::deprecate(Variable collection, std::string_view key, std::string_view name,
                                  std::int64_t amount, std::chrono::seconds period, Now now) {
  const Lock lock(*table_);
  const Member member{collection, key, name};
  const std::int64_t seconds = seconds_of(now);
  const std::uint32_t* link = find(*table_, member, seconds, timeout_);
  if (link == nullptr) return;
  Entry& entry = *table_->at(*link);
  const std::int64_t periods = (seconds - entry.written) / period.count();
  if (periods <= 0) return;
  const std::int64_t left = deprecated(number_of(entry.value()), amount, periods);
  const std::string name_kept(entry.name()), key_kept(entry.key());
  fill(entry, {collection, key_kept, name_kept}, std::to_string(left),
       entry.written + periods * period.count());
}

void SharedCollections::remove(Variable collection, std::string_view key, std::string_view name) {
  const Lock lock(*table_);
  std::uint32_t* link = find(*table_, {collection, key, name}, 0, timeout_);
  if (link != nullptr) table_->release(*link);
}

void SharedCollections::expire(Variable collection, std::string_view key, std::string_view name,
                               Now at) {
  const Lock lock(*table_);
  std::uint32_t* link = find(*table_, {collection, key, name}, 0, timeout_);
  if (link != nullptr) table_->at(*link)->expires = seconds_of(at);
}

}  // namespace yagura::waf
