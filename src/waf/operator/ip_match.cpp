// @ipMatch and @ipMatchFromFile: is the value an address in one of the networks? A value that is no
// address matches none.

#include <fmt/format.h>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/bounded_cache.hpp"
#include "waf/operator/internal/data_file.hpp"
#include "waf/operator/internal/families.hpp"
#include "waf/operator/internal/ip_set.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kCachedExpansions = 64;
constexpr std::size_t kMaxExpansion = 4096;  // bytes of an expanded argument

OperatorResult look_up(const IpSet& set, std::string_view value, OperatorContext& context) {
  const auto address = IpAddress::parse(value);
  if (!address || !set.contains(*address)) return OperatorResult::kNoMatch;
  context.matched = value;
  return OperatorResult::kMatch;
}

// "10.0.0.0/8,::1", spaces allowed. The error is the entry that is no network.
std::expected<std::vector<IpRange>, std::string> parse_list(std::string_view list) {
  std::vector<IpRange> ranges;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    const std::string_view entry = trimmed(list.substr(start, end - start));
    if (!entry.empty()) {
      const auto range = IpRange::parse(entry);
      if (!range) return std::unexpected(std::string(entry));
      ranges.push_back(*range);
    }
    start = end + 1;
  }
  return ranges;
}

class IpMatch final : public Operator {
 public:
  explicit IpMatch(IpSet set) : set_(std::move(set)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    return look_up(set_, value, context);
  }
  ByteCondition condition() const override {
    return {.one_of = {ByteSet::of(".:")}, .min_length = 2};
  }

 private:
  IpSet set_;
};

class IpMatchMacro final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (context.argument.size() > kMaxExpansion) return OperatorResult::kNotEvaluated;
    const auto set = cache_.get(context.argument, [](std::string_view list) {
      auto ranges = parse_list(list);
      return ranges ? std::make_shared<const IpSet>(*std::move(ranges)) : nullptr;
    });
    return set ? look_up(*set, value, context) : OperatorResult::kNotEvaluated;
  }
  ByteCondition condition() const override {
    return {.one_of = {ByteSet::of(".:")}, .min_length = 2};
  }

 private:
  mutable BoundedCache<IpSet> cache_{kCachedExpansions};
};

}  // namespace

Result<OperatorPointer> make_ip_match(std::string_view name, std::string_view argument,
                                      const OperatorEnvironment& environment) {
  if (environment.argument_has_macro) return std::make_unique<IpMatchMacro>();
  auto ranges = parse_list(argument);
  if (!ranges) {
    return bad_argument(name, fmt::format("'{}' is no IPv4 or IPv6 address or network (such as "
                                          "192.0.2.0/24 or 2001:db8::/32)",
                                          ranges.error()));
  }
  if (ranges->empty()) return bad_argument(name, "names no address");
  return std::make_unique<IpMatch>(IpSet(*std::move(ranges)));
}

Result<OperatorPointer> make_ip_match_from_file(std::string_view name, std::string_view argument,
                                                const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  YAGURA_TRY(const std::vector<DataLine> lines, read_data_lines(name, argument, environment));
  std::vector<IpRange> ranges;
  for (const DataLine& line : lines) {
    const auto range =
        IpRange::parse(trimmed(std::string_view(line.text).substr(0, line.text.find('#'))));
    if (!range) {
      return bad_argument(name, fmt::format("{}:{}: '{}' is no IPv4 or IPv6 address or network",
                                            argument, line.number, line.text));
    }
    ranges.push_back(*range);
  }
  return std::make_unique<IpMatch>(IpSet(std::move(ranges)));
}

}  // namespace yagura::waf::internal
