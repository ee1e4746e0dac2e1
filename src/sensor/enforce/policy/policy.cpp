#include "sensor/enforce/policy/policy.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace yagura::sensor::enforce {
namespace {

constexpr std::size_t kMaxComponents = 48;
constexpr std::size_t kMaxNamePrefix = 64;  // what the kernel's trie compares of a name

bool has_bits_behind(const Cidr& cidr) {
  for (unsigned bit = cidr.length; bit < 128; ++bit) {
    if (((cidr.address[bit / 8] >> (7 - bit % 8)) & 1) != 0) return true;
  }
  return false;
}

// Absolute, and each name one that a resolved path can have.
bool is_clean(std::string_view path) {
  if (path.size() > 4095) return false;
  std::size_t components = 0;
  while (!path.empty()) {
    if (path.front() != '/') return false;
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    if (name.empty() || name == "." || name == ".." || name.size() > 255) return false;
    if (++components > kMaxComponents) return false;
    path.remove_prefix(name.size());
  }
  return true;
}

}  // namespace

bool Cidr::contains(const Cidr& other) const {
  if (other.length < length) return false;
  for (unsigned bit = 0; bit < length; ++bit) {
    if ((((address[bit / 8] ^ other.address[bit / 8]) >> (7 - bit % 8)) & 1) != 0) return false;
  }
  return true;
}

std::uint32_t watch_list_number(std::string_view name) { return policy_number(name); }

std::uint32_t policy_number(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash == 0 ? 1 : hash;
}

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::kObserve:
      return "observe";
    case Mode::kAlert:
      return "alert";
    case Mode::kBlock:
      return "block";
  }
  return "?";
}

std::string_view operation_name(unsigned operation) {
  static constexpr std::string_view kNames[YGR_OPERATIONS] = {"exec",
                                                              "exec.writableLayer",
                                                              "exec.memfd",
                                                              "exec.hash",
                                                              "file.read",
                                                              "file.write",
                                                              "file.create",
                                                              "file.delete",
                                                              "file.rename",
                                                              "file.chmod",
                                                              "file.chown",
                                                              "file.link",
                                                              "file.symlink",
                                                              "file.mkdir",
                                                              "file.mknod",
                                                              "network.egress",
                                                              "network.ingress",
                                                              "network.bind",
                                                              "network.listen",
                                                              "network.socket",
                                                              "capability",
                                                              "mount",
                                                              "ptrace",
                                                              "namespace",
                                                              "kernelModule",
                                                              "bpf",
                                                              "setuid",
                                                              "memory.writableExecutable",
                                                              "ioUring",
                                                              "userfaultfd"};
  return operation < YGR_OPERATIONS ? kNames[operation] : "?";
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Cidr cidr;
  unsigned width = 128;
  unsigned offset = 0;
  if (inet_pton(AF_INET6, address.c_str(), cidr.address.data()) != 1) {
    if (inet_pton(AF_INET, address.c_str(), cidr.address.data() + 12) != 1) return std::nullopt;
    std::memset(cidr.address.data(), 0, 10);
    cidr.address[10] = cidr.address[11] = 0xff;
    width = 32;
    offset = 96;
  }
  unsigned length = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.empty() ||
        length > width) {
      return std::nullopt;
    }
  }
  cidr.length = static_cast<std::uint8_t>(length + offset);
  if (has_bits_behind(cidr)) return std::nullopt;
  return cidr;
}

std::optional<PathPattern> parse_path_pattern(std::string_view text) {
  if (!text.starts_with('/') || text.find('\0') != std::string_view::npos) return std::nullopt;
  PathPattern pattern;
  if (text.ends_with("/**")) {
    pattern.kind = PathPattern::Kind::kTree;
    text.remove_suffix(3);
  } else if (text.ends_with('*')) {
    pattern.kind = PathPattern::Kind::kNamePrefix;
    text.remove_suffix(1);
  } else if (text.ends_with('/')) {
    pattern.kind = PathPattern::Kind::kTree;
    text.remove_suffix(1);
  }
  if (text.find_first_of("*?[") != std::string_view::npos) return std::nullopt;
  pattern.path = text;
  if (pattern.kind != PathPattern::Kind::kNamePrefix) {
    if (!is_clean(text)) return std::nullopt;
    return pattern;
  }
  // "/a/" of "/a/*" has no name behind the last slash, which stands for every name.
  const std::size_t slash = text.rfind('/');
  if (text.size() - slash - 1 > kMaxNamePrefix || !is_clean(text.substr(0, slash)))
    return std::nullopt;
  return pattern;
}

}  // namespace yagura::sensor::enforce
