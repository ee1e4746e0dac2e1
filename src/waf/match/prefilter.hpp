#pragma once

// The first stage: which rules might match which values, for all rules of a phase at once.
//
// The engine gives each value in each form that a rule's transformations make of it. Forms that
// meet the byte condition of a group of patterns are laid one after the other, with a line feed
// between, in that group's buffer, and each buffer goes through one Hyperscan database once. A hit
// says that an item (one rule's operator) may match a form; the engine then asks the operator
// itself. Never a false "no": patterns are compiled as a superset of what they mean (anchors hold
// at line ends, what Hyperscan cannot express is approximated or always reported).
//
// Databases are grouped so that they compile in seconds, and kept on disk by a key of patterns,
// options, CPU features and library version; they are mapped from there, shared by every process
// that uses the same rules.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "waf/base/byte_set.hpp"
#include "waf/base/match.hpp"

namespace yagura::waf {

// Which targets a value belongs to, one bit each ("ARGS", "REQUEST_HEADERS:User-Agent"); the
// compiler of rules assigns them. A form counts for an item where they share a bit and the form's
// chains hold the item's.
using ClassMask = std::uint64_t;
using ChainMask = std::uint64_t;

// Items that are often not asked for (rules behind a jump that is usually taken, such as those of
// higher paranoia levels) may be put in parts of their own, which are scanned apart, and only when
// somebody asks. One bit each.
inline constexpr std::size_t kPrefilterParts = 4;
using PartMask = std::uint8_t;
inline constexpr PartMask kAllParts = (1U << kPrefilterParts) - 1;

struct PrefilterItem {
  ScanPattern pattern;  // empty (no regex, no phrases): `condition` alone decides
  bool has_pattern = false;
  ByteCondition condition;
  ClassMask classes = 0;
  std::uint8_t chain = 0;     // bit number in ChainMask
  ChainMask more_chains = 0;  // forms of these count as well (rules that look at every step)
  std::uint8_t part = 0;      // below kPrefilterParts
};

struct PrefilterOptions {
  std::filesystem::path cache_folder;  // empty: compiled databases are not kept
};

struct PrefilterFigures {
  std::size_t items = 0, groups = 0;
  std::size_t unscannable = 0;  // items that are reported for every form that meets their condition
  std::size_t database_bytes = 0;      // mapped, shared
  std::size_t databases_compiled = 0;  // the others came from the cache
  std::string cache_problem;           // why the cache folder is not used; empty: it is, or none
                                       // was asked for
  // Why libhs is not used, so that all items are unscannable: a release that misses matches.
  std::string library_problem;
};

struct PrefilterHit {
  std::uint32_t item = 0;
  std::uint32_t form = 0;
};

class PrefilterScratch;

class Prefilter {
 public:
  // Items are known by their index afterwards. Errors: out of memory, a pattern that even
  // approximation refuses is no error (counted in unscannable). A cache folder that cannot be
  // written is no error either.
  [[nodiscard]] static Result<Prefilter> build(std::span<const PrefilterItem> items,
                                               const PrefilterOptions& options);
  Prefilter(Prefilter&&) noexcept;
  Prefilter& operator=(Prefilter&&) noexcept;
  ~Prefilter();

  [[nodiscard]] const PrefilterFigures& figures() const;

  struct State;  // internal/prefilter_state.hpp

 private:
  friend class PrefilterScan;
  explicit Prefilter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Memory that a thread reuses from scan to scan. Serves any number of prefilters; grows to the
// largest.
class PrefilterScratch {
 public:
  PrefilterScratch();
  PrefilterScratch(PrefilterScratch&&) noexcept;
  PrefilterScratch& operator=(PrefilterScratch&&) noexcept;
  ~PrefilterScratch();

  struct State;  // prefilter_scan.cpp

 private:
  friend class PrefilterScan;
  std::unique_ptr<State> state_;
};

// One pass over some forms. add() any number, then run() once, or once for each part; add() again
// continues with new forms.
class PrefilterScan {
 public:
  PrefilterScan(const Prefilter& prefilter, PrefilterScratch& scratch);

  // Returns the form's number, counted from 0 in the order of add(). `bytes` must live until the
  // last run().
  // `present` is bytes_in(bytes).
  std::uint32_t add(std::string_view bytes, const ByteSet& present, ClassMask classes,
                    ChainMask chains);

  // Adds to `hits` each pair of item and form once, in order of item, then form. False: the scan
  // could not be done (out of memory): then every item is to be taken as hit by every form. Only of
  // items of `parts`; a part that ran for the forms added so far adds nothing again.
  [[nodiscard]] bool run(std::vector<PrefilterHit>& hits, PartMask parts = kAllParts);

 private:
  const Prefilter& prefilter_;
  PrefilterScratch& scratch_;
};

}  // namespace yagura::waf
