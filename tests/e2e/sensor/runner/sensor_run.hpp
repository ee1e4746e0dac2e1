#pragma once

// The sensor in this process, as the agent puts it together: probe, pipeline, resolver, detector;
// it sees one cgroup and what is below it.

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "fixture/pods.hpp"
#include "runner/alert_log.hpp"
#include "runner/published_rules.hpp"

namespace yagura::sensor::e2e {

class SensorRun {
 public:
  // It sees everything in the pods' cgroup from here on. Errors: kUnsupported and kIo where the
  // kernel or the rights do not allow it; kInvalidInput with all problems of the rules.
  [[nodiscard]] static Result<std::unique_ptr<SensorRun>> start(
      Pods& pods, const std::vector<std::filesystem::path>& rules);
  // Ends its thread.
  ~SensorRun();
  SensorRun(const SensorRun&) = delete;
  SensorRun& operator=(const SensorRun&) = delete;

  [[nodiscard]] AlertLog& log() { return log_; }
  // Records lost so far, for whatever cause.
  [[nodiscard]] std::uint64_t lost() const;

 private:
  struct Parts;
  SensorRun();
  void run();

  AlertLog log_;
  std::unique_ptr<Parts> parts_;
  std::atomic<bool> is_ending_ = false;
  std::jthread thread_;
};

}  // namespace yagura::sensor::e2e
