#pragma once

// For tests: a node's files in a directory of the test's own, and bundles as runtimes write them
// (OCI runtime specification, config.json).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::sensor::testing {

// Removed on destruction.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Makes directories as needed.
  void write(const std::string& relative, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// Cgroups of the test's own at the top of the cgroup2 hierarchy, gone at its end with whatever
// still runs in them.
class OwnCgroups {
 public:
  OwnCgroups();
  ~OwnCgroups();
  OwnCgroups(const OwnCgroups&) = delete;
  OwnCgroups& operator=(const OwnCgroups&) = delete;

  [[nodiscard]] bool is_usable() const { return is_usable_; }
  [[nodiscard]] const std::string& top() const { return top_; }  // "/yagura-identity-…"
  [[nodiscard]] const std::string& mount() const { return mount_; }

  struct Made {
    std::uint64_t id = 0;
    std::string path;  // in the hierarchy
  };
  // With its parents; `relative` to top, "/a/b".
  Made make(const std::string& relative);
  void remove_last();

 private:
  std::string mount_;
  std::string top_;
  std::vector<std::string> made_;
  bool is_usable_ = false;
};

// "c000…<number>", 64 digits.
[[nodiscard]] std::string container_id(unsigned number);

struct BundleText {
  std::string pod = "web-5d8f-x7k2p";
  std::string name_space = "shop";
  std::string uid = "72f7f152-440c-66ac-9084-e0fc1d8a910c";
  std::string sandbox;    // id
  std::string container;  // name; "": the sandbox itself
  std::string image = "docker.io/library/nginx:1.25";
  std::string mounts;  // JSON items
  std::string capabilities = R"("CAP_NET_RAW")";
  std::string devices = R"({"allow":false,"access":"rwm"})";
  std::string namespaces = R"({"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"mount"})";
};

// As containerd's CRI plugin writes it.
[[nodiscard]] std::string containerd_config(const BundleText& text);

// Where containerd keeps it, below a node's root.
[[nodiscard]] std::string containerd_path(const std::string& id);

}  // namespace yagura::sensor::testing
