#pragma once

// All objects of a scan, found by kind, by name and by pod labels. Made once, then read by every
// relation, by one thread (answers are kept). Internal to relations.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/document.hpp"
#include "kube/workload.hpp"
#include "posture/relations/relations.hpp"
#include "posture/relations/selector.hpp"

namespace yagura::posture::relations {

inline constexpr std::string_view kDefaultNamespace = "default";

struct Object {
  const kube::Document* document = nullptr;
  const kube::Node* root = nullptr;
  std::shared_ptr<const model::Resource> resource;
  std::uint32_t position = 0;  // in the scan
  std::string_view group;
  std::string_view kind;
  std::string_view name;        // metadata.name; empty for generateName
  std::string_view namespace_;  // where it counts as being: "default" where none is written; empty
                                // for cluster-scoped kinds
  bool namespace_written = false;
  std::optional<kube::Workload> workload;
  // A pod (or ReplicaSet, Job) that another object of the scan made: what is to say about it is
  // said about that one.
  bool made_by_scanned = false;

  [[nodiscard]] bool is(std::string_view of_group, std::string_view of_kind) const {
    return kind == of_kind && group == of_group;
  }
  [[nodiscard]] const kube::Node* find(std::initializer_list<std::string_view> path) const {
    return root->get(path);
  }
};

// Texts as a key of a hash map, without copying them.
template <std::size_t N>
struct TextKey {
  std::array<std::string_view, N> parts;
  friend bool operator==(const TextKey&, const TextKey&) = default;
  struct Hash {
    std::size_t operator()(const TextKey& key) const {
      std::size_t hash = 0;
      for (const std::string_view part : key.parts) {
        hash = hash * 0x9E3779B97F4A7C15U + std::hash<std::string_view>{}(part);
      }
      return hash;
    }
  };
};
template <std::size_t N, typename Value>
using TextMap = std::unordered_map<TextKey<N>, Value, typename TextKey<N>::Hash>;

// What makes pods: a workload with a pod template, or an object of another kind that has one where
// workloads have theirs (Argo's Rollout, OpenShift's DeploymentConfig): enough to know that a
// selector selects something.
struct PodSource {
  const Object* object = nullptr;
  const kube::Node* labels = nullptr;  // of the pods; may be null
};

class ObjectIndex {
 public:
  explicit ObjectIndex(std::span<const ScannedObject> objects);
  ObjectIndex(const ObjectIndex&) = delete;
  ObjectIndex& operator=(const ObjectIndex&) = delete;

  [[nodiscard]] std::span<const Object> objects() const { return objects_; }
  // In order of the scan.
  [[nodiscard]] std::span<const Object* const> of_kind(std::string_view group,
                                                       std::string_view kind) const;
  // The first of that name, any version of the group; null where there is none. For cluster-scoped
  // kinds the namespace is "".
  [[nodiscard]] const Object* find(std::string_view group, std::string_view kind,
                                   std::string_view namespace_, std::string_view name) const;
  // All namespaces that objects of the scan are in or that are objects themselves, sorted.
  [[nodiscard]] std::span<const std::string_view> namespaces() const { return namespaces_; }
  // Labels of a Namespace object of the scan; null: not there. "kubernetes.io/metadata.name" is not
  // among them.
  [[nodiscard]] const Object* namespace_object(std::string_view name) const;

  // The sources of pods of one namespace, in order of the scan.
  [[nodiscard]] std::span<const PodSource> pods_in(std::string_view namespace_) const;
  // Positions in pods_in(namespace_) that the selector selects, ascending. The answer is kept:
  // asking again costs a lookup.
  [[nodiscard]] std::span<const std::uint32_t> select(std::string_view namespace_,
                                                      const Selector& selector) const;

 private:
  struct Space {
    std::vector<PodSource> pods;
    TextMap<2, std::vector<std::uint32_t>> by_label;  // key, value
    mutable std::unordered_map<std::string, std::vector<std::uint32_t>> selected;
  };

  void add(const ScannedObject& scanned);
  [[nodiscard]] bool has_scanned_owner(const Object& object) const;
  void add_pods(const Object& object);

  std::vector<Object> objects_;
  TextMap<2, std::vector<const Object*>> by_kind_;  // group, kind
  TextMap<4, const Object*> by_name_;               // group, kind, namespace, name
  std::unordered_map<std::string_view, Space> spaces_;
  std::vector<std::string_view> namespaces_;
};

}  // namespace yagura::posture::relations
