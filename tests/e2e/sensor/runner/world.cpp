#include "runner/world.hpp"

#include <algorithm>

namespace yagura::sensor::e2e {

World& World::get() {
  // GoogleTest owns and deletes it.
  static auto* world =
      static_cast<World*>(testing::AddGlobalTestEnvironment(std::make_unique<World>().release()));
  return *world;
}

namespace {
// Known to GoogleTest before its main begins.
[[maybe_unused]] const World& kRegistered = World::get();
}  // namespace

void World::give_up(const Error& error, const char* what, std::initializer_list<ErrorCode> absent) {
  missing_ = std::string("skipped: ") + what + ": " + error.message;
  if (std::ranges::find(absent, error.code) == absent.end()) FAIL() << missing_;
}

void World::SetUp() {
  const std::vector<std::filesystem::path> rules = published_rules();
  if (rules.empty()) {
    missing_ = "skipped: no corpora";
    return;
  }
  auto pods = Pods::start({.actor = YAGURA_ACTOR, .busybox = "/bin/busybox"});
  if (!pods) return give_up(pods.error(), "no containers here", {ErrorCode::kNotFound});
  pods_ = std::move(*pods);
  auto sensor = SensorRun::start(*pods_, rules);
  if (!sensor)
    return give_up(sensor.error(), "no sensor here", {ErrorCode::kUnsupported, ErrorCode::kIo});
  sensor_ = std::move(*sensor);
  if (const auto started = pods_->start_pods(); !started) {
    return give_up(started.error(), "no pods here", {});
  }
  stage_ = std::make_unique<Stage>(*pods_, sensor_->log());
}

void World::TearDown() {
  stage_.reset();
  sensor_.reset();
  pods_.reset();
}

}  // namespace yagura::sensor::e2e
