#include "sensor/agent/privileges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace yagura::sensor {
namespace {

// Runs `body` in a child, whose exit code it gives: privileges do not come back.
template <typename Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

TEST(Privileges, KeepsWhatIsNamedAndNothingElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "skipped: not root";
  EXPECT_EQ(in_child([] {
              const std::vector<std::string> keep = {"CAP_KILL", "CAP_NET_ADMIN"};
              if (!keep_only_capabilities(keep)) return 1;
              if (effective_capabilities() != std::vector<std::string>{"CAP_KILL", "CAP_NET_ADMIN"})
                return 2;
              // root without CAP_CHOWN is nobody special
              return ::chown("/proc/self", 1, 1) == 0 ? 3 : 0;
            }),
            0);
}

TEST(Privileges, RefusesUnknownNames) {
  const std::vector<std::string> keep = {"CAP_EVERYTHING"};
  const auto kept = keep_only_capabilities(keep);
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, testing::HasSubstr("cap_everything"));
}

}  // namespace
}  // namespace yagura::sensor
