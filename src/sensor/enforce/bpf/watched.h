#pragma once

/*
 * Which watch lists hold an address: a search in the words that tables.h describes, which takes 8
 * bytes an address where tries of the kernel take a hundred. Where the search stands lives in the
 * slot, so that the verifier finds every turn like the one before.
 */

#include "sensor/enforce/bpf/judge.h"

enum {
  YGR_AF_UNSPEC = 0,
  YGR_AF_INET = 2,
  YGR_AF_INET6 = 10,
  YGR_TCP = 6,
  YGR_UDP = 17,
  YGR_SCTP = 132
};

enum { YGR_SEARCH_TURNS = 27 }; /* enough for YGR_MAX_POINTS */

YGR_INLINE ygr_u32 ygr_watched_word(void* lines, ygr_u32 at) {
  ygr_u32 line_at = at / YGR_LINE_WORDS;
  struct ygr_watched_line* line = bpf_map_lookup_elem(lines, &line_at);
  return line ? line->word[at & (YGR_LINE_WORDS - 1)] : 0;
}

/* Of 16 bits each. */
YGR_INLINE ygr_u32 ygr_watched_half(void* lines, ygr_u32 at, ygr_u32 index) {
  ygr_u32 word = ygr_watched_word(lines, at + index / 2);
  return (index & 1) != 0 ? word >> 16 : word & 0xffff;
}

/* Whether the point is not behind the address. */
YGR_INLINE int ygr_is_at_or_before(void* lines, ygr_u32 at, const ygr_u32* wanted, int words) {
  ygr_u32 line_at = at / YGR_LINE_WORDS;
  struct ygr_watched_line* line = bpf_map_lookup_elem(lines, &line_at);
  if (!line) return 0;
  if (words == 1) return line->word[at & (YGR_LINE_WORDS - 1)] <= wanted[0];
  at &= YGR_LINE_WORDS - 4;
  if (line->word[at] != wanted[0]) return line->word[at] < wanted[0];
  if (line->word[at + 1] != wanted[1]) return line->word[at + 1] < wanted[1];
  if (line->word[at + 2] != wanted[2]) return line->word[at + 2] < wanted[2];
  return line->word[at + 3] <= wanted[3];
}

/* How many points are not behind the address: slot->low. */
YGR_INLINE void ygr_search(struct ygr_slot* slot, void* lines, ygr_u32 points_at, const int words) {
  for (int turn = 0; turn < YGR_SEARCH_TURNS; ++turn) {
    ygr_u32 middle;
    if (slot->low >= slot->high) return;
    middle = (slot->low + slot->high) / 2;
    if (ygr_is_at_or_before(lines, points_at + middle * words, slot->wanted, words)) {
      slot->low = middle + 1;
    } else {
      slot->high = middle;
    }
  }
}

/* Class of the address in slot->wanted; 0: it is in no list. */
YGR_INLINE ygr_u32 ygr_watched_class(struct ygr_slot* slot, void* lines,
                                     const struct ygr_watched_head* head, ygr_u32 family) {
  ygr_u32 classes_at;
  if (family == YGR_AF_INET) {
    ygr_u32 bucket = slot->wanted[0] >> (head->v4_shift & 31);
    slot->low = ygr_watched_word(lines, head->v4_buckets_at + bucket);
    slot->high = ygr_watched_word(lines, head->v4_buckets_at + bucket + 1);
    ygr_search(slot, lines, head->v4_points_at, 1);
    classes_at = head->v4_classes_at;
  } else {
    slot->low = 0;
    slot->high = head->v6_points;
    ygr_search(slot, lines, head->v6_points_at, 4);
    classes_at = head->v6_classes_at;
  }
  return slot->low == 0 ? 0 : ygr_watched_half(lines, classes_at, slot->low - 1);
}

/* Adds what rules say of the lists that hold slot->wanted. */
YGR_CHECKED int ygr_ask_lists(ygr_u32 index, ygr_u32 family) {
  struct ygr_slot* slot = bpf_map_lookup_elem(&slots, &index);
  ygr_u32 zero = 0;
  void* lines = bpf_map_lookup_elem(&watched, &zero);
  struct ygr_watched_head* head;
  struct ygr_watched_line* listed;
  ygr_u32 class_line;
  if (!slot || !lines) return 0;
  head = bpf_map_lookup_elem(lines, &zero);
  if (!head) return 0;
  class_line = ygr_watched_class(slot, lines, head, family);
  if (class_line == 0) return 0;
  class_line += head->classes_at / YGR_LINE_WORDS;
  listed = bpf_map_lookup_elem(lines, &class_line);
  if (!listed) return 0;
  for (ygr_u32 i = 0; i < YGR_MAX_LISTS_OF_ADDRESS; ++i) {
    if (listed->word[i] == 0) break;
    ygr_ask(slot, listed->word[i], YGR_MATCH_LISTED);
  }
  return 0;
}
