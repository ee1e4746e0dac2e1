#include "model/finding.hpp"

#include <array>
#include <cstdint>

namespace yagura::model {

namespace {

class Fnv1a {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    end_field();
  }

  // "containers[1].ports[0].hostPort" as "containers[].ports[0].hostPort": the name says which
  // element of the first list it is, so its position there need not last. Those below it must stay:
  // nothing else tells two ports of a container apart.
  void add_without_first_position(std::string_view path) {
    bool in_position = false;
    bool seen_position = false;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const char c = path[i];
      const bool digit = c >= '0' && c <= '9';
      if (in_position && digit) {
        seen_position = true;
        continue;
      }
      mix(static_cast<unsigned char>(c));
      in_position = c == '[' && !seen_position;
    }
    end_field();
  }

  [[nodiscard]] std::string hex() const {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i) text[i] = kDigits[(hash_ >> (60 - 4 * i)) & 15];
    return text;
  }

 private:
  void end_field() { mix(0xFF); }  // a separator that no UTF-8 text holds
  void mix(std::uint64_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// "apps/v1" -> "apps", "v1" -> "": a finding survives the move to a newer version of the same
// group.
std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

}  // namespace

std::string_view to_string(Status status) {
  static constexpr std::array<std::string_view, 4> kNames = {"fail", "pass", "not-evaluated",
                                                             "ignored"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string fingerprint(const Finding& finding) {
  Fnv1a hash;
  if (finding.control) hash.add(finding.control->id);
  if (finding.resource) {
    hash.add(group_of(finding.resource->api_version));
    hash.add(finding.resource->kind);
    hash.add(finding.resource->namespace_);
    hash.add(finding.resource->name);
  }
  hash.add(finding.subject);
  if (finding.subject.empty()) {
    hash.add(finding.location.path);
  } else {
    hash.add_without_first_position(finding.location.path);
  }
  return hash.hex();
}

}  // namespace yagura::model
