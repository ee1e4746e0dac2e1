#include "sensor/analysis/watch/domain_set.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kBitsPerName = 12;
constexpr std::size_t kMaxText = 0xffffffff;

// Odd constants that spread one hash over the eight words of a block.
constexpr std::uint32_t kSalts[8] = {0x9b3a5c1dU, 0x4f1d8e37U, 0xc96b24a5U, 0x7d42f1b3U,
                                     0xe15a9d0bU, 0x3689c6f1U, 0xa8d7130dU, 0x52fe8b69U};

class ReversedName {
 public:
  // Precondition: at most DomainSet::kMaxName bytes.
  explicit ReversedName(std::string_view name) : size_(name.size()) {
    std::ranges::reverse_copy(name, text_.begin());
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, DomainSet::kMaxName> text_;
  std::size_t size_;
};

std::uint16_t make_info(std::uint8_t scope, std::uint16_t list) {
  return static_cast<std::uint16_t>(scope | (list << 2));
}

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const auto [at, unused] = std::ranges::mismatch(a, b);
  return static_cast<std::size_t>(at - a.begin());
}

std::uint64_t suffix_hash(std::uint64_t shorter, std::string_view label) {
  return combine_hash(shorter, hash_text(label));
}

}  // namespace

bool is_domain_name(std::string_view name) {
  if (name.empty() || name.size() > DomainSet::kMaxName) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!is_plain || ++label > 63) return false;
  }
  return label != 0;
}

bool DomainSet::may_have(std::uint64_t hash) const {
  const Block& block = filter_[fold_multiply(hash, kHashStep) % filter_.size()];
  const auto low = static_cast<std::uint32_t>(hash);
  std::uint64_t missing = 0;
  for (unsigned i = 0; i < 8; ++i) {
    missing |= ~block.words[i] & (std::uint64_t{1} << ((low * kSalts[i]) >> 26));
  }
  return missing == 0;
}

void DomainSet::add_to_filter(std::uint64_t hash) {
  Block& block = filter_[fold_multiply(hash, kHashStep) % filter_.size()];
  const auto low = static_cast<std::uint32_t>(hash);
  for (unsigned i = 0; i < 8; ++i) {
    block.words[i] |= std::uint64_t{1} << ((low * kSalts[i]) >> 26);
  }
}

template <typename Next>
void DomainSet::for_each_candidate(std::string_view reversed, Next next) const {
  std::uint64_t hash = 0;
  std::size_t labels = 0;
  for (std::size_t begin = 0; begin < reversed.size();) {
    const std::size_t end = std::min(reversed.find('.', begin), reversed.size());
    hash = suffix_hash(hash, reversed.substr(begin, end - begin));
    if (++labels >= min_labels_ && may_have(hash) && !next(reversed.substr(0, end))) return;
    begin = end + 1;
  }
}

std::optional<std::uint16_t> DomainSet::find_exact(std::string_view reversed) const {
  const char* text = text_.data();
  const auto first_of = [&](std::uint32_t at) {
    return std::string_view(text + at + 4, static_cast<unsigned char>(text[at + 1]));
  };
  const auto behind = std::ranges::upper_bound(block_at_, reversed, {}, first_of);
  if (behind == block_at_.begin()) return std::nullopt;
  std::size_t at = *(behind - 1);
  const std::size_t end = behind == block_at_.end() ? text_.size() : *behind;
  std::array<char, kMaxName> name;
  while (at < end) {
    const auto shared = static_cast<unsigned char>(text[at]);
    const auto rest = static_cast<unsigned char>(text[at + 1]);
    std::memcpy(name.data() + shared, text + at + 4, rest);
    if (std::string_view(name.data(), shared + rest) == reversed) {
      std::uint16_t info = 0;
      std::memcpy(&info, text + at + 2, sizeof(info));
      return info;
    }
    at += 4U + rest;
  }
  return std::nullopt;
}

