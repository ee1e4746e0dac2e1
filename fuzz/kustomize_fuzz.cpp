// A tree in memory, built. The input is files, each behind a line `=== path`; the kustomization of
// `k` is built. Every node of the result must lead to a place inside one of the files, and building
// twice must give the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "kube/node_json.hpp"
#include "kube/sources/kustomize/kustomize.hpp"

namespace {

using namespace yagura;

void fill(kube::MemoryTree& tree, std::string_view text) {
  constexpr std::string_view kMark = "=== ";
  std::string path = "k/kustomization.yaml";
  std::string content;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (!line.starts_with(kMark)) {
      content += line;
      continue;
    }
    tree.add(path, std::move(content));
    content.clear();
    path = line.substr(kMark.size());
    while (!path.empty() && path.back() == '\n') path.pop_back();
  }
  tree.add(path, std::move(content));
}

void check_places(const kube::Document& document, const kube::Node& node) {
  for (const std::uint32_t offset : {node.begin(), node.end()}) {
    const kube::Place place = document.place_of(offset);
    YAGURA_CHECK(place.offset <= place.source->text().size(), "a node stands in its source");
  }
  if (node.is_list()) {
    for (const kube::Node& item : node.items()) check_places(document, item);
  }
  if (node.is_map()) {
    for (const kube::Member& member : node.members()) {
      YAGURA_CHECK(document.place_of(member.key_begin).source != nullptr,
                   "a key stands in a source");
      check_places(document, member.value);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kube::MemoryTree tree;
  fill(tree, {reinterpret_cast<const char*>(data), size});
  const kube::KustomizeLimits limits = {
      .max_depth = 8, .max_files = 100, .max_objects = 200, .max_memory = std::uint64_t{32} << 20};
  const kube::ReadLimits read = {.max_depth = 50, .max_nodes = 20'000, .max_alias_nodes = 2'000};
  Diagnostics diagnostics;
  const auto documents = kube::build_kustomization(tree, "k", limits, read, diagnostics).documents;
  Diagnostics again;
  const auto repeated = kube::build_kustomization(tree, "k", limits, read, again).documents;
  YAGURA_CHECK(documents.size() == repeated.size(), "a build is deterministic");
  for (std::size_t i = 0; i < documents.size(); ++i) {
    check_places(documents[i], documents[i].root());
    YAGURA_CHECK(kube::to_json(documents[i].root()) == kube::to_json(repeated[i].root()),
                 "a build is deterministic");
  }
  return 0;
}
