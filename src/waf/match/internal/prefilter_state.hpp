#pragma once

// What a Prefilter is made of, read by PrefilterScan.

#include <atomic>

#include "waf/match/internal/database.hpp"
#include "waf/match/internal/scan_plan.hpp"
#include "waf/match/prefilter.hpp"

namespace yagura::waf {

// The part of an item that a form is held against.
struct ItemFilter {
  ClassMask classes = 0;
  ChainMask chains = 0;
  ByteCondition condition;
  std::uint8_t part = 0;

  [[nodiscard]] bool admits(ClassMask form_classes, ChainMask form_chains, const ByteSet& present,
                            std::size_t length) const {
    return (classes & form_classes) != 0 && (chains & form_chains) != 0 &&
           condition.may_match(present, length);
  }
};

struct ScanGroup {
  internal::Database database;
  std::vector<std::uint32_t> items;  // a report's id -> item
  ByteSet gate;
  std::uint8_t part = 0;
  ClassMask classes = 0;
  ChainMask chains = 0;
};

struct ScanAlphabet {
  ByteSet bytes;
  std::vector<internal::DirectItem> direct;
  std::uint32_t first_group = 0, end_group = 0;  // in Prefilter::State::groups
};

struct Prefilter::State {
  std::vector<ItemFilter> items;
  std::vector<ScanAlphabet> alphabets;
  std::vector<ScanGroup> groups;
  std::vector<std::uint32_t> match_empty;
  PrefilterFigures figures;
  // Its address is the prefilter's, and it tells threads that have learnt of it when it is gone.
  std::shared_ptr<const int> token = std::make_shared<const int>();
};

}  // namespace yagura::waf
