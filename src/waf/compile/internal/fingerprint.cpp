#include "waf/compile/internal/fingerprint.hpp"

#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "waf/seclang/print.hpp"

namespace yagura::waf::internal {
namespace {

__extension__ using Wide = unsigned __int128;
constexpr Wide wide(std::uint64_t high, std::uint64_t low) { return (Wide{high} << 64) | low; }

class Fnv128 {
 public:
  void add(std::string_view text) {
    for (const char byte : text) {
      state_ ^= static_cast<unsigned char>(byte);
      state_ *= kPrime;
    }
    state_ ^= 0x100;  // between texts: not a byte's value
    state_ *= kPrime;
  }
  [[nodiscard]] std::string hex() const {
    return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(state_ >> 64),
                       static_cast<std::uint64_t>(state_));
  }

 private:
  static constexpr Wide kPrime = wide(0x0000000001000000, 0x000000000000013B);
  Wide state_ = wide(0x6c62272e07bb0142, 0x62b821756295c58d);
};

struct Visitor {
  Fnv128& hash;
  void operator()(const seclang::RuleDirective& rule) const {
    hash.add(rule.text.empty() ? seclang::to_string(rule) : rule.text);
  }
  void operator()(const seclang::MarkerDirective& marker) const {
    hash.add("SecMarker");
    hash.add(marker.name);
  }
  void operator()(const seclang::PlainDirective& plain) const {
    hash.add(plain.name);
    for (const std::string& each : plain.arguments) hash.add(each);
  }
};

}  // namespace

std::string fingerprint(const seclang::Document& document, const CompileOptions& options) {
  Fnv128 hash;
  for (const seclang::Directive& each : document.directives) std::visit(Visitor{hash}, each);
  for (const RuleIdRange& range : options.shadow_ids) {
    hash.add(fmt::format("shadow {}-{}", range.first, range.last));
  }
  for (const std::string& tag : options.shadow_tags) hash.add("shadow " + tag);
  return hash.hex();
}

}  // namespace yagura::waf::internal
