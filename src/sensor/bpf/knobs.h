#pragma once

/* What user space decides before loading. Built-in types: skeletons drop typedefs. */

#include "sensor/bpf/counters.h"
#include "sensor/bpf/helpers.h"

/* The kernel has the helper that gives structures to be read by plain loads (5.11, 5.15). */
#define ygr_has_task_btf bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)
#define ygr_has_task_regs bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)

/* Process whose own doings are not told: ours. */
const volatile unsigned int ygr_own_pid = 0;
/* Not 0: only tasks in one of these cgroups or below one are told of. */
const volatile unsigned int ygr_is_scoped = 0;
const volatile unsigned long long ygr_scopes[YGR_MAX_SCOPES] = {};
const volatile unsigned int ygr_page_kb = 4;
/* A CPU wakes the consumer after so many bytes. */
const volatile unsigned int ygr_wake_bytes = 65536;
/* rules::EventType of events that no plan names. */
const volatile unsigned short ygr_type_execve = 0;
const volatile unsigned short ygr_type_execveat = 0;
const volatile unsigned short ygr_type_fork = 0;
const volatile unsigned short ygr_type_vfork = 0;
const volatile unsigned short ygr_type_clone = 0;
const volatile unsigned short ygr_type_clone3 = 0;
const volatile unsigned short ygr_type_exit = 0;
/* Numbers of calls that the probe itself must know, of this architecture. */
const volatile int ygr_call_execveat = -1;
const volatile int ygr_call_fork = -1;
const volatile int ygr_call_vfork = -1;
const volatile int ygr_call_clone = -1;
const volatile int ygr_call_clone3 = -1;
