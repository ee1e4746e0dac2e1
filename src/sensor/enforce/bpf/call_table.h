#pragma once

/* What tier B does at which system call; user space fills the table by the machine's numbers. C and
 * C++. */

#include "sensor/record/record.h"

enum { YGR_CALL_NUMBERS = 512 };

enum ygr_call_kind {
  YGR_CALL_NOT_JUDGED = 0,
  YGR_CALL_WHOLE = 1,      /* the operation, whatever the arguments */
  YGR_CALL_NUMBER = 2,     /* subject is argument `first` */
  YGR_CALL_NAMESPACES = 3, /* CLONE_NEW… in argument `first` */
  YGR_CALL_MEMORY = 4,     /* PROT_… in argument `first` */
  YGR_CALL_PATH = 5,       /* directory in `first` (0xff: none), path in `second` */
  YGR_CALL_TWO_PATHS = 6,  /* the same, and `third`, `fourth` */
  YGR_CALL_OPENED = 7,     /* judged when it has ended: its result is a descriptor */
  YGR_CALL_SOCKET = 8,     /* family and type */
  YGR_CALL_SETNS = 9,      /* the same in argument `first`, where 0 is any */
};

enum { YGR_NO_DIRECTORY = 0xff };

struct ygr_judged_call {
  ygr_u8 kind;
  ygr_u8 first, second, third, fourth;
  ygr_u8 operation;
  ygr_u16 reserved;
};
YGR_ASSERT_SIZE(ygr_judged_call, 8);
