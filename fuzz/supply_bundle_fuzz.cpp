// Any bytes as a bundle, a signature's payload, a statement, a certificate, a checkpoint: nothing
// of it may be verified by a key that signed none of it.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "supply/attestation/statement.hpp"
#include "supply/signature/verify.hpp"

namespace {

using namespace yagura::supply;

constexpr const char* kKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";

void must_not_verify(const yagura::Result<Bundle>& bundle) {
  if (!bundle) return;
  static const SignerRequirements need = [] {
    SignerRequirements out;
    out.keys.push_back(*PublicKey::parse(kKey));
    out.identities.push_back({.subject_pattern = ".*"});
    return out;
  }();
  const auto subjects = subjects_of(*bundle);
  if (!subjects) return;
  if (verify_signature(*bundle, subjects->front(), need)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  must_not_verify(parse_bundle(text));
  must_not_verify(envelope(text, {}));
  must_not_verify(simple_signing(text, {{"dev.cosignproject.cosign/signature", "AAAA"},
                                        {"dev.sigstore.cosign/bundle", text},
                                        {"dev.sigstore.cosign/certificate", text}}));
  (void)parse_statement(text);
  (void)read_trust_root(text);
  if (const auto certificate = Certificate::parse(text)) {
    if (certificate->der().empty()) std::abort();
  }
  LogEntry entry{.body = text};
  entry.proof.emplace().checkpoint = text;
  if (verify_inclusion(entry, {})) std::abort();
  return 0;
}
