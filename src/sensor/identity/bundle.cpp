// Which file of which runtime: the cgroup's path often names the runtime, else all are tried; each
// try is one open().

#include "sensor/identity/bundle.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sensor/identity/image_reference.hpp"
#include "sensor/identity/json_text.hpp"

namespace yagura::sensor {
namespace {

bool is_id(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// A regular file and nothing else: never waits, as a pipe would.
Result<std::string> read_regular(const std::string& path, std::uint64_t max_size) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    const int error = errno;
    return fail(error == ENOENT || error == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}", path, std::strerror(error)));
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kIo, fmt::format("{}: no regular file", path));
  }
  std::string text;
  while (text.size() <= max_size) {
    const std::size_t had = text.size();
    const std::size_t step =
        std::clamp<std::size_t>(static_cast<std::size_t>(status.st_size) + 1, 4096, max_size + 1);
    text.resize(had + step);
    const ssize_t got = ::read(file.get(), text.data() + had, step);
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno != EINTR) {
      return fail(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
    }
    if (got == 0) {
      return text;
    }
  }
  return fail(ErrorCode::kLimitExceeded, fmt::format("{}: more than {} bytes", path, max_size));
}

class Search {
 public:
  Search(const RuntimePaths& paths, std::string_view id) : paths_(paths), id_(id) {}

  Result<Bundle> run(Runtime runtime) {
    Result<Bundle> bundle = oci_bundle(runtime);
    if (!bundle && bundle.error().code != ErrorCode::kNotFound) {
      return bundle;
    }
    if (runtime == Runtime::kDocker || runtime == Runtime::kUnknown) {
      add_docker(bundle);
    }
    if (bundle) {
      bundle->container.id = id_;
      if (bundle->container.runtime == Runtime::kUnknown) {
        bundle->container.runtime = found_runtime_;
      }
      add_stored_names(*bundle);
    }
    return bundle;
  }

 private:
  Result<Bundle> oci_bundle(Runtime runtime) {
    Result<Bundle> bundle = fail(ErrorCode::kNotFound, fmt::format("no bundle of {}", id_));
    const auto attempt = [&](const std::string& path, Runtime found) {
      auto text = read_regular(path, paths_.max_file);
      if (text) {
        found_runtime_ = found;
        bundle = parse_oci_config(path, *std::move(text));
      } else if (text.error().code != ErrorCode::kNotFound) {
        bundle = std::unexpected(std::move(text).error());
      }
      return text.has_value();
    };
    if (runtime != Runtime::kCrio && runtime != Runtime::kPodman) {
      for (const std::string& state : paths_.containerd_states) {
        for (const std::string& name_space : paths_.containerd_namespaces) {
          const bool is_docker = name_space == "moby";
          if (attempt(fmt::format("{}{}/io.containerd.runtime.v2.task/{}/{}/config.json",
                                  paths_.root, state, name_space, id_),
                      is_docker ? Runtime::kDocker : Runtime::kContainerd)) {
            return bundle;
          }
        }
      }
    }
    if (runtime != Runtime::kContainerd && runtime != Runtime::kDocker) {
      for (const std::string& storage : paths_.storages) {
        if (attempt(fmt::format("{}{}/overlay-containers/{}/userdata/config.json", paths_.root,
                                storage, id_),
                    Runtime::kPodman)) {
          return bundle;
        }
      }
    }
    return bundle;
  }

  void add_docker(Result<Bundle>& bundle) {
    for (const std::string& root : paths_.docker_roots) {
      const std::string directory = fmt::format("{}{}/containers/{}/", paths_.root, root, id_);
      auto config = read_regular(directory + "config.v2.json", paths_.max_file);
      auto host = read_regular(directory + "hostconfig.json", paths_.max_file);
      if (!config) {
        continue;
      }
      Bundle added = bundle.value_or(Bundle());
      added.container.id = id_;
      if (add_docker_config(added, *std::move(config), host.value_or("{}"))) {
        bundle = std::move(added);
        return;
      }
    }
  }

  // Podman keeps no name in the bundle; the storage's list of containers has it.
  void add_stored_names(Bundle& bundle) {
    Container& container = bundle.container;
    if (container.runtime != Runtime::kPodman) {
      return;
    }
    for (const std::string& storage : paths_.storages) {
      const std::string path =
          fmt::format("{}{}/overlay-containers/containers.json", paths_.root, storage);
      auto text = read_regular(path, paths_.max_file);
      if (!text) {
        continue;
      }
      const auto json = JsonText::parse(path, *std::move(text));
      if (!json || !json->root().is_list()) {
        continue;
      }
      for (const kube::Node& item : json->root().items()) {
        if (text_at(item, {"id"}) == id_) {
          add_stored(container, item);
          return;
        }
      }
    }
  }

  static void add_stored(Container& container, const kube::Node& item) {
    container.metadata = Metadata::kComplete;
    const auto names = item.list("names");
    if (!names.empty() && container.name.empty()) {
      container.name = names.front().string_or();
    }
    container.image_id = text_at(item, {"image"});
    const auto metadata = JsonText::parse("metadata", std::string(text_at(item, {"metadata"})));
    if (metadata && container.image.empty()) {
      container.image = text_at(metadata->root(), {"image-name"});
      const ImageReference parts = split_image_reference(container.image);
      container.image_repository = parts.repository;
      container.image_tag = parts.tag;
      container.image_digest = parts.digest;
    }
  }

  const RuntimePaths& paths_;
  std::string id_;
  Runtime found_runtime_ = Runtime::kUnknown;
};

}  // namespace

Result<Bundle> read_bundle(const RuntimePaths& paths, std::string_view id, Runtime runtime) {
  if (!is_id(id)) {
    return fail(ErrorCode::kInvalidInput, "a container's id has 64 hex digits");
  }
  return Search(paths, id).run(runtime);
}

}  // namespace yagura::sensor
