#include "image/source/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace yagura::image {
namespace {

std::string hex_of(std::string_view bytes, const EVP_MD* kind) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), &size, kind, nullptr) != 1) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(std::size_t{size} * 2);
  for (unsigned i = 0; i < size; ++i) {
    out += kDigits[sum[i] >> 4];
    out += kDigits[sum[i] & 15];
  }
  return out;
}

}  // namespace

bool is_digest(std::string_view text) {
  const std::size_t hex_size = text.starts_with("sha256:")   ? 64
                               : text.starts_with("sha512:") ? 128
                                                             : 0;
  if (hex_size == 0) return false;
  const std::string_view hex = text.substr(7);
  return hex.size() == hex_size && std::ranges::all_of(hex, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string_view digest_algorithm(std::string_view digest) {
  return digest.substr(0, digest.find(':'));
}

std::string_view digest_hex(std::string_view digest) { return digest.substr(digest.find(':') + 1); }

std::string sha256_digest(std::string_view bytes) {
  return "sha256:" + hex_of(bytes, EVP_sha256());
}

bool has_digest(std::string_view bytes, std::string_view digest) {
  if (!is_digest(digest)) return false;
  const EVP_MD* kind = digest_algorithm(digest) == "sha256" ? EVP_sha256() : EVP_sha512();
  return hex_of(bytes, kind) == digest_hex(digest);
}

}  // namespace yagura::image
