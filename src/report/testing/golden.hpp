#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "core/file.hpp"

namespace yagura::report::testing {

// Compares with src/report/testdata/NAME. YAGURA_UPDATE_GOLDEN=1 in the environment writes the file
// instead: look at the difference before you commit it.
inline void expect_golden(std::string_view name, std::string_view actual) {
  const std::string path =
      std::string(YAGURA_SOURCE_DIR "/src/report/testdata/") + std::string(name);
  if (std::getenv("YAGURA_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(core::write_file(path, actual).has_value());
    return;
  }
  const auto expected = core::read_file(path);
  ASSERT_TRUE(expected.has_value()) << expected.error().message;
  EXPECT_EQ(actual, *expected) << "differs from " << path;
}

}  // namespace yagura::report::testing
