#pragma once

/* libbpf's headers, which want the kernel's before them. */

/* clang-format off */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
/* clang-format on */

#define YGR_INLINE static __always_inline
