// Any bytes as a Dockerfile and as a step of history: lines are the text's, steps are in order, and
// judging them twice gives the same findings.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "image/config/config_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const auto steps = image::read_dockerfile("Dockerfile", text, diagnostics);
  std::uint32_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  std::uint32_t last = 0;
  for (const auto& step : steps) {
    if (step.line <= last || step.line > lines) std::abort();
    last = step.line;
  }
  const image::ConfigSubject subject{.steps = &steps, .is_dockerfile = true};
  const auto first = image::check_config(subject, nullptr);
  if (first.size() != image::check_config(subject, nullptr).size()) std::abort();
  const auto history = image::read_history({{.created_by = std::string(text)}});
  if (history.size() > 1) std::abort();
  (void)image::check_config({.steps = &history}, nullptr);
  return 0;
}
