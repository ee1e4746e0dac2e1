// Watch lists: whatever the text, what was counted as read is what is found, pieces of the text
// that stand on lines of their own say the same alone, and look-ups of any text end.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "sensor/analysis/watch/list_reader.hpp"

namespace {

using namespace yagura::sensor;

struct Read {
  bool is_read = false;
  ListCounts counts;
  NetworkSet networks;
  DomainSet domains;
};

Read read(std::string_view text, bool below) {
  NetworkSetBuilder networks;
  DomainSetBuilder domains;
  ListReader reader(networks, domains, 3, below,
                    {.max_line = 256, .max_entries = 100'000, .max_json = 1 << 16});
  Read result;
  if (auto counts = reader.read_text(text, "list")) {
    result.is_read = true;
    result.counts = *counts;
  }
  result.networks = networks.build();
  result.domains = domains.build();
  return result;
}

// The lines one by one, each as a list of its own. A list that begins with a bracket is JSON.
void check_lines(std::string_view text, const Read& whole) {
  std::size_t domains = 0;
  std::size_t networks = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t begin = line.find_first_not_of(" \t\r");
    const bool starts_otherwise = begin != std::string_view::npos &&
                                  (line[begin] == '[' || line.substr(begin).starts_with("\xef"));
    if (starts_otherwise) return;
    const Read alone = read(line, false);
    YAGURA_CHECK(alone.is_read, "a line is a list");
    domains += alone.counts.domains;
    networks += alone.counts.networks;
    alone.networks.for_each_network([&](const WatchedNetwork& network) {
      YAGURA_CHECK(whole.networks.find(network.address).has_value(), "listed, so found");
    });
  }
  YAGURA_CHECK(domains == whole.counts.domains, "each line's domains");
  YAGURA_CHECK(networks == whole.counts.networks, "each line's networks");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Read plain = read(text, false);
  if (!plain.is_read) return 0;
  const Read below = read(text, true);
  YAGURA_CHECK(below.counts.domains == plain.counts.domains, "the same names");
  YAGURA_CHECK(plain.domains.size() <= plain.counts.domains, "no names of its own");
  std::size_t networks = 0;
  plain.networks.for_each_network([&](const WatchedNetwork& network) {
    ++networks;
    const auto found = plain.networks.find(network.address);
    YAGURA_CHECK(found && found->prefix >= network.prefix, "found, or one within it");
    YAGURA_CHECK(found->list == 3, "of the list");
  });
  YAGURA_CHECK(networks <= plain.counts.networks, "no networks of its own");
  if (const auto hit = plain.domains.find(text)) {
    YAGURA_CHECK(text.ends_with(hit->name), "a hit is the name or above it");
    YAGURA_CHECK(below.domains.find(text).has_value(), "more names are found so");
  }
  const bool is_text =
      text.substr(0, 64).find('[') == std::string_view::npos && !text.starts_with("\xef");
  if (is_text) check_lines(text, plain);
  return 0;
}
