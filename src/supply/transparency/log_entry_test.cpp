#include "supply/transparency/log_entry.hpp"

#include <gtest/gtest.h>

namespace yagura::supply {
namespace {

std::string leaf_hash(const std::string& leaf) { return sha256(std::string(1, '\0') + leaf); }
std::string join(const std::string& left, const std::string& right) {
  return sha256("\x01" + left + right);
}

// The definition of RFC 6962, 2.1: the largest power of two below the size splits the tree.
std::string tree_root(const std::vector<std::string>& leaves, std::size_t from, std::size_t to) {
  if (to - from == 1) return leaf_hash(leaves[from]);
  std::size_t split = 1;
  while (split * 2 < to - from) split *= 2;
  return join(tree_root(leaves, from, from + split), tree_root(leaves, from + split, to));
}

std::vector<std::string> path_to(const std::vector<std::string>& leaves, std::size_t index,
                                 std::size_t from, std::size_t to) {
  if (to - from == 1) return {};
  std::size_t split = 1;
  while (split * 2 < to - from) split *= 2;
  std::vector<std::string> out;
  if (index < from + split) {
    out = path_to(leaves, index, from, from + split);
    out.push_back(tree_root(leaves, from + split, to));
  } else {
    out = path_to(leaves, index, from + split, to);
    out.push_back(tree_root(leaves, from, from + split));
  }
  return out;
}

TEST(InclusionProof, LeadsToTheRootOfTreesOfEverySize) {
  std::vector<std::string> leaves;
  for (std::size_t size = 1; size <= 40; ++size) {
    leaves.push_back("leaf " + std::to_string(size));
    const std::string root = tree_root(leaves, 0, size);
    for (std::size_t index = 0; index < size; ++index) {
      InclusionProof proof{.index = static_cast<std::int64_t>(index),
                           .tree_size = static_cast<std::int64_t>(size),
                           .hashes = path_to(leaves, index, 0, size)};
      EXPECT_EQ(root_from_proof(leaves[index], proof), root) << size << " " << index;
      EXPECT_NE(root_from_proof("another", proof), root);
      if (proof.hashes.empty()) continue;
      proof.hashes.pop_back();
      EXPECT_FALSE(root_from_proof(leaves[index], proof)) << "a proof that is too short";
      proof.hashes.emplace_back(32, 'x');
      proof.hashes.emplace_back(32, 'x');
      EXPECT_FALSE(root_from_proof(leaves[index], proof)) << "a proof that is too long";
    }
  }
}

TEST(InclusionProof, RefusesNumbersThatCannotBe) {
  EXPECT_FALSE(root_from_proof("x", {.index = 3, .tree_size = 3}));
  EXPECT_FALSE(root_from_proof("x", {.index = -1, .tree_size = 3}));
  EXPECT_FALSE(root_from_proof("x", {.index = 0, .tree_size = 0}));
}

}  // namespace
}  // namespace yagura::supply
