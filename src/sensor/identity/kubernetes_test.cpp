#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "sensor/identity/https_client.hpp"
#include "sensor/identity/json_text.hpp"
#include "sensor/identity/kubernetes_watch.hpp"
#include "sensor/identity/testing.hpp"
#include "sensor/identity/testing_api_server.hpp"

namespace yagura::sensor {
namespace {

TEST(ListedPod, HasItsWorkloadAndProbes) {
  const auto json = JsonText::parse("x", R"({"metadata":{"name":"web-5d8f-x7k2p","namespace":"shop",
      "uid":"u1","labels":{"pod-template-hash":"5d8f"},
      "annotations":{"a":"b","kubectl.kubernetes.io/last-applied-configuration":"{}"},
      "ownerReferences":[{"kind":"Other","name":"x"},
                         {"kind":"ReplicaSet","name":"web-5d8f","controller":true}]},
      "spec":{"nodeName":"n1","serviceAccountName":"sa","hostPID":true,"containers":[
        {"name":"a","livenessProbe":{"exec":{"command":["cat","/ok"]}}},
        {"name":"b","readinessProbe":{"httpGet":{"port":80}}}]},
      "status":{"podIP":"10.0.0.7"}})");
  ASSERT_TRUE(json) << json.error().message;
  const auto listed = read_listed_pod(json->root());
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->cgroup_uid, "u1");
  EXPECT_EQ(listed->pod.workload_kind, "Deployment");
  EXPECT_EQ(listed->pod.workload_name, "web");
  EXPECT_EQ(listed->pod.annotations, (Labels{{"a", "b"}}));
  EXPECT_EQ(listed->pod.service_account, "sa");
  EXPECT_EQ(listed->pod.ip, "10.0.0.7");
  EXPECT_TRUE(listed->pod.host_pid);
  EXPECT_FALSE(listed->pod.host_network);
  EXPECT_EQ(listed->probes, (std::vector<ContainerProbes>{{"a", "cat /ok", ""}}));
}

TEST(ListedPod, OfTheNodesOwnIsKnownByTheHashOfItsFile) {
  const auto json = JsonText::parse("x", R"({"metadata":{"name":"etcd-n1","uid":"mirror",
      "annotations":{"kubernetes.io/config.hash":"a3e4f1b2c5d60798a3e4f1b2c5d60798"},
      "ownerReferences":[{"kind":"Node","name":"n1","controller":true}]}})");
  const auto listed = read_listed_pod(json->root());
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->cgroup_uid, "a3e4f1b2c5d60798a3e4f1b2c5d60798");
  EXPECT_EQ(listed->pod.workload_kind, "Pod");
  const auto nobody = JsonText::parse("x", R"({"metadata":{"name":"x"}})");
  EXPECT_FALSE(read_listed_pod(nobody->root()));
}

TEST(HttpsEndpoint, ComesFromAKubeconfig) {
  const testing::ScratchDirectory directory;
  directory.write("ca.pem", "CA");
  directory.write("config", R"(
current-context: second
contexts:
- {name: first, context: {cluster: other, user: other}}
- {name: second, context: {cluster: c, user: u}}
clusters:
- {name: other, cluster: {server: "https://wrong"}}
- {name: c, cluster: {server: "https://right:6443/", certificate-authority: ca.pem}}
users:
- {name: u, user: {token: t, client-certificate-data: Q0VSVA==, client-key-data: S0U=}}
)");
  const auto endpoint = kubeconfig_endpoint(directory.path() / "config");
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->server, "https://right:6443");
  EXPECT_EQ(endpoint->ca_pem, "CA");
  EXPECT_EQ(endpoint->token, "t");
  EXPECT_EQ(endpoint->client_certificate_pem, "CERT");
  EXPECT_EQ(endpoint->client_key_pem, "KE");
}

