#pragma once

/*
 * What to read when a system call ends. User space fills a table of these, by the number of the
 * call; a plan of zeros means that nobody wants the call. Read by C (BPF) and C++.
 */

#include "sensor/record/record.h"

enum {
  YGR_CALLS = 512,        /* numbers of calls that a table holds; beyond them nothing is planned */
  YGR_COMPAT_CALLS = 512, /* those of 32-bit calls stand behind them */
};

/* ygr_call_plan.when */
enum {
  YGR_WHEN_SUCCESS = 1, /* result >= 0 */
  YGR_WHEN_FAILURE = 2,
  YGR_WHEN_ANY = 3,
};

/* A value of a plan's field: 0 nothing; 1 … 6 that argument; others as follows. */
enum {
  YGR_FROM_RESULT = 7,
  YGR_FROM_BLOB = 8,     /* descriptor: the first int of the blob (pipe, socketpair) */
  YGR_FROM_CWD = 9,      /* directory: the working directory */
  YGR_FROM_POINTER = 16, /* length: added to an argument that points to an int with it */
};

/* ygr_call_plan.flags */
enum {
  YGR_PLAN_CREDENTIALS = 1, /* YGR_S_CREDENTIALS after the call */
  YGR_PLAN_TASK = 2,        /* YGR_S_TASK: memory sizes */
  YGR_PLAN_SERVER = 4,      /* the socket is a server's (accept) */
  YGR_PLAN_DNS = 8,         /* UDP messages with port 53: also as YGR_DNS */
  YGR_PLAN_NOT_READ_ONLY =
      16, /* drop opens that can't change anything: flags are argument open_flags */
  YGR_PLAN_EXECUTABLE_MAP = 32, /* mmap: as YGR_LIBRARY if executable and of a file */
  YGR_PLAN_CWD = 64,            /* YGR_S_CWD after the call (chdir) */
  YGR_PLAN_NO_EVENT = 128,      /* nobody wants the call itself: only YGR_DNS, YGR_LIBRARY */
};

/* ygr_call_plan.data_kind */
enum {
  YGR_DATA_BUFFER = 0,
  YGR_DATA_VECTOR = 1,   /* data is an iovec array, data_count its number of elements */
  YGR_DATA_MESSAGE = 2,  /* data is a msghdr: also the address */
  YGR_DATA_MESSAGES = 3, /* an array of mmsghdr: the first one */
};

/* What a plan is as a whole. */
enum ygr_shape {
  YGR_SHAPE_ANY = 0,
  YGR_SHAPE_OPEN =
      1, /* text[0] with its directory, and the descriptor that is the result; no more */
};

struct ygr_call_plan {
  ygr_u16 type; /* rules::EventType */
  ygr_u8 when;
  ygr_u8 flags;
  ygr_u8 text[3];          /* arguments that are text: YGR_S_PATH0 … 2 */
  ygr_u8 directory[2];     /* what PATH0 and PATH1 are relative to */
  ygr_u8 descriptor;       /* YGR_S_FD with path or socket */
  ygr_u8 other_descriptor; /* YGR_S_OTHER_FD */
  ygr_u8 address;          /* YGR_S_ADDRESS */
  ygr_u8 address_length;
  ygr_u8 data; /* YGR_S_DATA */
  ygr_u8 data_kind;
  ygr_u8 data_length; /* of a buffer; if YGR_FROM_RESULT and the call failed: none */
  ygr_u8 data_count;  /* of a vector */
  ygr_u8 blob;        /* YGR_S_BLOB */
  ygr_u8 blob_count;  /* argument that multiplies blob_size; 0: once */
  ygr_u8 open_flags;
  ygr_u16 blob_size;    /* bytes; at most YGR_MAX_BLOB are read */
  ygr_u16 data_max;     /* at most YGR_MAX_DATA */
  ygr_u16 data_size;    /* fixed size of data where data_length is 0 */
  ygr_u8 text_if;       /* not 0: texts are read only if the low half of that argument … */
  ygr_u8 text_if_value; /* … is this number */
  ygr_u8 shape;         /* enum ygr_shape */
  ygr_u8 reserved[3];
};
YGR_ASSERT_SIZE(ygr_call_plan, 32);

enum { YGR_MAX_BLOB = 256 };
