#include "model/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yagura::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// internet -> ingress -> service -> pod -> service account -> role, and image -> workload -> pod.
struct Shop {
  Graph graph;
  NodeId internet = graph.add(NodeType::kInternet, "");
  NodeId ingress = graph.add(NodeType::kIngress, object_key("Ingress", "shop", "front"));
  NodeId service = graph.add(NodeType::kService, object_key("Service", "shop", "web"));
  NodeId image = graph.add(NodeType::kImage, "registry.example/web:1");
  NodeId workload = graph.add(NodeType::kWorkload, object_key("Deployment", "shop", "web"));
  NodeId pod = graph.add(NodeType::kPod, object_key("Pod", "shop", "web-0"));
  NodeId account =
      graph.add(NodeType::kServiceAccount, object_key("ServiceAccount", "shop", "web"));
  NodeId role = graph.add(NodeType::kRole, object_key("ClusterRole", "", "secret-reader"));
  NodeId endpoint = graph.add(NodeType::kEndpoint, "GET /orders/{id}");

  Shop() {
    graph.connect(internet, EdgeType::kRoutesTo, ingress);
    graph.connect(ingress, EdgeType::kRoutesTo, service);
    graph.connect(service, EdgeType::kRoutesTo, pod);
    graph.connect(image, EdgeType::kRunsIn, workload);
    graph.connect(workload, EdgeType::kOwns, pod);
    graph.connect(pod, EdgeType::kActsAs, account);
    graph.connect(account, EdgeType::kBoundTo, role);
    graph.connect(pod, EdgeType::kServes, endpoint);
  }
};

TEST(Graph, AddingTheSameObjectTwiceGivesTheSameNode) {
  Graph graph;
  const NodeId first = graph.add(NodeType::kPod, "Pod/shop/web");
  EXPECT_EQ(graph.add(NodeType::kPod, "Pod/shop/web"), first);
  EXPECT_NE(graph.add(NodeType::kService, "Pod/shop/web"), first);
  EXPECT_EQ(graph.node_count(), 2U);
}

TEST(Graph, AnObjectReadAfterItsReferenceFillsItsNode) {
  Graph graph;
  const auto resource = std::make_shared<Resource>(Resource{.api_version = "v1",
                                                            .kind = "ServiceAccount",
                                                            .namespace_ = "shop",
                                                            .name = "web",
                                                            .file = {}});
  const NodeId referred =
      graph.add(NodeType::kServiceAccount, object_key("ServiceAccount", "shop", "web"));
  EXPECT_EQ(graph.node(referred).resource, nullptr);
  EXPECT_EQ(graph.add(NodeType::kServiceAccount, object_key(*resource), resource), referred);
  EXPECT_EQ(graph.node(referred).resource, resource);
  graph.add(NodeType::kServiceAccount, object_key(*resource));
  EXPECT_EQ(graph.node(referred).resource, resource)
      << "a later reference must not lose the object";
}

TEST(Graph, FindsByTypeAndKey) {
  const Shop shop;
  EXPECT_EQ(shop.graph.find(NodeType::kService, "Service/shop/web"), shop.service);
  EXPECT_EQ(shop.graph.find(NodeType::kPod, "Service/shop/web"), std::nullopt);
}

TEST(Graph, AnEdgeIsKeptOnce) {
  Shop shop;
  const std::size_t before = shop.graph.edge_count();
  shop.graph.connect(shop.internet, EdgeType::kRoutesTo, shop.ingress);
  EXPECT_EQ(shop.graph.edge_count(), before);
  EXPECT_EQ(shop.graph.out(shop.internet).size(), 1U);
  EXPECT_EQ(shop.graph.in(shop.ingress).size(), 1U);
}

TEST(Graph, NeighboursAreAskedForByEdgeType) {
  const Shop shop;
  EXPECT_THAT(shop.graph.successors(shop.pod, EdgeType::kActsAs), ElementsAre(shop.account));
  EXPECT_THAT(shop.graph.successors(shop.pod, EdgeType::kServes), ElementsAre(shop.endpoint));
  EXPECT_THAT(shop.graph.predecessors(shop.pod, EdgeType::kOwns), ElementsAre(shop.workload));
  EXPECT_THAT(shop.graph.predecessors(shop.pod, EdgeType::kRunsIn), IsEmpty());
}

TEST(Graph, TellsWhichRolesTheInternetCanReach) {
  const Shop shop;
  EXPECT_THAT(shop.graph.reachable(shop.internet, NodeType::kRole), ElementsAre(shop.role));
  EXPECT_THAT(shop.graph.reaching(shop.role, NodeType::kImage), ElementsAre(shop.image));
  EXPECT_THAT(shop.graph.reachable(shop.role, NodeType::kPod), IsEmpty());
}

TEST(Graph, PathIsAShortestOneWithBothEnds) {
  Shop shop;
  EXPECT_THAT(
      shop.graph.path(shop.internet, shop.role),
      ElementsAre(shop.internet, shop.ingress, shop.service, shop.pod, shop.account, shop.role));
  shop.graph.connect(shop.internet, EdgeType::kRoutesTo, shop.service);  // type LoadBalancer
  EXPECT_THAT(shop.graph.path(shop.internet, shop.role),
              ElementsAre(shop.internet, shop.service, shop.pod, shop.account, shop.role));
  EXPECT_THAT(shop.graph.path(shop.role, shop.internet), IsEmpty());
  EXPECT_THAT(shop.graph.path(shop.pod, shop.pod), ElementsAre(shop.pod));
}

TEST(Graph, AllowsOnlyTheEdgesOfTheModel) {
  EXPECT_TRUE(is_allowed(NodeType::kWorkload, EdgeType::kActsAs, NodeType::kServiceAccount));
  EXPECT_TRUE(is_allowed(NodeType::kService, EdgeType::kRoutesTo, NodeType::kWorkload));
  EXPECT_FALSE(is_allowed(NodeType::kInternet, EdgeType::kRoutesTo, NodeType::kPod));
  EXPECT_FALSE(is_allowed(NodeType::kRole, EdgeType::kBoundTo, NodeType::kServiceAccount));
  EXPECT_FALSE(is_allowed(NodeType::kPod, EdgeType::kOwns, NodeType::kPod));
}

TEST(GraphDeathTest, AnEdgeThatTheModelDoesNotHaveAborts) {
  Shop shop;
  EXPECT_DEATH(shop.graph.connect(shop.internet, EdgeType::kRoutesTo, shop.pod), "no such edge");
}

TEST(Graph, WideFanOutStaysLinear) {
  Graph graph;
  const NodeId service = graph.add(NodeType::kService, "Service/shop/web");
  constexpr std::size_t kPods = 100'000;
  for (std::size_t i = 0; i < kPods; ++i) {
    graph.connect(service, EdgeType::kRoutesTo,
                  graph.add(NodeType::kPod, "Pod/shop/" + std::to_string(i)));
  }
  EXPECT_EQ(graph.edge_count(), kPods);
  EXPECT_EQ(graph.reachable(service, NodeType::kPod).size(), kPods);
}

TEST(Graph, TypesHaveDistinctNames) {
  EXPECT_EQ(to_string(NodeType::kServiceAccount), "service-account");
  EXPECT_EQ(to_string(NodeType::kEndpoint), "endpoint");
  EXPECT_EQ(to_string(EdgeType::kRoutesTo), "routes-to");
  EXPECT_EQ(to_string(EdgeType::kServes), "serves");
}

}  // namespace
}  // namespace yagura::model