TEST(HttpsEndpoint, IsRefusedWhereItCannotBeTrustedOrUsed) {
  const testing::ScratchDirectory directory;
  const auto with = [&](const std::string& cluster, const std::string& user) {
    directory.write("config",
                    "current-context: x\ncontexts: [{name: x, context: {cluster: c, "
                    "user: u}}]\nclusters: [{name: c, cluster: {" +
                        cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n");
    return kubeconfig_endpoint(directory.path() / "config");
  };
  EXPECT_TRUE(with("server: https://x", "token: t"));
  EXPECT_EQ(with("insecure-skip-tls-verify: true", "token: t").error().code,
            ErrorCode::kUnsupported);
  EXPECT_EQ(with("server: https://x", "exec: {command: aws}").error().code,
            ErrorCode::kUnsupported);
  EXPECT_EQ(with("certificate-authority-data: '*'", "token: t").error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(with("certificate-authority: none.pem", "token: t").error().code, ErrorCode::kNotFound);
  directory.write("config", "current-context: gone\n");
  EXPECT_EQ(kubeconfig_endpoint(directory.path() / "config").error().code,
            ErrorCode::kInvalidInput);
}

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.is_running()); }

  [[nodiscard]] KubernetesOptions options() const {
    KubernetesOptions options;
    options.endpoint.server = server_.url();
    options.endpoint.ca_pem = server_.certificate();
    options.endpoint.token = "secret";
    options.node = "n1";
    options.first_retry = std::chrono::milliseconds(5);
    return options;
  }
  PodSink sink() {
    return {
        .put =
            [this](const ListedPod& pod) { change([&] { pods_[pod.cgroup_uid] = pod.pod.name; }); },
        .remove = [this](const std::string& uid) { change([&] { pods_.erase(uid); }); },
        .keep =
            [this](const std::vector<std::string>& uids) {
              change([&] {
                std::erase_if(pods_, [&](const auto& pod) {
                  return std::ranges::find(uids, pod.first) == uids.end();
                });
                ++lists_;
              });
            }};
  }
  void change(const std::function<void()>& what) {
    const std::lock_guard lock(mutex_);
    what();
    changed_.notify_all();
  }
  using Names = std::map<std::string, std::string>;
  bool wait_for(const Names& pods, int lists = 0) {
    std::unique_lock lock(mutex_);
    const bool is_there = changed_.wait_for(lock, std::chrono::seconds(30),
                                            [&] { return pods_ == pods && lists_ >= lists; });
    EXPECT_TRUE(is_there) << ::testing::PrintToString(pods_) << " after " << lists_ << " lists";
    return is_there;
  }
  // Waits for what is counted outside this class.
  template <typename Predicate>
  static bool eventually(Predicate is_right) {
    for (int i = 0; i < 3000 && !is_right(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return is_right();
  }

  testing::ApiServer server_{"secret"};
  std::mutex mutex_;
  std::condition_variable changed_;
  Names pods_;
  int lists_ = 0;
};

TEST_F(WatchTest, FollowsPods) {
  server_.put("u1", R"("name":"one")", "");
  KubernetesWatch watch(options(), sink());
  EXPECT_TRUE(wait_for({{"u1", "one"}}));
  server_.put("u2", R"("name":"two")", "");
  EXPECT_TRUE(wait_for({{"u1", "one"}, {"u2", "two"}}));
  server_.put("u1", R"("name":"uno")", "");
  EXPECT_TRUE(wait_for({{"u1", "uno"}, {"u2", "two"}}));
  server_.remove("u1");
  EXPECT_TRUE(wait_for({{"u2", "two"}}));
  EXPECT_EQ(server_.requests().front().query.at("fieldSelector"), "spec.nodeName=n1");
  EXPECT_EQ(watch.counts().lists, 1U);
}

TEST_F(WatchTest, GoesOnWhereItWas) {
  server_.put("u1", R"("name":"one")", "");
  KubernetesWatch watch(options(), sink());
  ASSERT_TRUE(wait_for({{"u1", "one"}}));
  server_.put("u2", R"("name":"two")", "");
  ASSERT_TRUE(wait_for({{"u1", "one"}, {"u2", "two"}}));
  server_.end_watches();
  ASSERT_TRUE(eventually([&] { return server_.requests().size() >= 3; }));
  server_.put("u3", R"("name":"three")", "");
  ASSERT_TRUE(wait_for({{"u1", "one"}, {"u2", "two"}, {"u3", "three"}}));
  EXPECT_EQ(lists_, 1);
  EXPECT_GE(watch.counts().watches, 2U);
  EXPECT_EQ(server_.requests().back().query.at("resourceVersion"), "102");
}

TEST_F(WatchTest, ListsAnewWhenItsVersionIsGone) {
  server_.put("u1", R"("name":"one")", "");
  server_.put("u2", R"("name":"two")", "");
  KubernetesWatch watch(options(), sink());
  ASSERT_TRUE(wait_for({{"u1", "one"}, {"u2", "two"}}));
  // What happens while nobody watches, and is then forgotten.
  server_.refuse_with(503);
  server_.end_watches();
  server_.remove("u1");
  server_.compact();
  server_.refuse_with(0);
  EXPECT_TRUE(wait_for({{"u2", "two"}}, 2));
  // The same in the stream.
  server_.end_watches(410);
  EXPECT_TRUE(wait_for({{"u2", "two"}}, 3));
  EXPECT_GE(watch.counts().versions_gone, 1U);
}

TEST_F(WatchTest, BookmarksMoveItsVersion) {
  KubernetesWatch watch(options(), sink());
  ASSERT_TRUE(wait_for({}, 1));
  server_.send_bookmark();
  ASSERT_TRUE(eventually([&] { return watch.counts().events == 1; }));
  server_.end_watches();
  ASSERT_TRUE(eventually([&] { return watch.counts().watches >= 2; }));
  ASSERT_TRUE(
      eventually([&] { return server_.requests().back().query["resourceVersion"] == "101"; }));
}

TEST_F(WatchTest, TriesAgainAndSaysWhatIsWrong) {
  server_.refuse_with(403);
  KubernetesWatch watch(options(), sink());
  ASSERT_TRUE(eventually([&] { return watch.counts().failures >= 3; }));
  EXPECT_NE(watch.counts().problem.find("403: said no"), std::string::npos)
      << watch.counts().problem;
  server_.refuse_with(0);
  EXPECT_TRUE(wait_for({}, 1));
  ASSERT_TRUE(eventually([&] { return watch.counts().problem.empty(); }));
}

TEST_F(WatchTest, BoundsEventsAndLists) {
  KubernetesOptions small = options();
  small.max_event = 10'000;
  KubernetesWatch watch(small, sink());
  ASSERT_TRUE(wait_for({}, 1));
  server_.put("u1", "\"name\":\"" + std::string(20'000, 'x') + "\"", "");
  EXPECT_TRUE(wait_for({{"u1", std::string(20'000, 'x')}}, 2)) << "listed, as it fits there";
  KubernetesOptions tiny = options();
  tiny.max_list = 10;
  KubernetesWatch refused(tiny, {});
  EXPECT_TRUE(eventually([&] { return refused.counts().failures > 0; }));
  EXPECT_EQ(refused.counts().lists, 0U);
}

TEST_F(WatchTest, SurvivesEventsThatAreNone) {
  KubernetesWatch watch(options(), sink());
  ASSERT_TRUE(wait_for({}, 1));
  server_.send_line("no JSON");
  server_.put("u1", R"("name":"one")", "");
  EXPECT_TRUE(wait_for({{"u1", "one"}}, 2)) << "listed anew";
}

TEST_F(WatchTest, TrustsNoOtherServer) {
  const testing::ApiServer other("secret");
  KubernetesOptions wrong = options();
  wrong.endpoint.ca_pem = other.certificate();
  KubernetesWatch watch(wrong, sink());
  ASSERT_TRUE(eventually([&] { return watch.counts().failures > 0; }));
  EXPECT_TRUE(server_.requests().empty());
  HttpsEndpoint plain = options().endpoint;
  plain.server = "http" + plain.server.substr(5);
  HttpsClient client(plain);
  EXPECT_FALSE(client.fetch({.path = "/"}, 100));
}

TEST(HttpsEndpoint, OfAPodNeedsItsFiles) {
  const testing::ScratchDirectory directory;
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  EXPECT_EQ(in_cluster_endpoint(directory.path()).error().code, ErrorCode::kNotFound);
  ::setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  EXPECT_EQ(in_cluster_endpoint(directory.path()).error().code, ErrorCode::kNotFound);
  directory.write("ca.crt", "x");
  directory.write("token", "x");
  const auto endpoint = in_cluster_endpoint(directory.path());
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->server, "https://[fd00::1]:443");
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  ::unsetenv("KUBERNETES_SERVICE_PORT");
}

TEST(UrlEscape, LeavesNothingThatMeansSomething) {
  EXPECT_EQ(url_escape("spec.nodeName=a b/ä"), "spec.nodeName%3Da%20b%2F%C3%A4");
}

}  // namespace
}  // namespace yagura::sensor
