#pragma once

// Plays scenarios in the pods and tells which alerts came of each of their parts.

#include <string>
#include <vector>

#include "fixture/pods.hpp"
#include "runner/alert_log.hpp"
#include "scenario/scenario.hpp"

namespace yagura::sensor::e2e {

inline constexpr std::string_view kMarkPrefix = "/yagura-mark-";

struct Part {
  std::string container_id;  // "": the host
  std::string pod;           // its name; "": the host
  std::vector<SeenAlert> alerts;

  // The alerts of a rule about the container (or the host) where this part played.
  [[nodiscard]] std::vector<SeenAlert> of(std::string_view rule) const;
};

struct Outcome {
  Part benign;
  Part action;
  std::string problem;  // why it could not be played; "": it was
  std::string output;   // what steps printed, where they ran as one script
};

class Stage {
 public:
  // Both outlive the stage.
  Stage(Pods& pods, AlertLog& log) : pods_(pods), log_(log) {}

  [[nodiscard]] Outcome play(const Scenario& scenario);
  // Steps that are nobody's twin: all alerts of `action`.
  [[nodiscard]] Outcome play_steps(Place place, const Steps& setup, const Steps& action);

 private:
  [[nodiscard]] Outcome play_in_one_place(const Scenario& scenario);
  [[nodiscard]] Outcome play_in_two_places(const Scenario& scenario);
  [[nodiscard]] Outcome play_direct(const Scenario& scenario);
  [[nodiscard]] Outcome play_starts(const Scenario& scenario);

  [[nodiscard]] std::string next_mark();
  [[nodiscard]] Part make_part(Place place) const;
  [[nodiscard]] const RunningPod& pod_of(Place place) const;
  // All return what went wrong, "" if nothing.
  [[nodiscard]] std::string run_script(Place place, const std::vector<std::string>& words,
                                       std::string* output = nullptr);
  [[nodiscard]] std::string run_direct(Place place, const std::string& step);
  [[nodiscard]] std::string run_in_terminal_of(Place place, const std::string& step);
  [[nodiscard]] std::string set_mark(const std::string& mark);
  [[nodiscard]] std::string start(StartVariant variant, const std::string& mark, Part& part);
  [[nodiscard]] std::string wait(const std::string& mark);

  Pods& pods_;
  AlertLog& log_;
  int marks_ = 0;
  int starts_ = 0;
};

}  // namespace yagura::sensor::e2e
