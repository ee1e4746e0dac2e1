#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/config/build_step.hpp"
#include "image/source/image_config.hpp"
#include "model/finding.hpp"

namespace yagura::image {

class SecretScanner;

// What is judged: an image's configuration with its history, or a Dockerfile.
struct ConfigSubject {
  std::shared_ptr<const model::Resource> resource;
  const std::vector<BuildStep>* steps = nullptr;
  const RunConfig* run = nullptr;  // null: a Dockerfile; its last stage is judged instead
  std::string created;             // RFC 3339; empty: unknown
  std::chrono::system_clock::time_point now;
  bool is_dockerfile = false;
};

// All controls, whether they apply to the subject or not: CIS Docker Benchmark 1.6, section 4, and
// what goes wrong beside it.
[[nodiscard]] std::vector<std::shared_ptr<const model::Control>> config_controls();

// Findings of what is wrong. Secrets in ENV, ARG and steps are found by the scanner where one is
// given; their values never appear in a message. Linear.
[[nodiscard]] std::vector<model::Finding> check_config(const ConfigSubject& subject,
                                                       const SecretScanner* secrets);

}  // namespace yagura::image
