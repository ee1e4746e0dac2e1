// A form goes to the groups of the narrowest alphabet that holds its bytes. run() lays the forms of
// a group end to end, a line feed before, between and behind them, and scans that once. A report
// gives the end of a match, which lies in its form, or one behind it where the match took the line
// feed behind the form for its end.
//
// A hostile form can make many patterns report at every byte. A chunk that reports too often is
// scanned again form by form, and a form that does so alone is taken as hit by every item of the
// group: superset, bounded.

#include <hs.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <unordered_map>

#include "waf/match/internal/prefilter_state.hpp"

namespace yagura::waf {

namespace {

constexpr std::uint32_t kNoForm = 0xffff'ffff;
constexpr std::size_t kChunk = std::size_t{1} << 20;  // forms are laid together up to this
constexpr std::size_t kLongestForm = std::size_t{1} << 30;
// Reports that a chunk may make: per byte, and besides.
constexpr std::uint64_t kReportsPerByte = 4;
constexpr std::uint64_t kFreeReports = 4096;

struct Form {
  std::string_view bytes;
  ByteSet present;
  ClassMask classes = 0;
  ChainMask chains = 0;
  std::uint8_t alphabet = 0;
};

// Where forms of one combination of classes go, by alphabet and part: most items look at a few
// kinds of values only. Made when the combination is seen first; a rule set has few.
struct Routes {
  struct Way {
    std::vector<std::uint32_t> direct;  // in ScanAlphabet::direct
    std::vector<std::uint32_t> groups;  // in Prefilter::State::groups
  };
  std::array<std::array<Way, kPrefilterParts>, internal::kAlphabetCount> ways;
};

Routes routes_of(const Prefilter::State& prefilter, ClassMask classes) {
  Routes routes;
  for (std::size_t a = 0; a < prefilter.alphabets.size(); ++a) {
    const ScanAlphabet& alphabet = prefilter.alphabets[a];
    for (std::uint32_t i = 0; i < alphabet.direct.size(); ++i) {
      const ItemFilter& item = prefilter.items[alphabet.direct[i].item];
      if ((item.classes & classes) != 0) routes.ways[a][item.part].direct.push_back(i);
    }
    for (std::uint32_t g = alphabet.first_group; g < alphabet.end_group; ++g) {
      const ScanGroup& group = prefilter.groups[g];
      if ((group.classes & classes) != 0) routes.ways[a][group.part].groups.push_back(g);
    }
  }
  return routes;
}

// What a thread has learnt of one prefilter.
struct Known {
  std::weak_ptr<const int> token;  // the prefilter's
  bool prepared = false;           // the library's scratch suffices for it
  std::unordered_map<ClassMask, Routes> routes;
};

// Where a form lies in the buffer.
struct Place {
  std::size_t start = 0;  // behind the line feed before it
  std::uint32_t form = 0;
};

class Buffer {
 public:
  void clear() { size_ = 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const char* data() const { return bytes_.get(); }
  void append(std::string_view text) {
    if (size_ + text.size() + 1 > capacity_) grow(size_ + text.size() + 1);
    if (!text.empty()) std::memcpy(bytes_.get() + size_, text.data(), text.size());
    size_ += text.size();
    bytes_[size_++] = '\n';
  }
  // Gives back what a large form took.
  void trim() {
    if (capacity_ <= 4 * kChunk) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;

  void grow(std::size_t least) {
    const std::size_t capacity = std::max({least, 2 * capacity_, std::size_t{4096}});
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }
};

}  // namespace

struct PrefilterScratch::State {
  hs_scratch_t* scratch = nullptr;
  std::vector<std::unique_ptr<Known>> known;
  Known* current = nullptr;  // of the prefilter at hand

