#pragma once

/* What to tell of an operation of io_uring, by its number. Read by C (BPF) and C++. */

#include "sensor/record/record.h"

enum { YGR_URING_OPERATIONS = 128 };

/* ygr_uring_plan.object: what it works on, known when it completes */
enum {
  YGR_URING_NOTHING = 0,
  YGR_URING_RESULT = 1,       /* the descriptor that is its result */
  YGR_URING_REQUEST_FILE = 2, /* the file that it was submitted for */
};

/* ygr_uring_plan.names: which structure holds them, known when it is submitted */
enum {
  YGR_URING_NO_NAMES = 0,
  YGR_URING_OPEN = 1,
  YGR_URING_UNLINK = 2,
  YGR_URING_MKDIR = 3,
  YGR_URING_RENAME = 4,
  YGR_URING_LINK = 5,
  YGR_URING_SYMLINK = 6,
};

struct ygr_uring_plan {
  ygr_u16 type; /* rules::EventType; 0: nobody wants it */
  ygr_u8 object;
  ygr_u8 names;
  ygr_u8 is_server; /* the result is a socket that was accepted */
  ygr_u8 reserved[3];
};
YGR_ASSERT_SIZE(ygr_uring_plan, 8);
