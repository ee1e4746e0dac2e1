#pragma once

// Pods and sensor, started once a program, at the first case that needs them, and ended with it.

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>

#include "fixture/pods.hpp"
#include "runner/sensor_run.hpp"
#include "runner/stage.hpp"

namespace yagura::sensor::e2e {

class World : public testing::Environment {
 public:
  // The one of this program.
  static World& get();

  void SetUp() override;
  void TearDown() override;

  // Why nothing can be played here: something is missing, and cases are skipped; "" nothing is.
  [[nodiscard]] const std::string& missing() const { return missing_; }
  [[nodiscard]] Stage& stage() { return *stage_; }
  [[nodiscard]] SensorRun& sensor() { return *sensor_; }
  [[nodiscard]] Pods& pods() { return *pods_; }

 private:
  // Errors of the kinds that say "not on this machine" become missing_, others fail the program.
  void give_up(const Error& error, const char* what, std::initializer_list<ErrorCode> absent);

  std::unique_ptr<Pods> pods_;
  std::unique_ptr<SensorRun> sensor_;
  std::unique_ptr<Stage> stage_;
  std::string missing_;
};

#define YAGURA_NEEDS_WORLD() \
  if (const std::string& why = World::get().missing(); !why.empty()) GTEST_SKIP() << why

}  // namespace yagura::sensor::e2e