std::optional<WatchedDomain> DomainSet::find(std::string_view name) const {
  if (size_ == 0 || name.empty() || name.size() > kMaxName) return std::nullopt;
  const ReversedName reversed(name);
  std::optional<WatchedDomain> best;
  for_each_candidate(reversed.text(), [&](std::string_view suffix) {
    const auto info = find_exact(suffix);
    if (!info) return true;
    const auto scope = static_cast<std::uint8_t>(*info & 3);
    const std::uint8_t wanted = suffix.size() == name.size() ? kDomainItself : kDomainsBelow;
    if ((scope & wanted) != 0) {
      best = WatchedDomain{std::string(name.substr(name.size() - suffix.size())), scope,
                           static_cast<std::uint16_t>(*info >> 2)};
    }
    return true;
  });
  return best;
}

DomainSet::Probes DomainSet::count_probes(std::string_view name) const {
  Probes probes;
  if (size_ == 0 || name.empty() || name.size() > kMaxName) return probes;
  const ReversedName reversed(name);
  for_each_candidate(reversed.text(), [&](std::string_view suffix) {
    ++probes.passed;
    if (find_exact(suffix)) ++probes.found;
    return true;
  });
  return probes;
}

std::size_t DomainSet::bytes() const {
  return filter_.capacity() * sizeof(Block) + block_at_.capacity() * sizeof(std::uint32_t) +
         text_.capacity();
}

bool DomainSetBuilder::add(std::string_view name, std::uint8_t scope, std::uint16_t list) {
  if (!is_domain_name(name) || list >= DomainSet::kMaxLists) return false;
  if (text_.size() + name.size() > kMaxText) {
    ++left_out_;
    return true;
  }
  names_.push_back({static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint8_t>(name.size()), make_info(scope, list)});
  text_.append(name.rbegin(), name.rend());
  return true;
}

DomainSet DomainSetBuilder::build() {
  std::ranges::sort(names_, [this](const Name& a, const Name& b) {
    const int order = text_of(a).compare(text_of(b));
    return order != 0 ? order < 0 : (a.info >> 2) < (b.info >> 2);
  });
  // Doubles: the first, whose list is the lowest, takes the others' scopes.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (kept != 0 && text_of(names_[kept - 1]) == text_of(names_[i])) {
      names_[kept - 1].info =
          static_cast<std::uint16_t>(names_[kept - 1].info | (names_[i].info & 3));
    } else {
      names_[kept++] = names_[i];
    }
  }
  names_.resize(kept);

  DomainSet set;
  set.size_ = kept;
  if (kept == 0) return set;
  set.filter_.resize(kept * kBitsPerName / 512 + 1);
  std::string_view before;
  std::size_t min_labels = DomainSet::kMaxName;
  for (std::size_t i = 0; i < kept; ++i) {
    const std::string_view name = text_of(names_[i]);
    const bool starts_block = i % DomainSet::kBlockNames == 0;
    if (starts_block) set.block_at_.push_back(static_cast<std::uint32_t>(set.text_.size()));
    const std::size_t shared = starts_block ? 0 : shared_prefix(before, name);
    set.text_ += static_cast<char>(shared);
    set.text_ += static_cast<char>(name.size() - shared);
    set.text_.append(reinterpret_cast<const char*>(&names_[i].info), sizeof(names_[i].info));
    set.text_ += name.substr(shared);
    before = name;
    std::uint64_t hash = 0;
    std::size_t labels = 0;
    for (std::size_t begin = 0; begin < name.size(); ++labels) {
      const std::size_t end = std::min(name.find('.', begin), name.size());
      hash = suffix_hash(hash, name.substr(begin, end - begin));
      begin = end + 1;
    }
    set.add_to_filter(hash);
    min_labels = std::min(min_labels, labels);
  }
  set.min_labels_ = min_labels;
  set.text_.shrink_to_fit();
  set.block_at_.shrink_to_fit();
  names_ = {};
  text_ = {};
  return set;
}

}  // namespace yagura::sensor
