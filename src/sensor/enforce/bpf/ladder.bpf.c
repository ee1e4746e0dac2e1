/* The least that tells what a kernel takes: each program notes that it was called. */

#include "sensor/enforce/bpf/kernel.h"

const volatile unsigned int ygr_asking_pid = 0;
unsigned int ygr_lsm_ran = 0;
unsigned int ygr_tracepoint_ran = 0;

YGR_INLINE int ygr_is_asking(void) { return (bpf_get_current_pid_tgid() >> 32) == ygr_asking_pid; }

SEC("lsm/file_open")
int BPF_PROG(ladder_lsm, struct file* file) {
  if (ygr_is_asking()) ygr_lsm_ran = 1;
  return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(ladder_tracepoint, struct pt_regs* regs, long number) {
  if (ygr_is_asking()) ygr_tracepoint_ran = 1;
  return 0;
}

SEC("cgroup/connect4")
int ladder_connect4(struct bpf_sock_addr* context) { return 1; }

char LICENSE[] SEC("license") = "Dual BSD/GPL";
