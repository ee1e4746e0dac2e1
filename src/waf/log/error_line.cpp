// The line of ModSecurity 3's nginx connector, field by field in its order: go-ftw and log
// pipelines read it.

#include <fmt/format.h>

#include <cctype>

#include "waf/log/internal/line.hpp"
#include "waf/log/internal/sanitise.hpp"
#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf {

namespace {

constexpr std::size_t kMaxField = 200, kMaxValue = 100;
constexpr std::uint16_t kTooLarge = 413;

// libmodsecurity's own spelling, which is not the manual's.
std::string operator_name(std::string_view name) {
  if (name == "streq") return "StrEq";
  if (name == "strmatch") return "StrMatch";
  if (name == "pmf") return "PmFromFile";
  if (name == "ipMatchF") return "IpMatchFromFile";
  std::string out(name);
  if (!out.empty())
    out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  return out;
}

// The last link decides a chain, and its operator is the one that matched.
const Rule& last_link(const Transaction& transaction, const Rule& head) {
  const Rule* rule = &head;
  while (rule->next_in_chain != kNone) rule = &transaction.rule_set().rules[rule->next_in_chain];
  return *rule;
}

std::string beginning(const Transaction& transaction, const Detection& detection) {
  if (!detection.disrupted) return "ModSecurity: Warning. ";
  const Verdict verdict = transaction.verdict();
  if (verdict.action == VerdictAction::kDrop) {
    return fmt::format("ModSecurity: Access denied with connection close (phase {}). ",
                       detection.phase);
  }
  if (verdict.action == VerdictAction::kRedirect) {
    return fmt::format(
        "ModSecurity: Access denied with redirection to {} using status {} (phase {}). ",
        log::escaped(verdict.redirect_url), verdict.status, detection.phase);
  }
  return fmt::format("ModSecurity: Access denied with code {} (phase {}). ", verdict.status,
                     detection.phase);
}

std::string whose(const Transaction& transaction) {
  const std::string_view host =
      transaction.host().empty() ? transaction.server_address() : transaction.host();
  return fmt::format(" [hostname \"{}\"] [uri \"{}\"] [unique_id \"{}\"]", log::quotable(host),
                     log::cut_and_quotable(log::path_of(transaction.uri()), kMaxField),
                     log::quotable(transaction.unique_id()));
}

}  // namespace

namespace log {

std::string what_matched(const Transaction& transaction, const Detection& detection,
                         const Sanitiser& sanitiser) {
  const Rule& rule = last_link(transaction, *detection.rule);
  if (rule.targets.empty()) return {};  // SecAction
  // A count is a variable of its own to us, and its collection's value to ModSecurity.
  const std::string_view address = detection.address;
  return fmt::format(
      "Matched \"Operator `{}' with parameter `{}' against variable `{}' (Value: `{}' )",
      operator_name(rule.op_name), cut_and_escaped(rule.op_argument, kMaxField),
      escaped(address.starts_with('&') ? address.substr(1) : address),
      cut_and_escaped(sanitiser.quoted(detection, detection.value), kMaxValue));
}

std::string reference(const Detection& detection) {
  if (detection.address.empty()) return {};
  const std::uint32_t offset = detection.body_offset == kNoOffset ? 0 : detection.body_offset;
  return fmt::format("v{},{}", offset, detection.value.size());
}

}  // namespace log

std::string error_log_line(const Transaction& transaction, const Detection& detection) {
  const log::Sanitiser sanitiser(transaction);
  const Rule& rule = *detection.rule;
  std::string line =
      beginning(transaction, detection) + log::what_matched(transaction, detection, sanitiser);
  line += fmt::format(
      " [file \"{}\"] [line \"{}\"] [id \"{}\"] [rev \"{}\"] [msg \"{}\"] [data \"{}\"] [severity "
      "\"{}\"] [ver \"{}\"] [maturity \"{}\"] [accuracy \"{}\"]",
      log::quotable(rule.file), rule.line, rule.id, log::quotable(rule.revision),
      log::quotable(sanitiser.text(detection.message)),
      log::cut_and_quotable(sanitiser.quoted(detection, detection.log_data), kMaxField),
      rule.severity < 0 ? 0 : rule.severity, log::quotable(rule.version),
      rule.maturity.empty() ? "0" : log::quotable(rule.maturity),
      rule.accuracy.empty() ? "0" : log::quotable(rule.accuracy));
  for (const std::string_view tag : detection.tags)
    line += fmt::format(" [tag \"{}\"]", log::quotable(sanitiser.text(tag)));
  return line + whose(transaction) + fmt::format(" [ref \"{}\"]", log::reference(detection));
}

std::string refusal_log_line(const Transaction& transaction) {
  const Verdict verdict = transaction.verdict();
  if (!verdict.interrupts() || verdict.rule != nullptr) return {};
  const BodyLimits& limits = transaction.rule_set().options.request_limits;
  const std::string reason =
      verdict.status == kTooLarge
          ? fmt::format(
                "The request's body is longer than SecRequestBodyLimit ({}) allows, or "
                "without files than SecRequestBodyNoFilesLimit ({}).",
                limits.max_body, limits.max_body_no_files)
          : std::string("The engine gave up: its time budget was used up, or it failed.");
  return fmt::format("ModSecurity: Access denied with code {}. {}", verdict.status, reason) +
         whose(transaction);
}

}  // namespace yagura::waf
