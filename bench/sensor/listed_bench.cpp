// Watch lists in the kernel: what a million addresses cost a connect() that is judged by them, and
// what memory. Sockets are UDP's, whose connect() sends nothing, and addresses the loopback's.
// Needs root, cgroup2 and the kernel programs of tier B, in a control group of its own.

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "figure.hpp"
#include "sensor/enforce/enforcer.hpp"
#include "sensor/enforce/testing.hpp"

namespace yagura::bench {
namespace {

using sensor::enforce::Cidr;
using sensor::enforce::Enforcer;
using sensor::enforce::WatchedLines;
using sensor::enforce::WatchedNetworks;
using sensor::enforce::testing::OwnCgroup;

constexpr std::size_t kEntries = 1'000'000;

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

std::uint32_t loopback(std::uint32_t number) { return 0x7f000000U | (number & 0xffffffU); }

// In the control group: a connect() to one random address of 127.0.0.0/8 after the other.
double nanoseconds_a_connect(const OwnCgroup* cgroup) {
  auto* best = static_cast<double*>(
      mmap(nullptr, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  *best = 1e18;
  (void)sensor::enforce::testing::attempt(cgroup, [&] {
    constexpr int kTurns = 200'000;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (int round = 0; round < 5; ++round) {
      std::uint32_t state = 1;
      const double begin = cpu_nanoseconds();
      for (int i = 0; i < kTurns; ++i) {
        state = state * 1664525U + 1013904223U;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(9);
        address.sin_addr.s_addr = htonl(loopback(state >> 8));
        (void)connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
      }
      *best = std::min(*best, (cpu_nanoseconds() - begin) / kTurns);
    }
    return 0;
  });
  const double result = *best;
  munmap(best, sizeof(double));
  return result;
}

// `fixed`: bits that all of them begin with as 127.0.0.0 does.
WatchedNetworks addresses(unsigned fixed) {
  std::mt19937 random(1);
  WatchedNetworks list{.name = "bad", .networks = {}};
  while (list.networks.size() < kEntries) {
    auto number = static_cast<std::uint32_t>(random());
    if (fixed != 0) number = 0x7f000000U | (number >> fixed);
    Cidr cidr{.address = {}, .length = 128};
    cidr.address[10] = cidr.address[11] = 0xff;
    for (std::size_t i = 16; i-- > 12; number >>= 8)
      cidr.address[i] = static_cast<std::uint8_t>(number);
    list.networks.push_back(cidr);
  }
  return list;
}

void measure(Enforcer& enforcer, const OwnCgroup& cgroup, const std::string& what, unsigned fixed,
             double without) {
  const WatchedNetworks list = addresses(fixed);
  const double begin = cpu_nanoseconds();
  const auto lines = WatchedLines::make(std::span(&list, 1));
  const double made = cpu_nanoseconds();
  if (!lines || !enforcer.set_watched(*lines)) {
    std::puts("skipped: the kernel does not take the list");
    return;
  }
  print_figure(what + ": made ready", "ms", (made - begin) / 1e6);
  print_figure(what + ": put into the kernel", "ms", (cpu_nanoseconds() - made) / 1e6);
  print_figure(what + ": the kernel's memory", "MiB",
               static_cast<double>(lines->lines().size_bytes()) / 1048576);
  print_figure(what + ": a judged connect", "ns", nanoseconds_a_connect(&cgroup),
               {"no list", without});
}

int run() {
  const std::string pins = "/sys/fs/bpf/yagura-bench-" + std::to_string(getpid());
  {
    const OwnCgroup cgroup("listed");
    if (geteuid() != 0 || !cgroup.is_there()) {
      std::puts("skipped: not root, or no cgroup2");
      return 0;
    }
    auto enforcer = Enforcer::open({.pins = pins,
                                    .attach_cgroup = cgroup.folder(),
                                    .strongest_tier = 'B',
                                    .spares_runtime = false});
    if (!enforcer || (*enforcer)->status().tier != 'B') {
      std::puts("skipped: no tier B");
      return 0;
    }
    const auto container = cgroup.container();
    const double bare = nanoseconds_a_connect(nullptr);
    // Observed, so that the one in so many that is listed costs a verdict and not the connection.
    const auto policies = sensor::enforce::testing::policies_of(
        {"mode: observe, network: {egress: {denyWatchLists: [bad]}}"});
    if (!(*enforcer)->apply(policies, std::span(&container, 1))) return 1;
    const double without = nanoseconds_a_connect(&cgroup);
    print_figure("a connect judged, no list", "ns", without, {"not judged", bare});
    measure(**enforcer, cgroup, "a million addresses anywhere", 0, without);
    measure(**enforcer, cgroup, "a million addresses within 127.0.0.0/8", 8, without);
  }
  return Enforcer::remove_all(pins) ? 0 : 1;
}

}  // namespace
}  // namespace yagura::bench

int main() { return yagura::bench::run(); }
