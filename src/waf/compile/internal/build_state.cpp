#include "waf/compile/internal/build_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "waf/seclang/ascii.hpp"
#include "waf/seclang/report.hpp"

namespace yagura::waf::internal {

void BuildState::error(const seclang::Position& position, std::string message,
                       std::string hint) const {
  seclang::report_error(diagnostics, position, std::move(message), std::move(hint));
}

void BuildState::warning(const seclang::Position& position, std::string message,
                         std::string hint) const {
  seclang::report_warning(diagnostics, position, std::move(message), std::move(hint));
}

std::uint32_t BuildState::tx_slot(std::string_view name) {
  const auto next = static_cast<std::uint32_t>(set.tx_names.size());
  const auto [entry, added] = set.tx_slots.try_emplace(seclang::lower(name), next);
  if (added) set.tx_names.push_back(entry->first);
  return entry->second;
}

std::optional<std::uint8_t> BuildState::chain(const std::vector<Transform>& transforms) {
  std::vector<TransformChain>& chains = set.transform_chains;
  TransformChain wanted(transforms);
  const auto found = std::find(chains.begin(), chains.end(), wanted);
  if (found != chains.end()) return static_cast<std::uint8_t>(found - chains.begin());
  if (chains.size() > 0xff) return std::nullopt;
  chains.push_back(std::move(wanted));
  return static_cast<std::uint8_t>(chains.size() - 1);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string result = "\"";
  for (const char byte : text.substr(0, kLongest)) {
    const bool control = static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
    result += control ? '?' : byte;
  }
  return result + (text.size() > kLongest ? "…\"" : "\"");
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<RuleIdRange> read_id_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::optional<std::uint64_t> first = read_number(seclang::trim(text.substr(0, dash)));
  if (!first || dash == std::string_view::npos) {
    return first.transform([](std::uint64_t id) { return RuleIdRange{id, id}; });
  }
  const std::optional<std::uint64_t> last = read_number(seclang::trim(text.substr(dash + 1)));
  if (!last || *last < *first) return std::nullopt;
  return RuleIdRange{*first, *last};
}

std::vector<RuleIdRange> read_id_ranges(std::string_view text, const seclang::Position& position,
                                        const BuildState& state) {
  std::vector<RuleIdRange> ranges;
  while (true) {
    const std::size_t start = text.find_first_not_of(", \t");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::string_view part = text.substr(0, text.find_first_of(", \t"));
    text.remove_prefix(part.size());
    if (const std::optional<RuleIdRange> range = read_id_range(part)) {
      ranges.push_back(*range);
    } else {
      state.error(position, fmt::format("{} is no rule id and no range of ids", shown(part)),
                  "write 942100 or 942100-942190");
    }
  }
  return ranges;
}

bool contains(const std::vector<RuleIdRange>& ranges, RuleId id) {
  return std::any_of(ranges.begin(), ranges.end(), [id](const RuleIdRange& range) {
    return range.first <= id && id <= range.last;
  });
}

TextSelector::TextSelector(std::string_view text, const seclang::Position& position,
                           const BuildState& state)
    : text_(text) {
  Result<Pattern> pattern = Pattern::compile(text);
  if (pattern) {
    pattern_ = std::make_shared<const Pattern>(*std::move(pattern));
  } else {
    state.error(position, pattern.error().message);
  }
}

bool TextSelector::selects(std::string_view tag_or_message) const {
  if (tag_or_message == text_) return true;
  return pattern_ && pattern_->match(tag_or_message, nullptr) == OperatorResult::kMatch;
}

}  // namespace yagura::waf::internal
