#pragma once

/*
 * Paths in tables stand as 64-bit numbers: each name is hashed, and a path's number is made of its
 * parent's and its last name's. So the number of every directory above comes for free while a path
 * is gone through, and length does not matter. The seed is drawn at random when the tables are made
 * and known to root alone: nobody outside can look for names that collide. C (BPF) and C++.
 */

#include "sensor/record/record.h"

/* One step of a name's hash, which begins with the seed: 8 bytes, the last padded with zeros. */
static inline __attribute__((always_inline)) ygr_u64 ygr_hash_word(ygr_u64 hash, ygr_u64 word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

/* Of the last word's hash, the length of the name in bytes. */
static inline __attribute__((always_inline)) ygr_u64 ygr_hash_end(ygr_u64 hash, ygr_u64 length) {
  return hash ^ (length * 0xff51afd7ed558ccdULL);
}

/* The number of a path from its parent's; the root's is the seed. */
static inline __attribute__((always_inline)) ygr_u64 ygr_hash_path(ygr_u64 parent, ygr_u64 name) {
  ygr_u64 hash = (parent ^ name) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 32);
}
