#include "sensor/probe/call_plans.hpp"

#include <algorithm>
#include <cstring>

#include "sensor/probe/call_numbers.hpp"

namespace yagura::sensor {

namespace {

constexpr ygr_u8 kResult = YGR_FROM_RESULT;
constexpr ygr_u8 kFirstOfBlob = YGR_FROM_BLOB;
constexpr ygr_u8 kCwd = YGR_FROM_CWD;

struct NamedPlan {
  std::string_view event;
  ygr_call_plan plan;
};

constexpr NamedPlan kPlans[] = {
#include "sensor/probe/call_plans.inc"
};

constexpr std::string_view kDnsCalls[] = {"recvfrom", "recvmmsg", "recvmsg",
                                          "sendmmsg", "sendmsg",  "sendto"};

ygr_call_plan plan_of_event(std::string_view event) {
  const auto* found = std::ranges::find(kPlans, event, &NamedPlan::event);
  ygr_call_plan plan = found == std::end(kPlans) ? ygr_call_plan{} : found->plan;
  if (plan.when == 0) plan.when = YGR_WHEN_ANY;
  return plan;
}

// What bpf/calls.h has a short way for.
bool is_plain_open(const ygr_call_plan& plan) {
  ygr_call_plan rest = plan;
  rest.type = 0;
  rest.when = 0;
  rest.flags &= static_cast<ygr_u8>(~YGR_PLAN_NOT_READ_ONLY);
  rest.text[0] = rest.directory[0] = rest.descriptor = rest.open_flags = 0;
  rest.data_max = 0;
  const ygr_call_plan nothing{};
  return plan.text[0] != 0 && plan.descriptor == kResult &&
         std::memcmp(&rest, &nothing, sizeof(rest)) == 0;
}

class Planner {
 public:
  explicit Planner(const CallPlanOptions& options) : options_(options) {}

  // A plan of zeros where nobody wants the call.
  [[nodiscard]] ygr_call_plan plan(std::string_view call) const {
    const std::string_view event = event_name_of_call(call);
    const auto type = rules::find_event_type(event);
    if (!type) return {};
    ygr_call_plan plan = plan_of_event(event);
    plan.type = *type;
    plan.data_max = std::min<std::uint16_t>(options_.data_bytes, YGR_MAX_DATA);
    if (options_.opens == OpenInterest::kNotReadOnly && plan.open_flags != 0) {
      plan.flags |= YGR_PLAN_NOT_READ_ONLY;
    }
    plan.shape = is_plain_open(plan) ? YGR_SHAPE_OPEN : YGR_SHAPE_ANY;
    const bool is_for_others = add_other_readers(event, plan);
    if (is_wanted(*type)) return plan;
    if (!is_for_others) return {};
    plan.flags &= YGR_PLAN_DNS | YGR_PLAN_EXECUTABLE_MAP;
    plan.flags |= YGR_PLAN_NO_EVENT;
    plan.when = YGR_WHEN_SUCCESS;
    return plan;
  }

 private:
  [[nodiscard]] bool is_wanted(rules::EventType type) const {
    return options_.event_types.empty() ||
           std::ranges::find(options_.event_types, type) != options_.event_types.end();
  }

  // Whether the call also serves YGR_DNS or YGR_LIBRARY.
  [[nodiscard]] bool add_other_readers(std::string_view event, ygr_call_plan& plan) const {
    if (options_.tells_dns && std::ranges::find(kDnsCalls, event) != std::end(kDnsCalls)) {
      plan.flags |= YGR_PLAN_DNS;
      return true;
    }
    if (options_.tells_libraries && (event == "mmap" || event == "mmap2")) {
      plan.flags |= YGR_PLAN_EXECUTABLE_MAP;
      return true;
    }
    return false;
  }

  const CallPlanOptions& options_;
};

// 32-bit structures are laid out otherwise, and a few old calls take one pointer to all arguments.
ygr_call_plan without_structures(std::string_view call, ygr_call_plan plan) {
  if (plan.data_kind != YGR_DATA_BUFFER) plan.data = 0;
  if (call == "mmap" || call == "select" || call == "ipc" || call == "socketcall") {
    return {.type = plan.type, .when = plan.when};
  }
  return plan;
}

}  // namespace

CallPlanTable make_call_plans(const CallPlanOptions& options) {
  CallPlanTable table{};
  const Planner planner(options);
  for (const CallNumber& call : native_calls()) {
    if (call.number < YGR_CALLS) table[call.number] = planner.plan(call.name);
  }
  for (const CallNumber& call : compat_calls()) {
    if (call.number >= YGR_COMPAT_CALLS) continue;
    const ygr_call_plan plan = planner.plan(call.name);
    if (plan.when != 0) table[YGR_CALLS + call.number] = without_structures(call.name, plan);
  }
  return table;
}

bool has_plans(const CallPlanTable& table) {
  return std::ranges::any_of(table, [](const ygr_call_plan& plan) { return plan.when != 0; });
}

}  // namespace yagura::sensor
