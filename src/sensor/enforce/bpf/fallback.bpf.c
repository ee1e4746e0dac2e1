/*
 * Tier B, for kernels that load no LSM programs: programs of control groups refuse connections with
 * EPERM; what else a policy denies ends with SIGKILL, when the call may have had its effect. With
 * ygr_detect_only it is tier C: everything is told, nothing refused.
 */

#define YGR_TIER (ygr_detect_only ? 'C' : 'B')

const volatile unsigned int ygr_detect_only = 0;

#include "sensor/enforce/bpf/fallback_calls.h"
#include "sensor/enforce/bpf/fallback_network.h"
#include "sensor/enforce/bpf/packets.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
