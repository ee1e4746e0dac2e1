#pragma once

// The kernel programs' judgement, in user space: for fanotify, and to test one by the other.

#include <cstdint>
#include <optional>
#include <string_view>

#include "sensor/enforce/compile/group.hpp"

namespace yagura::sensor::enforce {

struct Judgement {
  Mode mode = Mode::kObserve;
  std::uint32_t policy = 0;
  std::uint32_t rule = 0;
  friend bool operator==(const Judgement&, const Judgement&) = default;
};

// Nothing where the group does not deny it. `path` is absolute and resolved; `hash` is that of the
// file's content, where an executable is judged and it is known.
[[nodiscard]] std::optional<Judgement> judge_path(const Group& group, std::uint64_t seed,
                                                  ygr_operation operation, std::string_view path,
                                                  const Sha256* hash = nullptr);
[[nodiscard]] std::optional<Judgement> judge_number(const Group& group, ygr_operation operation,
                                                    std::uint64_t subject);
// `address` as in Cidr; `protocol` as IPPROTO_….
[[nodiscard]] std::optional<Judgement> judge_network(const Group& group, ygr_operation operation,
                                                     const std::array<std::uint8_t, 16>& address,
                                                     std::uint16_t protocol, std::uint16_t port);

}  // namespace yagura::sensor::enforce
