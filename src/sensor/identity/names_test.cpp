#include <gtest/gtest.h>

#include <string>

#include "sensor/identity/image_reference.hpp"
#include "sensor/identity/workload_owner.hpp"

namespace yagura::sensor {
namespace {

TEST(ImageReference, IsSplitIntoItsParts) {
  const std::string hex(64, 'a');
  struct Case {
    std::string reference, repository, tag, digest;
  };
  const Case cases[] = {
      {"nginx", "nginx", "", ""},
      {"nginx:1.25", "nginx", "1.25", ""},
      {"docker.io/library/nginx:1.25@sha256:" + hex, "docker.io/library/nginx", "1.25",
       "sha256:" + hex},
      {"docker.io/library/nginx@sha256:" + hex, "docker.io/library/nginx", "", "sha256:" + hex},
      {"localhost:5000/a/b", "localhost:5000/a/b", "", ""},
      {"localhost:5000/a/b:v1", "localhost:5000/a/b", "v1", ""},
      {"[::1]:5000/a:v1", "[::1]:5000/a", "v1", ""},
      {"sha256:" + hex, "", "", "sha256:" + hex},
      {hex, "", "", "sha256:" + hex},
      {"", "", "", ""},
      {"a:", "a", "", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.reference);
    const ImageReference parts = split_image_reference(c.reference);
    EXPECT_EQ(parts.repository, c.repository);
    EXPECT_EQ(parts.tag, c.tag);
    EXPECT_EQ(parts.digest, c.digest);
  }
}

TEST(WorkloadOwner, LooksThroughWhatControllersPutBetween) {
  struct Case {
    Owner owner;
    Labels labels;
    std::string kind, name;
  };
  const Case cases[] = {
      {{"ReplicaSet", "web-5d8f"}, {{"pod-template-hash", "5d8f"}}, "Deployment", "web"},
      {{"ReplicaSet", "web-5d8f"}, {{"rollouts-pod-template-hash", "5d8f"}}, "Rollout", "web"},
      {{"ReplicaSet", "web-5d8f"}, {}, "ReplicaSet", "web-5d8f"},
      {{"ReplicaSet", "5d8f"}, {{"pod-template-hash", "5d8f"}}, "ReplicaSet", "5d8f"},
      {{"Job", "backup-28391040"}, {}, "CronJob", "backup"},
      {{"Job", "backup-1617235200"}, {}, "CronJob", "backup"},
      {{"Job", "migrate-42"}, {}, "Job", "migrate-42"},
      {{"DaemonSet", "proxy"}, {}, "DaemonSet", "proxy"},
      {{"Node", "n1"}, {}, "Pod", "p"},
      {{}, {}, "Pod", "p"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.owner.name);
    const Workload workload = workload_of(c.owner, {.name = "p", .labels = c.labels});
    EXPECT_EQ(workload.kind, c.kind);
    EXPECT_EQ(workload.name, c.name);
  }
}

TEST(WorkloadOwner, IsGuessedFromLabels) {
  struct Case {
    std::string pod;
    Labels labels;
    std::string kind, name;
  };
  const Case cases[] = {
      {"web-5d8f-x7k2p", {{"pod-template-hash", "5d8f"}}, "Deployment", "web"},
      {"other", {{"pod-template-hash", "5d8f"}}, "", ""},
      {"db-0", {{"statefulset.kubernetes.io/pod-name", "db-0"}}, "StatefulSet", "db"},
      {"proxy-abcde",
       {{"controller-revision-hash", "x"}, {"pod-template-generation", "1"}},
       "DaemonSet",
       "proxy"},
      {"b-1", {{"job-name", "backup-28391040"}}, "CronJob", "backup"},
      {"bare", {}, "", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.pod);
    const Workload workload = guess_workload({.name = c.pod, .labels = c.labels});
    EXPECT_EQ(workload.kind, c.kind);
    EXPECT_EQ(workload.name, c.name);
  }
}

}  // namespace
}  // namespace yagura::sensor