  std::vector<Form> forms;
  std::array<std::size_t, kPrefilterParts> routed{};  // forms that were sent on their ways
  // By part: item << 32 | form.
  std::array<std::vector<std::uint64_t>, kPrefilterParts> hits;
  std::vector<std::vector<std::uint32_t>> forms_of;  // group -> forms that enter it
  Buffer buffer;
  std::vector<Place> places;
  std::vector<std::uint32_t> last_form;  // id -> the form that it hit last
  bool too_large = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { hs_free_scratch(scratch); }

  void begin(const Prefilter::State& prefilter) {
    forms.clear();
    routed = {};
    current = &known_of(prefilter.token);
    for (auto& list : hits) list.clear();
    too_large = false;
    if (forms_of.size() < prefilter.groups.size()) forms_of.resize(prefilter.groups.size());
    for (auto& list : forms_of) list.clear();
  }

  [[nodiscard]] bool prepare(const Prefilter::State& prefilter) {
    if (current->prepared) return true;
    for (const ScanGroup& group : prefilter.groups) {
      if (hs_alloc_scratch(group.database.get(), &scratch) != HS_SUCCESS) return false;
    }
    current->prepared = true;
    return true;
  }

  Known& known_of(const std::shared_ptr<const int>& token) {
    const auto found = std::ranges::find_if(known, [&](const std::unique_ptr<Known>& each) {
      return !each->token.owner_before(token) && !token.owner_before(each->token);
    });
    if (found != known.end()) return **found;
    // Rule sets come and go.
    std::erase_if(known, [](const std::unique_ptr<Known>& each) { return each->token.expired(); });
    // The oldest is merely learnt again.
    static constexpr std::size_t kRemembered = 64;
    if (known.size() == kRemembered) known.erase(known.begin());
    known.push_back(std::make_unique<Known>(Known{.token = token}));
    return *known.back();
  }

  const Routes& routes(const Prefilter::State& prefilter, ClassMask classes) {
    const auto found = current->routes.find(classes);
    if (found != current->routes.end()) return found->second;
    // As many as names of members in the rules, at most; not more than this is worth keeping.
    static constexpr std::size_t kMostRoutes = 256;
    if (current->routes.size() == kMostRoutes) current->routes.clear();
    return current->routes.emplace(classes, routes_of(prefilter, classes)).first->second;
  }

  void hit(std::uint8_t part, std::uint32_t item, std::uint32_t form) {
    hits[part].push_back(std::uint64_t{item} << 32 | form);
  }

  void give_hits(PartMask parts, std::vector<PrefilterHit>& given);
};

namespace {

using ScratchState = PrefilterScratch::State;

// One scan of the buffer, or of a part of it.
struct Pass {
  const Prefilter::State& prefilter;
  const ScanGroup& group;
  ScratchState& state;
  std::size_t base = 0;   // offset of the scanned part in the buffer
  std::size_t place = 0;  // the place of the last report
  std::uint64_t reports_left = 0;
  bool no_memory = false;

  void report(unsigned id, std::size_t end) {
    const std::vector<Place>& places = state.places;
    const bool same =
        end > places[place].start && (place + 1 == places.size() || end <= places[place + 1].start);
    if (!same) {
      const auto behind = std::ranges::lower_bound(places, end, {}, &Place::start);
      place = behind == places.begin() ? 0 : static_cast<std::size_t>(behind - places.begin()) - 1;
    }
    const std::uint32_t number = places[place].form;
    if (state.last_form[id] == number) return;
    state.last_form[id] = number;
    take(id, number);
  }

