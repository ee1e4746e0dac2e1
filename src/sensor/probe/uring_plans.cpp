#include "sensor/probe/uring_plans.hpp"

#include <algorithm>
#include <string_view>

namespace yagura::sensor {

namespace {

struct Operation {
  unsigned number;  // IORING_OP_…; part of the kernel's interface, and older headers lack some
  std::string_view event;
  ygr_u8 object;
  ygr_u8 names;
  ygr_u8 is_server = 0;
};

constexpr Operation kOperations[] = {
    {13, "accept4", YGR_URING_RESULT, YGR_URING_NO_NAMES, 1},
    {16, "connect", YGR_URING_REQUEST_FILE, YGR_URING_NO_NAMES},
    {18, "openat", YGR_URING_RESULT, YGR_URING_OPEN},
    {28, "openat2", YGR_URING_RESULT, YGR_URING_OPEN},
    {35, "renameat2", YGR_URING_NOTHING, YGR_URING_RENAME},
    {36, "unlinkat", YGR_URING_NOTHING, YGR_URING_UNLINK},
    {37, "mkdirat", YGR_URING_NOTHING, YGR_URING_MKDIR},
    {38, "symlinkat", YGR_URING_NOTHING, YGR_URING_SYMLINK},
    {39, "linkat", YGR_URING_NOTHING, YGR_URING_LINK},
    {45, "socket", YGR_URING_RESULT, YGR_URING_NO_NAMES},
    {57, "listen", YGR_URING_REQUEST_FILE, YGR_URING_NO_NAMES},
};

}  // namespace

UringPlanTable make_uring_plans(std::span<const rules::EventType> event_types) {
  UringPlanTable table{};
  for (const Operation& operation : kOperations) {
    const auto type = rules::find_event_type(operation.event);
    if (!type || std::ranges::find(event_types, *type) == event_types.end()) continue;
    table[operation.number] = {.type = *type,
                               .object = operation.object,
                               .names = operation.names,
                               .is_server = operation.is_server,
                               .reserved = {}};
  }
  return table;
}

}  // namespace yagura::sensor
