#pragma once

/* Counters of the kernel programs, one structure a CPU. Read by C (BPF) and C++. */

#include "sensor/record/record.h"

enum { YGR_RING_EVENTS = 0, YGR_RING_VITAL = 1, YGR_RINGS = 2 };

/* Cgroups that a probe can be confined to. */
enum { YGR_MAX_SCOPES = 4 };

struct ygr_cpu_counts {
  ygr_u64 sequence[YGR_RINGS];  /* of the last record that was made, sent or lost */
  ygr_u64 ring_full[YGR_RINGS]; /* lost: the ring had no room */
  ygr_u64 sections_lost;        /* sections that did not fit into a record */
  ygr_u64 unreadable;           /* sections whose memory could not be read */
  ygr_u64 unwoken[YGR_RINGS];   /* bytes since the consumer was woken by this CPU */
};