  void take(unsigned id, std::uint32_t number) const {
    const Form& form = state.forms[number];
    const std::uint32_t item = group.items[id];
    if (prefilter.items[item].admits(form.classes, form.chains, form.present, form.bytes.size())) {
      state.hit(group.part, item, number);
    }
  }
};

int on_report(unsigned id, unsigned long long, unsigned long long end, unsigned, void* context) {
  auto& pass = *static_cast<Pass*>(context);
  if (pass.reports_left == 0) return 1;
  --pass.reports_left;
  try {  // nothing may fly through the library
    pass.report(id, pass.base + static_cast<std::size_t>(end));
  } catch (const std::bad_alloc&) {
    pass.no_memory = true;
    return 1;
  }
  return 0;
}

enum class Outcome : std::uint8_t { kDone, kTooManyReports, kFailed };

Outcome scan_part(Pass& pass, std::size_t first, std::size_t size) {
  ScratchState& state = pass.state;
  pass.base = first;
  pass.reports_left = kFreeReports + kReportsPerByte * size;
  const hs_error_t status =
      hs_scan(pass.group.database.get(), state.buffer.data() + first, static_cast<unsigned>(size),
              0, state.scratch, on_report, &pass);
  if (status == HS_SUCCESS) return Outcome::kDone;
  return status == HS_SCAN_TERMINATED && !pass.no_memory ? Outcome::kTooManyReports
                                                         : Outcome::kFailed;
}

bool scan_each(Pass& pass) {
  ScratchState& state = pass.state;
  for (std::size_t i = 0; i < state.places.size(); ++i) {
    const Place place = state.places[i];
    const std::size_t size = state.forms[place.form].bytes.size();
    const Outcome outcome = scan_part(pass, place.start - 1, size + 2);
    if (outcome == Outcome::kFailed) return false;
    if (outcome == Outcome::kDone) continue;
    for (unsigned id = 0; id < pass.group.items.size(); ++id) pass.take(id, place.form);
  }
  return true;
}

bool scan_chunk(const Prefilter::State& prefilter, const ScanGroup& group, ScratchState& state) {
  if (state.places.empty()) return true;
  state.last_form.assign(group.items.size(), kNoForm);
  Pass pass{.prefilter = prefilter, .group = group, .state = state};
  switch (scan_part(pass, 0, state.buffer.size())) {
    case Outcome::kDone:
      return true;
    case Outcome::kFailed:
      return false;
    case Outcome::kTooManyReports:
      break;
  }
  return scan_each(pass);
}

void start_chunk(ScratchState& state) {
  state.places.clear();
  state.buffer.clear();
  state.buffer.append({});
}

bool scan_group(const Prefilter::State& prefilter, std::size_t number, ScratchState& state) {
  const ScanGroup& group = prefilter.groups[number];
  start_chunk(state);
  for (const std::uint32_t form : state.forms_of[number]) {
    const std::string_view bytes = state.forms[form].bytes;
    if (state.buffer.size() + bytes.size() > kChunk) {
      if (!scan_chunk(prefilter, group, state)) return false;
      start_chunk(state);
    }
    state.places.push_back({.start = state.buffer.size(), .form = form});
    state.buffer.append(bytes);
  }
  return scan_chunk(prefilter, group, state);
}

}  // namespace

PrefilterScratch::PrefilterScratch() : state_(std::make_unique<State>()) {}
PrefilterScratch::PrefilterScratch(PrefilterScratch&&) noexcept = default;
PrefilterScratch& PrefilterScratch::operator=(PrefilterScratch&&) noexcept = default;
PrefilterScratch::~PrefilterScratch() = default;

PrefilterScan::PrefilterScan(const Prefilter& prefilter, PrefilterScratch& scratch)
    : prefilter_(prefilter), scratch_(scratch) {
  scratch_.state_->begin(*prefilter_.state_);
}

std::uint32_t PrefilterScan::add(std::string_view bytes, const ByteSet& present, ClassMask classes,
                                 ChainMask chains) {
  const Prefilter::State& prefilter = *prefilter_.state_;
  PrefilterScratch::State& state = *scratch_.state_;
  const auto number = static_cast<std::uint32_t>(state.forms.size());
  std::uint8_t alphabet = 0;  // the last one has every byte
  while (!present.is_subset_of(prefilter.alphabets[alphabet].bytes)) ++alphabet;
  state.forms.push_back({.bytes = bytes,
                         .present = present,
                         .classes = classes,
                         .chains = chains,
                         .alphabet = alphabet});
  if (bytes.size() > kLongestForm) state.too_large = true;
  return number;
}

namespace {

void route_empty(const Prefilter::State& prefilter, ScratchState& state, std::uint8_t part,
                 std::uint32_t number) {
  const Form& form = state.forms[number];
  for (const std::uint32_t each : prefilter.match_empty) {
    const ItemFilter& item = prefilter.items[each];
    if (item.part == part && item.admits(form.classes, form.chains, form.present, 0)) {
      state.hit(part, each, number);
    }
  }
}

void route(const Prefilter::State& prefilter, ScratchState& state, const Routes& routes,
           std::uint8_t part, std::uint32_t number) {
  const Form& form = state.forms[number];
  const Routes::Way& way = routes.ways[form.alphabet][part];
  const ScanAlphabet& alphabet = prefilter.alphabets[form.alphabet];
  for (const std::uint32_t i : way.direct) {
    const internal::DirectItem& direct = alphabet.direct[i];
    if (!direct.may_match(form.present)) continue;
    const ItemFilter& item = prefilter.items[direct.item];
    if (item.admits(form.classes, form.chains, form.present, form.bytes.size())) {
      state.hit(part, direct.item, number);
    }
  }
  for (const std::uint32_t g : way.groups) {
    const ScanGroup& group = prefilter.groups[g];
    if ((group.chains & form.chains) != 0 && group.gate.intersects(form.present)) {
      state.forms_of[g].push_back(number);
    }
  }
}

// Sends the forms that came since on their ways: to the items that need no search, and to groups.
void route_all(const Prefilter::State& prefilter, ScratchState& state, std::uint8_t part) {
  const Routes* routes = nullptr;
  ClassMask classes = 0;
  for (std::size_t i = state.routed[part]; i < state.forms.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i);
    const Form& form = state.forms[i];
    if (form.bytes.empty()) {
      route_empty(prefilter, state, part, number);
      continue;
    }
    if (routes == nullptr || form.classes != classes) {  // values of one kind stand together
      classes = form.classes;
      routes = &state.routes(prefilter, classes);
    }
    route(prefilter, state, *routes, part, number);
  }
  state.routed[part] = state.forms.size();
}

}  // namespace

void PrefilterScratch::State::give_hits(PartMask parts, std::vector<PrefilterHit>& given) {
  std::vector<std::uint64_t>* all = nullptr;
  for (std::size_t part = 0; part < kPrefilterParts; ++part) {
    if (((parts >> part) & 1U) == 0 || hits[part].empty()) continue;
    if (all == nullptr) {
      all = &hits[part];
      continue;
    }
    all->insert(all->end(), hits[part].begin(), hits[part].end());
    hits[part].clear();
  }
  if (all == nullptr) return;
  std::ranges::sort(*all);
  const auto rest = std::ranges::unique(*all);
  all->erase(rest.begin(), rest.end());
  given.reserve(given.size() + all->size());
  for (const std::uint64_t hit : *all) {
    given.push_back({.item = static_cast<std::uint32_t>(hit >> 32),
                     .form = static_cast<std::uint32_t>(hit & 0xffff'ffff)});
  }
  all->clear();
}

bool PrefilterScan::run(std::vector<PrefilterHit>& hits, PartMask parts) {
  const Prefilter::State& prefilter = *prefilter_.state_;
  PrefilterScratch::State& state = *scratch_.state_;
  try {
    if (state.too_large || !state.prepare(prefilter)) return false;
    for (std::uint8_t part = 0; part < kPrefilterParts; ++part) {
      if (((parts >> part) & 1U) != 0) route_all(prefilter, state, part);
    }
    for (std::size_t g = 0; g < prefilter.groups.size(); ++g) {
      if (((parts >> prefilter.groups[g].part) & 1U) == 0 || state.forms_of[g].empty()) continue;
      if (!scan_group(prefilter, g, state)) return false;
      state.forms_of[g].clear();
    }
    state.buffer.trim();
    state.give_hits(parts, hits);
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

}  // namespace yagura::waf
