/*
 * Tier A: refuses with EPERM before the effect. Each hook is a program of its own, which user space
 * leaves out where the kernel has no such hook. Needs BPF LSM and bpf_loop (5.17). The licence is
 * one that the kernel's helpers ask for.
 */

#define YGR_TIER 'A'

#include "sensor/enforce/bpf/lsm_files.h"
#include "sensor/enforce/bpf/lsm_network.h"
#include "sensor/enforce/bpf/lsm_privileges.h"
#include "sensor/enforce/bpf/packets.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
