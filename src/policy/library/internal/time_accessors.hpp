#pragma once

// Parts of timestamps, in UTC or a time zone, and of durations.

#include "policy/library/internal/arguments.hpp"

namespace yagura::policy {

[[nodiscard]] Value get_full_year(EvalContext& context, Arguments args);
[[nodiscard]] Value get_month(EvalContext& context, Arguments args);         // from 0
[[nodiscard]] Value get_day_of_year(EvalContext& context, Arguments args);   // from 0
[[nodiscard]] Value get_day_of_month(EvalContext& context, Arguments args);  // from 0
[[nodiscard]] Value get_date(EvalContext& context, Arguments args);          // from 1
[[nodiscard]] Value get_day_of_week(EvalContext& context, Arguments args);   // from 0: Sunday
[[nodiscard]] Value get_hours(EvalContext& context, Arguments args);
[[nodiscard]] Value get_minutes(EvalContext& context, Arguments args);
[[nodiscard]] Value get_seconds(EvalContext& context, Arguments args);
[[nodiscard]] Value get_milliseconds(EvalContext& context, Arguments args);

}  // namespace yagura::policy
