#pragma once

namespace yagura::rules {

// Which members an alert's JSON has: falco.yaml's json_include_…_property, with its defaults. The
// others are always there.
struct JsonMembers {
  bool output = true;
  bool message = false;  // the output without time and priority
  bool output_fields = true;
  bool tags = true;
};

}  // namespace yagura::rules
