#include "model/graph.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"

namespace yagura::model {

namespace {

std::string index_key(NodeType type, std::string_view key) {
  std::string text;
  text.reserve(key.size() + 1);
  text += static_cast<char>('a' + static_cast<int>(type));
  text += key;
  return text;
}

bool is_compute(NodeType type) { return type == NodeType::kPod || type == NodeType::kWorkload; }

}  // namespace

std::string_view to_string(NodeType type) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "internet", "ingress",         "service", "image",   "workload",
      "pod",      "service-account", "role",    "endpoint"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view to_string(EdgeType type) {
  static constexpr std::array<std::string_view, 6> kNames = {"runs-in",  "owns",      "acts-as",
                                                             "bound-to", "routes-to", "serves"};
  return kNames[static_cast<std::size_t>(type)];
}

bool is_allowed(NodeType from, EdgeType edge, NodeType to) {
  switch (edge) {
    case EdgeType::kRunsIn:
      return from == NodeType::kImage && is_compute(to);
    case EdgeType::kOwns:
      return from == NodeType::kWorkload && to == NodeType::kPod;
    case EdgeType::kActsAs:
      return is_compute(from) && to == NodeType::kServiceAccount;
    case EdgeType::kBoundTo:
      return from == NodeType::kServiceAccount && to == NodeType::kRole;
    case EdgeType::kRoutesTo:
      if (from == NodeType::kInternet) return to == NodeType::kIngress || to == NodeType::kService;
      if (from == NodeType::kIngress) return to == NodeType::kService;
      return from == NodeType::kService && is_compute(to);
    case EdgeType::kServes:
      return is_compute(from) && to == NodeType::kEndpoint;
  }
  return false;
}

std::string object_key(std::string_view kind, std::string_view namespace_, std::string_view name) {
  std::string text;
  text.reserve(kind.size() + namespace_.size() + name.size() + 2);
  text.append(kind).append("/").append(namespace_).append("/").append(name);
  return text;
}

std::string object_key(const Resource& resource) {
  return object_key(resource.kind, resource.namespace_, resource.name);
}

std::size_t Graph::EdgeHash::operator()(const EdgeKey& key) const {
  std::uint64_t mixed =
      (static_cast<std::uint64_t>(key.from) << 32) | static_cast<std::uint64_t>(key.to);
  mixed ^= static_cast<std::uint64_t>(key.type) << 29;
  mixed *= 0x9E3779B97F4A7C15ULL;  // 2^64 / golden ratio: spreads neighbouring ids over the table
  return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

NodeId Graph::add(NodeType type, std::string_view key, std::shared_ptr<const Resource> resource) {
  const auto [at, is_new] =
      ids_.try_emplace(index_key(type, key), static_cast<NodeId>(nodes_.size()));
  if (is_new) {
    nodes_.push_back({.type = type, .key = std::string(key), .resource = std::move(resource)});
    out_.emplace_back();
    in_.emplace_back();
  } else if (GraphNode& known = nodes_[index(at->second)]; !known.resource) {
    known.resource = std::move(resource);
  }
  return at->second;
}

void Graph::connect(NodeId from, EdgeType type, NodeId to) {
  YAGURA_CHECK(index(from) < nodes_.size() && index(to) < nodes_.size(),
               "both ends are in this graph");
  YAGURA_CHECK(is_allowed(node(from).type, type, node(to).type), "the model has no such edge");
  if (!edges_.try_emplace(EdgeKey{.from = from, .to = to, .type = type}, true).second) return;
  out_[index(from)].push_back({.type = type, .node = to});
  in_[index(to)].push_back({.type = type, .node = from});
  ++edge_count_;
}

std::optional<NodeId> Graph::find(NodeType type, std::string_view key) const {
  const auto at = ids_.find(index_key(type, key));
  if (at == ids_.end()) return std::nullopt;
  return at->second;
}

std::vector<NodeId> Graph::successors(NodeId id, EdgeType type) const {
  std::vector<NodeId> found;
  for (const GraphEdge& edge : out(id)) {
    if (edge.type == type) found.push_back(edge.node);
  }
  return found;
}

std::vector<NodeId> Graph::predecessors(NodeId id, EdgeType type) const {
  std::vector<NodeId> found;
  for (const GraphEdge& edge : in(id)) {
    if (edge.type == type) found.push_back(edge.node);
  }
  return found;
}

std::vector<NodeId> Graph::walk(NodeId start, const Adjacency& edges, NodeType type) const {
  std::vector<bool> seen(nodes_.size(), false);
  std::vector<NodeId> queue = {start};
  std::vector<NodeId> found;
  seen[index(start)] = true;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    for (const GraphEdge& edge : edges[index(queue[head])]) {
      if (seen[index(edge.node)]) continue;
      seen[index(edge.node)] = true;
      queue.push_back(edge.node);
      if (node(edge.node).type == type) found.push_back(edge.node);
    }
  }
  return found;
}

std::vector<NodeId> Graph::reachable(NodeId from, NodeType type) const {
  return walk(from, out_, type);
}
std::vector<NodeId> Graph::reaching(NodeId to, NodeType type) const { return walk(to, in_, type); }

std::vector<NodeId> Graph::path(NodeId from, NodeId to) const {
  if (from == to) return {from};
  std::vector<std::optional<NodeId>> came_from(nodes_.size());
  std::vector<NodeId> queue = {from};
  came_from[index(from)] = from;
  for (std::size_t head = 0; head < queue.size() && !came_from[index(to)]; ++head) {
    for (const GraphEdge& edge : out(queue[head])) {
      if (came_from[index(edge.node)]) continue;
      came_from[index(edge.node)] = queue[head];
      queue.push_back(edge.node);
    }
  }
  if (!came_from[index(to)]) return {};
  std::vector<NodeId> way = {to};
  while (way.back() != from) way.push_back(*came_from[index(way.back())]);
  std::ranges::reverse(way);
  return way;
}

}  // namespace yagura::model
