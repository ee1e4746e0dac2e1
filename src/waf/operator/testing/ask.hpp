#pragma once

// One question to one operator, for tables.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "waf/operator/operator.hpp"

namespace yagura::waf::testing {

inline std::unique_ptr<const Operator> make(std::string_view name, std::string_view argument,
                                            const OperatorEnvironment& environment = {}) {
  auto made = make_operator(name, argument, environment);
  EXPECT_TRUE(made.has_value()) << name << ": " << (made ? "" : made.error().message);
  return made ? *std::move(made) : nullptr;
}

struct Answer {
  OperatorResult result = OperatorResult::kNotEvaluated;
  std::string matched;
  std::vector<std::string> captures;

  [[nodiscard]] bool is_match() const { return result == OperatorResult::kMatch; }
};

inline Answer ask(const Operator& op, std::string_view value, std::string_view argument = {},
                  OperatorHost* host = nullptr) {
  Captures captures;
  OperatorContext context{.argument = argument, .captures = &captures, .host = host};
  Answer answer{.result = op.evaluate(value, context)};
  if (!answer.is_match()) return answer;
  answer.matched = std::string(context.matched);
  for (std::size_t i = 0; i < captures.count; ++i) answer.captures.emplace_back(captures.group[i]);
  return answer;
}

// Asks the operator with its argument fixed and, where `with_macro`, given at evaluation.
inline bool matches(std::string_view name, std::string_view argument, std::string_view value) {
  const auto op = make(name, argument);
  return op != nullptr && ask(*op, value).is_match();
}

// What the engine keeps of a request for operators that give back more than a verdict.
class RecordingHost final : public OperatorHost {
 public:
  void set_geo(std::string_view name, std::string_view value) override {
    geo.emplace_back(name, value);
  }
  void replace_value(std::string text) override { replaced = std::move(text); }
  void* xml_document() override { return document; }

  std::vector<std::pair<std::string, std::string>> geo;
  std::optional<std::string> replaced;
  void* document = nullptr;
};

// A folder of this test's own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path write(std::string_view name, std::string_view text) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace yagura::waf::testing
