// OpenSSL does the verifying; what is told to it is decided here: the time that a log or an
// authority vouches for instead of today's, and that any authority which the operator named is an
// anchor.

#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "supply/certificate/certificate.hpp"

namespace yagura::supply {
namespace {

using Store = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;

struct StackDeleter {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), StackDeleter>;

// Borrows the certificates.
Stack stack_of(const std::vector<Certificate>& certificates) {
  Stack stack(sk_X509_new_null());
  for (const Certificate& certificate : certificates) sk_X509_push(stack.get(), certificate.get());
  return stack;
}

Store store_of(const std::vector<Certificate>& roots, std::int64_t time) {
  Store store(X509_STORE_new(), X509_STORE_free);
  for (const Certificate& root : roots) X509_STORE_add_cert(store.get(), root.get());
  X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(parameters, time);
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_USE_CHECK_TIME);
  return store;
}

bool signs_code(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) == 0 ||
         (X509_get_extended_key_usage(certificate) & XKU_CODE_SIGN) != 0;
}

struct TsVerifyDeleter {
  void operator()(TS_VERIFY_CTX* context) const { TS_VERIFY_CTX_free(context); }
};

std::int64_t seconds_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  return time != nullptr && ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

// A whole response, or the token that would be in it.
PKCS7* token_of(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  TS_RESP* response = d2i_TS_RESP(nullptr, &at, static_cast<long>(bytes.size()));
  if (response != nullptr) {
    PKCS7* inside = TS_RESP_get_token(response);
    PKCS7* token = inside == nullptr ? nullptr : PKCS7_dup(inside);
    TS_RESP_free(response);
    if (token != nullptr) return token;
  }
  at = reinterpret_cast<const unsigned char*>(bytes.data());
  return d2i_PKCS7(nullptr, &at, static_cast<long>(bytes.size()));
}

// RFC 6962, 3.2: what a log signs for a certificate that is still to be made is the certificate
// without the extension that will hold the signature, and the hash of its issuer's key.
std::string signed_entry(const SCT& sct, const Certificate& leaf, const Certificate& issuer) {
  const std::unique_ptr<X509, decltype(&X509_free)> copy(X509_dup(leaf.get()), X509_free);
  const int position = X509_get_ext_by_NID(copy.get(), NID_ct_precert_scts, -1);
  if (position >= 0) X509_EXTENSION_free(X509_delete_ext(copy.get(), position));
  unsigned char* bytes = nullptr;
  const int size = i2d_re_X509_tbs(copy.get(), &bytes);
  std::string tbs(reinterpret_cast<const char*>(bytes),
                  size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);

  std::string out;
  const auto number = [&out](std::uint64_t value, int length) {
    while (length-- > 0) out.push_back(static_cast<char>(value >> (8 * length) & 0xff));
  };
  number(0, 1);  // version 1
  number(0, 1);  // a certificate's timestamp
  number(SCT_get_timestamp(&sct), 8);
  number(1, 2);  // of a precertificate
  out += sha256(issuer.key().der());
  number(tbs.size(), 3);
  out += tbs;
  unsigned char* extensions = nullptr;
  const std::size_t extensions_size = SCT_get0_extensions(&sct, &extensions);
  number(extensions_size, 2);
  out.append(reinterpret_cast<const char*>(extensions), extensions_size);
  return out;
}

}  // namespace

Result<void> verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const std::vector<Certificate>& roots, std::int64_t time) {
  if (!signs_code(leaf.get())) {
    return fail(ErrorCode::kInvalidInput,
                "the certificate is not meant for code signing (extended key usage)");
  }
  const Store store = store_of(roots, time);
  const Stack others = stack_of(intermediates);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others.get());
  const int good = X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  if (good == 1) return {};
  return fail(ErrorCode::kInvalidInput, std::string("the certificate's chain is not trusted: ") +
                                            X509_verify_cert_error_string(error));
}

SctOutcome verify_scts(const Certificate& leaf, const Certificate& issuer,
                       const std::vector<PublicKey>& logs) {
  const std::unique_ptr<STACK_OF(SCT), decltype(&SCT_LIST_free)> scts(
      static_cast<STACK_OF(SCT)*>(
          X509_get_ext_d2i(leaf.get(), NID_ct_precert_scts, nullptr, nullptr)),
      SCT_LIST_free);
  ERR_clear_error();
  if (!scts || sk_SCT_num(scts.get()) == 0) return SctOutcome::kNone;
  for (int i = 0; i < sk_SCT_num(scts.get()); ++i) {
    const SCT* sct = sk_SCT_value(scts.get(), i);
    unsigned char* id = nullptr;
    const std::size_t id_size = SCT_get0_log_id(sct, &id);
    const std::string_view log(reinterpret_cast<const char*>(id), id_size);
    unsigned char* signature = nullptr;
    const std::size_t size = SCT_get0_signature(sct, &signature);
    const std::string message = signed_entry(*sct, leaf, issuer);
    for (const PublicKey& key : logs) {
      if (key.fingerprint() == log &&
          key.verify(message, {reinterpret_cast<const char*>(signature), size}))
        return SctOutcome::kValid;
    }
  }
  return SctOutcome::kInvalid;
}

Result<std::int64_t> verify_timestamp(std::string_view bytes, std::string_view message,
                                      const std::vector<Certificate>& chain) {
  const std::unique_ptr<PKCS7, decltype(&PKCS7_free)> token(token_of(bytes), PKCS7_free);
  ERR_clear_error();
  if (!token) return fail(ErrorCode::kInvalidInput, "the signed time is no RFC 3161 token");
  const std::unique_ptr<TS_TST_INFO, decltype(&TS_TST_INFO_free)> info(
      PKCS7_to_TS_TST_INFO(token.get()), TS_TST_INFO_free);
  if (!info) return fail(ErrorCode::kInvalidInput, "the signed time's token holds no time");
  const std::int64_t time = seconds_of(TS_TST_INFO_get_time(info.get()));

  // What was stamped is the message.
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info.get());
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  const EVP_MD* digest = EVP_get_digestbyobj(algorithm);
  if (digest == nullptr)
    return fail(ErrorCode::kUnsupported, "the signed time uses an unknown digest");
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(message.data(), message.size(), value, &length, digest, nullptr);
  const ASN1_OCTET_STRING* told = TS_MSG_IMPRINT_get_msg(imprint);
  if (std::string_view(reinterpret_cast<const char*>(value), length) !=
      std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(told)),
                       static_cast<std::size_t>(ASN1_STRING_length(told))))
    return fail(ErrorCode::kInvalidInput, "the signed time is of another signature");

  const std::unique_ptr<TS_VERIFY_CTX, TsVerifyDeleter> context(TS_VERIFY_CTX_new());
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION);
  // The context frees both.
  TS_VERIFY_CTX_set_store(context.get(), store_of(chain, time).release());
  STACK_OF(X509)* others = sk_X509_new_null();
  for (const Certificate& certificate : chain) {
    X509_up_ref(certificate.get());
    sk_X509_push(others, certificate.get());
  }
  TS_VERIFY_CTX_set_certs(context.get(), others);
  const bool good = TS_RESP_verify_token(context.get(), token.get()) == 1;
  ERR_clear_error();
  if (!good)
    return fail(ErrorCode::kInvalidInput, "the signed time is not of an authority that is trusted");
  return time;
}

}  // namespace yagura::supply
