#pragma once

// What ties the objects of a cluster together:
//
//   image -> workload -> pod -> service account -> role
//   internet -> ingress -> service -> pod -> endpoint
//
// An edge points the way that trouble travels: a vulnerability in an image reaches the pods that
// run it, a request from the internet reaches the service behind the ingress, and code in a pod
// acts as its service account. So "what does this endanger?" is one walk along the edges and "what
// can reach this?" is one against them.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/resource.hpp"

namespace yagura::model {

enum class NodeType : std::uint8_t {
  kInternet,  // everybody outside; one node, key ""
  kIngress,   // Ingress, Gateway or HTTPRoute; a Service that is exposed itself is reached directly
  kService,
  kImage,     // key: the reference, with the digest where it is known
  kWorkload,  // the top owner: Deployment, StatefulSet, CronJob …
  kPod,
  kServiceAccount,
  kRole,      // Role or ClusterRole
  kEndpoint,  // an API operation: "GET /orders/{id}"
};

enum class EdgeType : std::uint8_t {
  kRunsIn,    // image -> workload, image -> pod
  kOwns,      // workload -> pod
  kActsAs,    // pod or workload -> service account
  kBoundTo,   // service account -> role
  kRoutesTo,  // internet -> ingress or service; ingress -> service; service -> pod or workload
  kServes,    // pod or workload -> endpoint
};

// "internet", "ingress", "service", "image", "workload", "pod", "service-account", "role",
// "endpoint".
[[nodiscard]] std::string_view to_string(NodeType type);
// "runs-in", "owns", "acts-as", "bound-to", "routes-to", "serves".
[[nodiscard]] std::string_view to_string(EdgeType type);

// Whether the model has edges of this type between nodes of these types (the comments of EdgeType
// as a table).
[[nodiscard]] bool is_allowed(NodeType from, EdgeType edge, NodeType to);

// Index of a node in its graph, counted from 0 in the order of adding.
enum class NodeId : std::uint32_t {};

struct GraphNode {
  NodeType type = NodeType::kPod;
  std::string key;  // unique within its type; see object_key()
  std::shared_ptr<const Resource>
      resource;  // null: not an object (internet, image), or only referred to
};

struct GraphEdge {
  EdgeType type = EdgeType::kOwns;
  NodeId node{};  // the other end

  friend bool operator==(const GraphEdge&, const GraphEdge&) = default;
};

// "Deployment/shop/web": key of a node that is a Kubernetes object. A reference to an object that
// was not read makes the same key as the object itself, whichever comes first. Empty namespace:
// "ClusterRole//admin".
[[nodiscard]] std::string object_key(std::string_view kind, std::string_view namespace_,
                                     std::string_view name);
[[nodiscard]] std::string object_key(const Resource& resource);

// Grows only. Reading is thread-safe while nobody adds. Adding and looking up are O(1) on average;
// memory is linear in nodes and edges. Equal input in equal order gives equal ids: results are
// reproducible.
class Graph {
 public:
  // The node of that type and key, made if it is not there. A resource is kept where the node had
  // none.
  NodeId add(NodeType type, std::string_view key, std::shared_ptr<const Resource> resource = {});

  // Does nothing where that edge exists. An edge that is_allowed() refuses is a bug of the caller
  // and aborts.
  void connect(NodeId from, EdgeType type, NodeId to);

  [[nodiscard]] std::optional<NodeId> find(NodeType type, std::string_view key) const;
  [[nodiscard]] const GraphNode& node(NodeId id) const { return nodes_[index(id)]; }
  [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
  [[nodiscard]] std::size_t edge_count() const { return edge_count_; }

  // Edges that leave or enter a node, in the order of adding. Valid until the next add or connect.
  [[nodiscard]] std::span<const GraphEdge> out(NodeId id) const { return out_[index(id)]; }
  [[nodiscard]] std::span<const GraphEdge> in(NodeId id) const { return in_[index(id)]; }

  // The nodes at the other end of edges of one type, in the order of adding.
  [[nodiscard]] std::vector<NodeId> successors(NodeId id, EdgeType type) const;
  [[nodiscard]] std::vector<NodeId> predecessors(NodeId id, EdgeType type) const;

  // Every node of a type that can be reached from `from` along edges (or, for reaching(), from
  // which `to` can be reached), nearest first, without the start itself. O(nodes + edges).
  [[nodiscard]] std::vector<NodeId> reachable(NodeId from, NodeType type) const;
  [[nodiscard]] std::vector<NodeId> reaching(NodeId to, NodeType type) const;

  // A shortest way from one node to another, both ends included; empty: there is none. O(nodes +
  // edges).
  [[nodiscard]] std::vector<NodeId> path(NodeId from, NodeId to) const;

 private:
  static constexpr std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }
  using Adjacency = std::vector<std::vector<GraphEdge>>;

  [[nodiscard]] std::vector<NodeId> walk(NodeId start, const Adjacency& edges, NodeType type) const;

  struct EdgeKey {
    NodeId from{};
    NodeId to{};
    EdgeType type{};
    friend bool operator==(const EdgeKey&, const EdgeKey&) = default;
  };
  struct EdgeHash {
    std::size_t operator()(const EdgeKey& key) const;
  };

  std::vector<GraphNode> nodes_;
  Adjacency out_;
  Adjacency in_;
  std::unordered_map<std::string, NodeId> ids_;  // type as one character, then the key
  std::unordered_map<EdgeKey, bool, EdgeHash> edges_;
  std::size_t edge_count_ = 0;
};

}  // namespace yagura::model
