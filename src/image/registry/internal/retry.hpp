#pragma once

#include <chrono>
#include <optional>

#include "core/result.hpp"
#include "image/registry/http_session.hpp"
#include "image/registry/registry_options.hpp"

namespace yagura::image::internal {

// How long to wait before the request is tried again; nothing: the answer is final, or `attempt`
// (from 1) was the last. An error where the host wants a longer pause than we take.
[[nodiscard]] Result<std::optional<std::chrono::milliseconds>> pause_before_retry(
    const Result<HttpAnswer>& answer, int attempt, const RegistryOptions& options);

// first_backoff, doubled with each attempt, a random half of it taken away so that many clients
// don't come back at once.
[[nodiscard]] std::chrono::milliseconds backoff(int attempt, const RegistryOptions& options);

void wait_for(std::chrono::milliseconds time, const RegistryOptions& options, HttpSession& session);

}  // namespace yagura::image::internal
