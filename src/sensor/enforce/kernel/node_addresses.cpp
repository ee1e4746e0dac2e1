#include "sensor/enforce/kernel/node_addresses.hpp"

// fib_trie draws the routing tables as trees. An address of the node's own is a leaf, "|-- ADDRESS"
// after any amount of indentation, and the line below it says "/32 host LOCAL".

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace yagura::sensor::enforce {
namespace {

constexpr std::size_t kMaxFile = std::size_t{16} << 20;

template <typename OnLine>
void for_each_line(std::string_view text, OnLine on_line) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    on_line(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool is_loopback(const NodeAddress& address) {
  NodeAddress six{};
  six[15] = 1;
  return address == six || (address[10] == 0xff && address[11] == 0xff && address[12] == 127 &&
                            std::all_of(address.begin(), address.begin() + 10,
                                        [](std::uint8_t byte) { return byte == 0; }));
}

// Files of /proc tell no size.
Result<std::string> read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kIo, path.string() + " does not open");
  std::string text;
  std::array<char, 65536> block{};
  while (file.read(block.data(), block.size()) || file.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxFile) return fail(ErrorCode::kLimitExceeded, path.string() + " is large");
  }
  return text;
}

}  // namespace

void parse_fib_trie(std::string_view text, std::set<NodeAddress>& addresses) {
  std::string leaf;
  for_each_line(text, [&](std::string_view line) {
    constexpr std::string_view kLeaf = "|-- ";
    if (const std::size_t at = line.find(kLeaf); at != std::string_view::npos) {
      leaf = line.substr(at + kLeaf.size());
      return;
    }
    NodeAddress address{};
    if (line.find("/32 host LOCAL") == std::string_view::npos ||
        inet_pton(AF_INET, leaf.c_str(), address.data() + 12) != 1) {
      return;
    }
    address[10] = address[11] = 0xff;
    if (!is_loopback(address)) addresses.insert(address);
  });
}

void parse_if_inet6(std::string_view text, std::set<NodeAddress>& addresses) {
  for_each_line(text, [&](std::string_view line) {
    NodeAddress address{};
    if (line.size() < 33 || line[32] != ' ') return;
    for (std::size_t i = 0; i < address.size(); ++i) {
      const char* const digits = line.data() + 2 * i;
      const auto [end, error] = std::from_chars(digits, digits + 2, address[i], 16);
      if (error != std::errc{} || end != digits + 2) return;
    }
    if (!is_loopback(address)) addresses.insert(address);
  });
}

Result<std::set<NodeAddress>> read_node_addresses(const std::filesystem::path& folder) {
  YAGURA_TRY(const std::string routes, read_whole(folder / "fib_trie"));
  std::set<NodeAddress> addresses;
  parse_fib_trie(routes, addresses);
  if (const auto six = read_whole(folder / "if_inet6")) parse_if_inet6(*six, addresses);
  return addresses;
}

}  // namespace yagura::sensor::enforce
