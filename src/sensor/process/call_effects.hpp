#pragma once

// What successful calls change in their process beyond what sections of the record say outright.

#include <cstdint>
#include <vector>

#include "sensor/event/process.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

enum class CallEffect : std::uint8_t {
  kNone,
  kDirectory,     // chdir, fchdir
  kComm,          // prctl(PR_SET_NAME)
  kSession,       // setsid
  kProcessGroup,  // setpgid
  kDuplicate,     // dup, dup2, dup3
};

// By type of event; looked up once.
class CallEffects {
 public:
  CallEffects();
  [[nodiscard]] CallEffect of(std::uint16_t type) const {
    return type < by_type_.size() ? by_type_[type] : CallEffect::kNone;
  }

 private:
  std::vector<CallEffect> by_type_;
};

struct EffectResult {
  bool is_changed = false;  // something that rules can ask for
  bool is_seen_by_children = false;
};

// Precondition: the call succeeded. `next_number` gives numbers to images; it is counted up where
// one is used.
EffectResult apply_call(CallEffect effect, Process& process, const RecordView& record,
                        std::uint64_t& next_number);

}  // namespace yagura::sensor
