// md5 and sha1 (the raw digest, not hexadecimal), and length (decimal).

#include <openssl/evp.h>

#include <charconv>
#include <memory>

#include "waf/transform/internal/functions.hpp"

namespace yagura::waf::internal {
namespace {

std::string_view digest(std::string_view input, const EVP_MD* kind, std::string& out) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  // Fails only without memory or where a FIPS provider forbids MD5: then no digest comes out, which
  // no rule's list of digests holds.
  if (EVP_Digest(input.data(), input.size(), bytes, &size, kind, nullptr) != 1) size = 0;
  out.assign(reinterpret_cast<const char*>(bytes), size);
  return out;
}

}  // namespace

std::string_view md5(std::string_view input, std::string& out) {
  return digest(input, EVP_md5(), out);
}

std::string_view sha1(std::string_view input, std::string& out) {
  return digest(input, EVP_sha1(), out);
}

std::string_view length(std::string_view input, std::string& out) {
  char digits[20];
  const auto written = std::to_chars(digits, digits + sizeof digits, input.size());
  out.assign(digits, written.ptr);
  return out;
}

}  // namespace yagura::waf::internal
