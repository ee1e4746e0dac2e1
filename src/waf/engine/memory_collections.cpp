// Persistent collections in this process's memory.

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "waf/base/number.hpp"
#include "waf/engine/transaction.hpp"

namespace yagura::waf {

namespace {

struct StoredMember {
  std::string value;
  CollectionStore::Now written;  // moved on by what was deprecated
  std::optional<CollectionStore::Now> expires;
};

struct Stored {
  std::map<std::string, StoredMember, std::less<>> members;
  CollectionStore::Now touched;  // the whole goes `timeout` after this
  std::list<std::pair<Variable, std::string>>::iterator place;
};

// Keys come from clients (an address, a cookie): ordered maps, so that no hash can be aimed at, and
// a bound on members, past which the collection that was touched longest ago goes.
class MemoryCollectionStore final : public CollectionStore {
 public:
  MemoryCollectionStore(std::size_t max_members, std::chrono::seconds timeout)
      : max_members_(max_members), timeout_(timeout) {}

  void read(Variable collection, std::string_view key, Now now,
            const std::function<void(std::string_view, std::string_view)>& each) override {
    const std::scoped_lock lock(mutex_);
    Stored* stored = find(collection, key, now);
    if (stored == nullptr) return;
    drop_expired(*stored, now);
    for (const auto& [name, member] : stored->members) each(name, member.value);
  }

  void set(Variable collection, std::string_view key, std::string_view name, std::string_view value,
           Now now) override {
    const std::scoped_lock lock(mutex_);
    StoredMember& stored = member(collection, key, name, now);
    stored.value = value;
    stored.written = now;
  }

  std::int64_t add(Variable collection, std::string_view key, std::string_view name,
                   std::int64_t delta, Now now) override {
    const std::scoped_lock lock(mutex_);
    StoredMember& stored = member(collection, key, name, now);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(number_of(stored.value), delta, &sum)) sum = number_of(stored.value);
    stored.value = std::to_string(sum);
    stored.written = now;
    return sum;
  }

  void deprecate(Variable collection, std::string_view key, std::string_view name,
                 std::int64_t amount, std::chrono::seconds period, Now now) override {
    const std::scoped_lock lock(mutex_);
    Stored* stored = find(collection, key, now);
    if (stored == nullptr) return;
    drop_expired(*stored, now);
    const auto found = stored->members.find(name);
    if (found == stored->members.end()) return;
    StoredMember& member = found->second;
    const std::int64_t periods = (now - member.written) / period;
    if (periods <= 0) return;
    member.written += periods * period;
    member.value = std::to_string(deprecated(number_of(member.value), amount, periods));
  }

  void remove(Variable collection, std::string_view key, std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    const auto found = stored_.find(std::pair(collection, std::string(key)));
    if (found == stored_.end()) return;
    const auto at = found->second.members.find(name);
    if (at == found->second.members.end()) return;
    found->second.members.erase(at);
    --members_;
  }

  void expire(Variable collection, std::string_view key, std::string_view name, Now at) override {
    const std::scoped_lock lock(mutex_);
    const auto found = stored_.find(std::pair(collection, std::string(key)));
    if (found == stored_.end()) return;
    const auto member = found->second.members.find(name);
    if (member != found->second.members.end()) member->second.expires = at;
  }

 private:
  using Key = std::pair<Variable, std::string>;

  Stored* find(Variable collection, std::string_view key, Now now) {
    const auto found = stored_.find(Key(collection, std::string(key)));
    if (found == stored_.end()) return nullptr;
    if (found->second.touched + timeout_ <= now) {
      forget(found);
      return nullptr;
    }
    return &found->second;
  }

  // A member that expired before it is written to again starts anew.
  StoredMember& member(Variable collection, std::string_view key, std::string_view name, Now now) {
    Stored* stored = find(collection, key, now);
    if (stored == nullptr) {
      order_.emplace_back(collection, key);
      const auto place = std::prev(order_.end());
      stored = &stored_
                    .emplace(Key(collection, std::string(key)),
                             Stored{.members = {}, .touched = now, .place = place})
                    .first->second;
    } else {
      order_.splice(order_.end(), order_, stored->place);
      drop_expired(*stored, now);
    }
    stored->touched = now;
    auto found = stored->members.find(name);
    if (found == stored->members.end()) {
      found = stored->members.emplace(name, StoredMember{}).first;
      ++members_;
      while (members_ > max_members_ && order_.size() > 1) forget(stored_.find(order_.front()));
    }
    return found->second;
  }

  void drop_expired(Stored& stored, Now now) {
    members_ -= std::erase_if(stored.members, [&](const auto& entry) {
      return entry.second.expires && *entry.second.expires <= now;
    });
  }

  void forget(std::map<Key, Stored>::iterator at) {
    members_ -= at->second.members.size();
    order_.erase(at->second.place);
    stored_.erase(at);
  }

  const std::size_t max_members_;
  const std::chrono::seconds timeout_;
  std::mutex mutex_;
  std::map<Key, Stored> stored_;
  std::list<Key> order_;  // touched longest ago first
  std::size_t members_ = 0;
};

}  // namespace

std::unique_ptr<CollectionStore> make_memory_collection_store(std::size_t max_members,
                                                              std::chrono::seconds timeout) {
  return std::make_unique<MemoryCollectionStore>(max_members, timeout);
}

}  // namespace yagura::waf
