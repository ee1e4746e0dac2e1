#pragma once

/* What all enforcing programs need of libbpf, of the kernel and of C. */

#include <bpf/bpf_endian.h>

#include "sensor/bpf/helpers.h"
#include "sensor/bpf/kernel_types.h"

#define YGR_NOINLINE static __attribute__((noinline))
/* Verified once by itself, whatever calls it and how often. */
#define YGR_CHECKED __attribute__((noinline))

enum { YGR_EPERM = 1, YGR_OVERLAY_MAGIC = 0x794c7630 };
