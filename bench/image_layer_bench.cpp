// Reading the layers of a large image: up to 900 MB of this machine's /usr in two layers, packed by
// tar and gzip.
// Times are the best of three; memory is the peak of a process that does nothing else.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "figure.hpp"
#include "image/blob/streams.hpp"
#include "image/cache/layer_cache.hpp"
#include "image/layer/directory.hpp"
#include "image/layer/layers.hpp"
#include "image/layer/testing/analyzers.hpp"
#include "image/merge/merged_image.hpp"
#include "image/merge/ownership.hpp"
#include "image/packages/dpkg/dpkg_analyzer.hpp"

namespace {

namespace fs = std::filesystem;
using namespace yagura;         // NOLINT(google-build-using-namespace)
using namespace yagura::image;  // NOLINT(google-build-using-namespace)

double seconds(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double best_of_three(const auto& work) {
  return std::min({seconds(work), seconds(work), seconds(work)});
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(2);
}

struct Blob {
  fs::path path;
  LayerIdentity identity;
};

constexpr std::uint64_t kLayer = 450'000'000;
constexpr std::uint64_t kLargest = 64'000'000;

// Two lists of files, a layer each; the package database comes with the first.
std::vector<fs::path> list_files(const fs::path& directory) {
  std::vector<fs::path> lists = {directory / "1.list", directory / "2.list"};
  std::ofstream first(lists[0]);
  std::ofstream second(lists[1]);
  first << "var/lib/dpkg\n";
  std::uint64_t size = 0;
  for (const char* top : {"/usr/bin", "/usr/share", "/usr/lib"}) {
    fs::recursive_directory_iterator items(top, fs::directory_options::skip_permission_denied);
    for (const fs::directory_entry& item : items) {
      if (size > 2 * kLayer) return lists;
      if (item.is_symlink() || !item.is_regular_file() || item.file_size() > kLargest) continue;
      size += item.file_size();
      (size <= kLayer ? first : second) << item.path().string().substr(1) << '\n';
    }
  }
  return lists;
}

Blob pack(const fs::path& directory, const std::string& name, const fs::path& list,
          const std::string& compress) {
  Blob blob{.path = directory / name, .identity = {}};
  const std::string command = "tar -C / -cf - -T " + list.string() + " 2>/dev/null | " + compress +
                              " > " + blob.path.string();
  if (!fs::exists(blob.path) && std::system(command.c_str()) != 0) give_up("can't run: " + command);
  auto stream = open_file_blob(blob.path);
  auto facts = read_layer(**stream, {});
  if (!facts) give_up(facts.error().message);
  blob.identity = {facts->digest, facts->compressed_size, facts->diff_id};
  return blob;
}

std::vector<LayerInput> inputs(const std::vector<Blob>& blobs) {
  std::vector<LayerInput> out;
  for (const Blob& blob : blobs) {
    out.push_back({blob.identity, [path = blob.path] { return open_file_blob(path); }});
  }
  return out;
}

Analyzers database() {
  Analyzers list;
  list.push_back(std::make_unique<DpkgAnalyzer>());
  return list;
}

ReadLayers read(const std::vector<Blob>& blobs, const Analyzers& analyzers,
                const LayerCache* cache = nullptr) {
  auto layers = read_layers(inputs(blobs), analyzers, {.cache = cache});
  if (!layers) give_up(layers.error().message);
  return std::move(*layers);
}

Analyzers usual() {
  Analyzers list = database();
  list.push_back(std::make_unique<image::testing::DigestAnalyzer>(".so"));
  return list;
}

// Peak resident memory of a process that only reads the blobs, bytes.
double peak_memory(const std::vector<Blob>& blobs) {
  std::vector<std::string> words = {"/proc/self/exe", "--read"};
  for (const Blob& blob : blobs) words.push_back(blob.path.string());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv("/proc/self/exe", arguments.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) < 0 || status != 0) give_up("a child failed");
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

void measure_layers(const std::string& name, const std::vector<Blob>& blobs) {
  std::uint64_t inflated = 0;
  std::size_t files = 0;
  for (const LayerFacts& layer : read(blobs, {}).layers) {
    inflated += layer.size;
    files += layer.files.size();
  }
  std::fprintf(stderr, "%s: %zu files, %.0f MB inflated\n", name.c_str(), files,
               static_cast<double>(inflated) / 1e6);
  const double none = best_of_three([&] { (void)read(blobs, {}); });
  bench::print_figure(name + ".read", "s", none);
  bench::print_figure(name + ".read", "GB/s", static_cast<double>(inflated) / none / 1e9);
  const Analyzers every = usual();
  bench::print_figure(name + ".read_with_analyzers", "s",
                      best_of_three([&] { (void)read(blobs, every); }));
  bench::print_figure(name + ".peak_memory", "MB", peak_memory(blobs) / 1e6);
}

void measure_peer(const std::vector<Blob>& blobs) {
  std::string command;
  for (const Blob& blob : blobs) {
    command += "sha256sum < " + blob.path.string() + " >/dev/null & gzip -dc " +
               blob.path.string() + " | tar -tf - > /dev/null; ";
  }
  const double peer = best_of_three([&] {
    if (std::system(command.c_str()) != 0) give_up("can't run gzip and tar");
  });
  bench::print_figure("image.gzip.list", "s", best_of_three([&] { (void)read(blobs, {}); }),
                      {"gzip -dc | tar -t, sha256sum", peer});
}

void measure_cache(const fs::path& directory, const std::vector<Blob>& blobs) {
  const auto cache = LayerCache::open({.directory = directory / "cache"});
  if (!cache) give_up(cache.error().message);
  const Analyzers analyzers = database();
  (void)read(blobs, analyzers, &*cache);
  bench::print_figure("image.cache.read", "ms",
                      1e3 * best_of_three([&] {
                        if (read(blobs, analyzers, &*cache).from_cache != blobs.size()) {
                          give_up("not in the cache");
                        }
                      }));
  std::vector<std::vector<LayerFacts>> runs;
  for (int i = 0; i < 3; ++i) runs.push_back(read(blobs, analyzers, &*cache).layers);
  std::vector<MergedImage> images;
  bench::print_figure("image.merge", "ms", 1e3 * best_of_three([&] {
                                             images.emplace_back(std::move(runs[images.size()]));
                                           }));
  bench::print_figure("image.ownership", "ms",
                      1e3 * best_of_three([&] { const Ownership ownership(images.front()); }));
}

}  // namespace

// `bench_image_layer [DIRECTORY]`: keeps the layers there, and takes those that are there.
int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (!arguments.empty() && arguments.front() == "--read") {
    std::vector<Blob> blobs;
    for (std::size_t i = 1; i < arguments.size(); ++i) blobs.push_back({arguments[i], {}});
    (void)read(blobs, usual());
    return 0;
  }
  std::string name = (fs::temp_directory_path() / "yagura-bench-XXXXXX").string();
  const bool keep = !arguments.empty();
  if (keep) {
    name = arguments.front();
    fs::create_directories(name);
  } else if (::mkdtemp(name.data()) == nullptr) {
    give_up("no temporary directory");
  }
  const fs::path directory = name;
  const std::vector<fs::path> lists = list_files(directory);
  const std::vector<Blob> gzipped = {pack(directory, "1.gz", lists[0], "gzip -5"),
                                     pack(directory, "2.gz", lists[1], "gzip -5")};
  const std::vector<Blob> plain = {pack(directory, "1.tar", lists[0], "cat"),
                                   pack(directory, "2.tar", lists[1], "cat")};
  measure_cache(directory, gzipped);
  measure_layers("image.gzip", gzipped);
  measure_layers("image.plain", plain);
  bench::print_figure("image.directory", "s", best_of_three([] {
                        auto facts = read_directory("/usr/share", database());
                        if (!facts) give_up(facts.error().message);
                      }));
  measure_peer(gzipped);
  if (!keep) fs::remove_all(directory);
}
