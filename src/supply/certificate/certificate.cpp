#include "supply/certificate/certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace yagura::supply {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;
constexpr std::size_t kMaxCertificates = 100;
constexpr std::size_t kMaxNames = 100;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return time != nullptr && ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// Fulcio's user names are otherName values of OID 1.3.6.1.4.1.57264.1.7, UTF8String.
std::string other_name(const OTHERNAME& name) {
  char oid[80] = {};
  OBJ_obj2txt(oid, sizeof oid, name.type_id, 1);
  if (std::string_view(oid) != "1.3.6.1.4.1.57264.1.7" ||
      ASN1_TYPE_get(name.value) != V_ASN1_UTF8STRING)
    return {};
  return bytes_of(name.value->value.utf8string);
}

std::vector<std::string> alternative_names(X509* certificate) {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  if (!names) return out;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && out.size() < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_EMAIL || name->type == GEN_URI || name->type == GEN_DNS) {
      text = bytes_of(name->d.ia5);
    } else if (name->type == GEN_OTHERNAME) {
      text = other_name(*name->d.otherName);
    }
    // A name with a NUL in it pretends to be another.
    if (!text.empty() && !text.contains('\0')) out.push_back(std::move(text));
  }
  return out;
}

// .1.8 is the issuer as a DER UTF8String, .1.1 the older form: the bare text.
std::string fulcio_issuer(X509* certificate) {
  std::string old_form;
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    X509_EXTENSION* extension = X509_get_ext(certificate, i);
    char oid[80] = {};
    OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(extension), 1);
    const std::string value = bytes_of(X509_EXTENSION_get_data(extension));
    if (std::string_view(oid) == "1.3.6.1.4.1.57264.1.1") old_form = value;
    if (std::string_view(oid) != "1.3.6.1.4.1.57264.1.8") continue;
    const auto* at = reinterpret_cast<const unsigned char*>(value.data());
    const std::unique_ptr<ASN1_UTF8STRING, decltype(&ASN1_UTF8STRING_free)> text(
        d2i_ASN1_UTF8STRING(nullptr, &at, static_cast<long>(value.size())), ASN1_UTF8STRING_free);
    if (text) return bytes_of(text.get());
  }
  return old_form;
}

}  // namespace

Certificate::Certificate(x509_st* certificate, PublicKey key)
    : certificate_(certificate, X509_free),
      key_(std::move(key)),
      identities_(alternative_names(certificate)),
      issuer_(fulcio_issuer(certificate)),
      not_before_(seconds_of(X509_get0_notBefore(certificate))),
      not_after_(seconds_of(X509_get0_notAfter(certificate))) {}

Result<Certificate> Certificate::parse(std::string_view text) {
  if (text.size() > kMaxText)
    return fail(ErrorCode::kLimitExceeded, "a certificate is not larger than 1 MiB");
  X509* certificate = nullptr;
  if (text.contains("-----BEGIN ")) {
    const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
    certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  } else {
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    certificate = d2i_X509(nullptr, &at, static_cast<long>(text.size()));
  }
  ERR_clear_error();
  if (certificate == nullptr)
    return fail(ErrorCode::kInvalidInput, "it is no certificate in PEM or DER");
  return accept(certificate);
}

Result<Certificate> Certificate::accept(x509_st* certificate) {
  std::unique_ptr<X509, decltype(&X509_free)> owned(certificate, X509_free);
  auto key = PublicKey::accept(X509_get_pubkey(certificate));
  ERR_clear_error();
  if (!key) return std::unexpected(std::move(key).error().with_context("a certificate"));
  return Certificate(owned.release(), *std::move(key));
}

Result<std::vector<Certificate>> Certificate::parse_all(std::string_view text) {
  if (text.size() > kMaxText)
    return fail(ErrorCode::kLimitExceeded, "certificates are not larger than 1 MiB");
  std::vector<Certificate> out;
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    YAGURA_TRY(Certificate accepted, accept(certificate));
    out.push_back(std::move(accepted));
    if (out.size() > kMaxCertificates)
      return fail(ErrorCode::kLimitExceeded, "more than 100 certificates");
  }
  ERR_clear_error();
  if (out.empty()) return fail(ErrorCode::kInvalidInput, "there is no certificate in it");
  return out;
}

std::string Certificate::der() const {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate_.get(), &bytes);
  std::string out(reinterpret_cast<const char*>(bytes),
                  size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);
  return out;
}

std::string Certificate::subject() const {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate_.get()), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
}

bool Certificate::is_self_signed() const { return X509_self_signed(certificate_.get(), 0) == 1; }

}  // namespace yagura::supply
