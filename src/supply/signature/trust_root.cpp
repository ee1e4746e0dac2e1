#include "supply/signature/trust_root.hpp"

#include <charconv>
#include <chrono>

#include "supply/encoding/base64.hpp"
#include "supply/encoding/json.hpp"

namespace yagura::supply {
namespace {

// RFC 3339 in UTC; 0 where it is none.
std::int64_t seconds_of(const std::string& text) {
  int parts[6] = {};
  constexpr std::size_t kAt[] = {0, 5, 8, 11, 14, 17};
  constexpr std::size_t kLength[] = {4, 2, 2, 2, 2, 2};
  if (text.size() < 19) return 0;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* begin = text.data() + kAt[i];
    if (std::from_chars(begin, begin + kLength[i], parts[i]).ec != std::errc{}) return 0;
  }
  const std::chrono::year_month_day date{std::chrono::year{parts[0]},
                                         std::chrono::month{static_cast<unsigned>(parts[1])},
                                         std::chrono::day{static_cast<unsigned>(parts[2])}};
  if (!date.ok()) return 0;
  return std::chrono::sys_days{date}.time_since_epoch().count() * 86'400 + parts[3] * 3600 +
         parts[4] * 60 + parts[5];
}

Result<std::vector<Authority>> authorities(const JsonValue& list, std::string_view what) {
  std::vector<Authority> out;
  for (const JsonValue& item : list.items()) {
    Authority authority;
    for (const JsonValue& certificate : item["certChain"]["certificates"].items()) {
      const auto der = base64_decode(certificate["rawBytes"].text());
      if (!der)
        return fail(ErrorCode::kInvalidInput, std::string(what) + ": rawBytes is no base 64");
      YAGURA_TRY(Certificate parsed, Certificate::parse(*der));
      authority.chain.push_back(std::move(parsed));
    }
    if (authority.chain.empty())
      return fail(ErrorCode::kInvalidInput,
                  std::string(what) + ": an authority has no certificate");
    authority.from = seconds_of(item["validFor"]["start"].text());
    authority.to = seconds_of(item["validFor"]["end"].text());
    out.push_back(std::move(authority));
  }
  return out;
}

Result<std::vector<LogKey>> log_keys(const JsonValue& list, std::string_view what) {
  std::vector<LogKey> out;
  for (const JsonValue& item : list.items()) {
    const auto der = base64_decode(item["publicKey"]["rawBytes"].text());
    if (!der) return fail(ErrorCode::kInvalidInput, std::string(what) + ": rawBytes is no base 64");
    auto key = PublicKey::parse(*der);
    // Keys of kinds that are still to come are left out: others of the list may do.
    if (!key && key.error().code == ErrorCode::kUnsupported) continue;
    if (!key) return std::unexpected(std::move(key).error().with_context(what));
    std::string id = base64_decode(item["logId"]["keyId"].text()).value_or("");
    if (id.empty()) id = key->fingerprint();
    out.push_back({.key = *std::move(key),
                   .id = std::move(id),
                   .from = seconds_of(item["publicKey"]["validFor"]["start"].text()),
                   .to = seconds_of(item["publicKey"]["validFor"]["end"].text())});
  }
  return out;
}

}  // namespace

Result<TrustRoot> read_trust_root(std::string_view json) {
  YAGURA_TRY(const JsonDocument document, JsonDocument::parse(json));
  const JsonValue root = document.root();
  if (!root["mediaType"].text().starts_with("application/vnd.dev.sigstore.trustedroot")) {
    return fail(ErrorCode::kInvalidInput, "it is no trusted root of Sigstore: mediaType is \"" +
                                              root["mediaType"].text().substr(0, 80) +
                                              "\"; `cosign trusted-root create` writes one");
  }
  TrustRoot out;
  YAGURA_TRY(out.signers, authorities(root["certificateAuthorities"], "certificateAuthorities"));
  YAGURA_TRY(out.timestamps, authorities(root["timestampAuthorities"], "timestampAuthorities"));
  YAGURA_TRY(out.logs, log_keys(root["tlogs"], "tlogs"));
  YAGURA_TRY(out.certificate_logs, log_keys(root["ctlogs"], "ctlogs"));
  return out;
}

}  // namespace yagura::supply
