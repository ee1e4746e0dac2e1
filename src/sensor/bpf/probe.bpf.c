/*
 * The programs that watch. One object for all kernels from 5.8 on that have BTF, x86-64 and arm64.
 * Each header has one idea; see README.md.
 */

#include "sensor/bpf/calls.h"
#include "sensor/bpf/cgroups.h"
#include "sensor/bpf/kernel_types.h"
#include "sensor/bpf/processes.h"
#include "sensor/bpf/uring.h"

/* bpf_probe_read_kernel and others are for programs under the GPL only. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
