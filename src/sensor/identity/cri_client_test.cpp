#include "sensor/identity/cri_client.hpp"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "cri.grpc.pb.h"

namespace yagura::sensor {
namespace {

namespace api = runtime::v1;

// A runtime that answers from what it was asked.
class ScriptedRuntime final : public api::RuntimeService::Service {
 public:
  grpc::Status Version(grpc::ServerContext*, const api::VersionRequest*,
                       api::VersionResponse* answer) override {
    answer->set_runtime_name("scripted");
    answer->set_runtime_version("1.2");
    return grpc::Status::OK;
  }
  grpc::Status CreateContainer(grpc::ServerContext*, const api::CreateContainerRequest* request,
                               api::CreateContainerResponse* answer) override {
    created = *request;
    answer->set_container_id("c1");
    return grpc::Status::OK;
  }
  grpc::Status ContainerStatus(grpc::ServerContext*, const api::ContainerStatusRequest* request,
                               api::ContainerStatusResponse* answer) override {
    if (request->container_id() != "c1") {
      return {grpc::StatusCode::NOT_FOUND, "no such container"};
    }
    auto& status = *answer->mutable_status();
    status.set_id("c1");
    status.mutable_metadata()->set_name("web");
    status.set_state(1);
    status.set_created_at(5);
    status.set_started_at(6);
    (*status.mutable_labels())["z"] = "1";
    (*status.mutable_labels())["a"] = "2";
    auto& mount = *status.add_mounts();
    mount.set_host_path("/h");
    mount.set_propagation(api::PROPAGATION_BIDIRECTIONAL);
    return grpc::Status::OK;
  }
  grpc::Status ListContainers(grpc::ServerContext*, const api::ListContainersRequest* request,
                              api::ListContainersResponse* answer) override {
    // More than a client takes.
    for (int i = 0; request->filter().id() == "flood" && i < 20; ++i) {
      answer->add_containers()->set_image_ref(std::string(1 << 20, 'x'));
    }
    if (request->filter().id() == "c1") {
      answer->add_containers()->set_pod_sandbox_id("s1");
    }
    return grpc::Status::OK;
  }

  api::CreateContainerRequest created;
};

class CriClientTest : public testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.SetMaxSendMessageSize(64 << 20);
    builder.AddListeningPort("unix:" + socket_.string(), grpc::InsecureServerCredentials());
    builder.RegisterService(&runtime_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    server_->Shutdown();
    std::filesystem::remove(socket_);
  }

  std::filesystem::path socket_ =
      std::filesystem::temp_directory_path() / fmt::format("yagura-cri-{}.sock", ::getpid());
  ScriptedRuntime runtime_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(CriClientTest, AsksForTheVersion) {
  CriClient client(socket_);
  const auto version = client.version();
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->runtime, "scripted");
  EXPECT_EQ(version->version, "1.2");
}

TEST_F(CriClientTest, SaysOfAContainerWhatItShallBe) {
  CriClient client(socket_);
  const auto id = client.create_container(
      "s1", {.name = "p", .name_space = "n", .uid = "u", .host_network = true},
      {.name = "web",
       .image = "busybox",
       .command = {"sleep", "9"},
       .environment = {{"A", "b"}},
       .mounts = {{.host_path = "/h", .container_path = "/c", .propagation = "rslave"}},
       .added_capabilities = {"NET_RAW"},
       .user_id = 0,
       .is_privileged = true});
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, "c1");
  EXPECT_EQ(runtime_.created.sandbox_config().metadata().uid(), "u");
  const auto& config = runtime_.created.config();
  EXPECT_EQ(config.command(1), "9");
  EXPECT_EQ(config.envs(0).value(), "b");
  EXPECT_EQ(config.mounts(0).propagation(), api::PROPAGATION_HOST_TO_CONTAINER);
  const auto& security = config.linux().security_context();
  EXPECT_TRUE(security.privileged());
  EXPECT_TRUE(security.has_run_as_user());
  EXPECT_EQ(security.capabilities().add_capabilities(0), "NET_RAW");
  EXPECT_EQ(security.namespace_options().network(), api::NODE);
  EXPECT_EQ(security.namespace_options().pid(), api::CONTAINER);
}

TEST_F(CriClientTest, ReadsAContainersStatus) {
  CriClient client(socket_);
  const auto container = client.container_status("c1");
  ASSERT_TRUE(container) << container.error().message;
  EXPECT_EQ(container->name, "web");
  EXPECT_EQ(container->state, CriContainerState::kRunning);
  EXPECT_EQ(container->started_ns, 6);
  EXPECT_EQ(container->labels, (Labels{{"a", "2"}, {"z", "1"}}));
  ASSERT_EQ(container->mounts.size(), 1U);
  EXPECT_EQ(container->mounts[0].propagation, "rshared");
  const auto listed = client.list_containers("c1");
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->at(0).sandbox_id, "s1");
}

TEST_F(CriClientTest, TellsErrorsApart) {
  CriClient client(socket_);
  EXPECT_EQ(client.container_status("other").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client.list_containers("flood").error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(client.image_status("x").error().code, ErrorCode::kUnsupported);
  CriClient nobody(socket_.string() + ".none");
  EXPECT_EQ(nobody.version().error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace yagura::sensor
