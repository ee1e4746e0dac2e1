// Watch lists with a million and with five million entries: memory, time to build, and look-ups of
// what is not listed (the usual case) and of what is.

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "figure.hpp"
#include "sensor/analysis/watch/domain_set.hpp"
#include "sensor/analysis/watch/network_set.hpp"

namespace yagura::bench {
namespace {

using namespace yagura::sensor;

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

IpAddress random_address(std::mt19937_64& random) {
  const std::uint64_t bits = random();
  return IpAddress::v4(reinterpret_cast<const unsigned char*>(&bits));
}

std::string random_name(std::mt19937_64& random) {
  static constexpr const char* kEnds[] = {".com", ".net", ".example.org", ".info", ".co.uk"};
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  std::string name = "x";
  const std::size_t size = 5 + random() % 14;
  for (std::size_t i = 0; i < size; ++i) name += kLetters[random() % 36];
  return name + kEnds[random() % 5];
}

template <typename Subject, typename Find>
void look_up(const std::string& name, const std::vector<Subject>& subjects, Find find) {
  std::size_t found = 0;
  const double start = cpu_nanoseconds();
  for (const Subject& subject : subjects) found += find(subject) ? 1 : 0;
  const double spent = cpu_nanoseconds() - start;
  print_figure(name, "ns", spent / static_cast<double>(subjects.size()));
  if (found > subjects.size()) std::abort();  // keeps the loop
}

void run_networks(std::size_t count, const std::string& size) {
  std::mt19937_64 random(1);
  NetworkSetBuilder builder;
  std::vector<IpAddress> listed;
  for (std::size_t i = 0; i < count; ++i) {
    const IpAddress address = random_address(random);
    const auto prefix = static_cast<std::uint8_t>(i % 20 == 0 ? 24 : 32);
    builder.add({address, prefix, 0});
    if (listed.size() < 1'000'000) listed.push_back(address);
  }
  std::shuffle(listed.begin(), listed.end(), random);
  double start = cpu_nanoseconds();
  const NetworkSet set = builder.build();
  print_figure("sensor_watch/networks_" + size + "/build", "s", (cpu_nanoseconds() - start) / 1e9);
  print_figure("sensor_watch/networks_" + size + "/memory", "MiB",
               static_cast<double>(set.bytes()) / 1048576);
  std::vector<IpAddress> others(1'000'000);
  for (IpAddress& address : others) address = random_address(random);
  const auto find = [&](const IpAddress& address) { return set.find(address).has_value(); };
  look_up("sensor_watch/networks_" + size + "/lookup_unlisted", others, find);
  look_up("sensor_watch/networks_" + size + "/lookup_listed", listed, find);
}

void run_domains(std::size_t count, const std::string& size) {
  std::mt19937_64 random(2);
  DomainSetBuilder builder;
  std::vector<std::string> listed;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = random_name(random);
    builder.add(name, kDomainItself | kDomainsBelow, 0);
    if (listed.size() < 200'000) listed.push_back("www." + std::move(name));
  }
  std::shuffle(listed.begin(), listed.end(), random);
  double start = cpu_nanoseconds();
  const DomainSet set = builder.build();
  print_figure("sensor_watch/domains_" + size + "/build", "s", (cpu_nanoseconds() - start) / 1e9);
  print_figure("sensor_watch/domains_" + size + "/memory", "MiB",
               static_cast<double>(set.bytes()) / 1048576);
  std::vector<std::string> others;
  for (int i = 0; i < 200'000; ++i) others.push_back("api." + random_name(random));
  const auto find = [&](const std::string& name) { return set.find(name).has_value(); };
  look_up("sensor_watch/domains_" + size + "/lookup_unlisted", others, find);
  look_up("sensor_watch/domains_" + size + "/lookup_listed", listed, find);
}

}  // namespace
}  // namespace yagura::bench

int main() {
  yagura::bench::run_networks(1'000'000, "1m");
  yagura::bench::run_networks(5'000'000, "5m");
  yagura::bench::run_domains(1'000'000, "1m");
  yagura::bench::run_domains(5'000'000, "5m");
}
