#include "image/secrets/checks.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace yagura::image {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

// The bytes of base 64 in either alphabet; ends at what is none. Line ends are passed over, also
// those that JSON writes as "\n".
std::string base64_bytes(std::string_view text, std::size_t most = 4096) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < text.size() && out.size() < most; ++i) {
    if (text[i] == '\n' || text[i] == '\r' || text[i] == ' ' || text[i] == '\t') continue;
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 'r')) {
      ++i;
      continue;
    }
    const int value = base64_value(text[i]);
    if (value < 0) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  return out;
}

// GitHub's and npm's tokens: six digits of base 62 (0-9, A-Z, a-z) at the end are the CRC-32 of the
// characters between the prefix and them.
bool has_crc(std::string_view token) {
  const auto underscore = token.find('_');
  if (underscore == std::string_view::npos || token.size() < underscore + 8) return false;
  const std::string_view body = token.substr(underscore + 1, token.size() - underscore - 7);
  std::uint64_t told = 0;
  for (const char c : token.substr(token.size() - 6)) {
    const int value = is_digit(c) ? c - '0' : c >= 'a' ? c - 'a' + 36 : c - 'A' + 10;
    told = told * 62 + static_cast<std::uint64_t>(value);
  }
  return told ==
         crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
}

// Behind the prefix of four stands base 32; in keys made since 2019 it holds the account's number
// of twelve digits.
bool is_aws_key(std::string_view id) {
  if (id.starts_with("A3T")) return entropy(id) >= 3;
  std::uint64_t bits = 0;
  for (const char c : id.substr(4, 10)) {
    const int value = is_letter(c) ? c - 'A' : c - '2' + 26;
    bits = bits << 5 | static_cast<std::uint64_t>(value);
  }
  const std::uint64_t account = (bits >> 2 & 0x7fffffffff80) >> 7;
  return account < 1'000'000'000'000;
}

bool is_jwt(std::string_view token) {
  const std::string header = base64_bytes(token.substr(0, token.find('.')));
  return header.starts_with('{') && header.contains("\"alg\"") && !header.contains("\"none\"");
}

SecretVerdict check_private_key(std::string_view match) {
  const auto header_end = match.find("-----", 10);
  if (header_end == std::string_view::npos) return SecretVerdict::kNo;
  const std::string_view header = match.substr(0, header_end);
  std::string_view body = match.substr(header_end + 5);
  if (header.contains("ENCRYPTED") || body.contains("ENCRYPTED")) return SecretVerdict::kEncrypted;
  if (header.contains("PGP")) {
    return body.size() >= 300 && entropy(body) >= 4.5 ? SecretVerdict::kLikely : SecretVerdict::kNo;
  }
  const std::string bytes = base64_bytes(body, 16384);
  if (bytes.starts_with("openssh-key-v1")) {
    // The cipher's name follows the magic, with its length.
    return bytes.size() > 200 && bytes.substr(15, 8) == std::string_view("\0\0\0\4none", 8)
               ? SecretVerdict::kVerified
               : (bytes.size() > 200 ? SecretVerdict::kEncrypted : SecretVerdict::kNo);
  }
  // DER: a sequence about as long as what follows. Shorter than an Ed25519 key of 48 bytes is none.
  if (bytes.size() < 46 || static_cast<unsigned char>(bytes[0]) != 0x30) return SecretVerdict::kNo;
  const auto length = static_cast<unsigned char>(bytes[1]);
  std::size_t told = length;
  if (length >= 0x81 && length <= 0x83) {
    told = 0;
    for (std::size_t i = 0; i < length - 0x80U && i + 2 < bytes.size(); ++i)
      told = told << 8 | static_cast<unsigned char>(bytes[i + 2]);
  }
  // A cut example has less than it tells.
  return told <= bytes.size() && told + 8 >= std::min<std::size_t>(bytes.size(), 16000)
             ? SecretVerdict::kVerified
             : SecretVerdict::kNo;
}

// Hosts of examples: those that RFC 2606 sets aside, and what else documents say.
bool is_example_host(std::string_view host) {
  constexpr std::string_view kNames[] = {"localhost",     "host",          "hostname", "127.0.0.1",
                                         "company.com",   "domain.com",    "foo.com",  "server.com",
                                         "mycompany.com", "yourdomain.com"};
  const std::string text = lowered(host);
  const std::string_view name(text);
  const auto is_or_ends = [&](std::string_view end) {
    return name == end || (name.size() > end.size() && name.ends_with(end) &&
                           name[name.size() - end.size() - 1] == '.');
  };
  return name.starts_with("example.") || name.contains(".example.") || is_or_ends("example") ||
         is_or_ends("test") || is_or_ends("invalid") || std::ranges::any_of(kNames, is_or_ends);
}

SecretVerdict check_password(std::string_view match, std::string_view secret) {
  if (is_placeholder(secret)) return SecretVerdict::kNo;
  // Templates of every kind: $VAR, %s, {x}, <x>, [x].
  if (std::string_view("$%{<[*(").contains(secret.front())) return SecretVerdict::kNo;
  // "user:user@" is what every example says.
  const auto at = match.find(secret);
  if (at != std::string_view::npos && at > secret.size() &&
      match.substr(at - secret.size() - 1, secret.size()) == secret)
    return SecretVerdict::kNo;
  const auto host = match.rfind('@');
  if (host != std::string_view::npos && is_example_host(match.substr(host + 1)))
    return SecretVerdict::kNo;
  return SecretVerdict::kLikely;
}

bool is_discord(std::string_view token) {
  const std::string id = base64_bytes(token.substr(0, token.find('.')));
  return id.size() >= 15 && std::ranges::all_of(id, is_digit);
}

bool is_mixed(std::string_view text) {
  return std::ranges::any_of(text, is_digit) && std::ranges::any_of(text, is_letter);
}

// Words joined by "-", "_", "." or "/" are names, not secrets: "some-long-option-name".
bool is_name_like(std::string_view text) {
  std::size_t words = 0;
  std::size_t odd = 0;
  std::size_t length = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool inside = i < text.size() && (is_letter(text[i]));
    if (inside) {
      ++length;
      continue;
    }
    if (length >= 3) ++words;
    if (length > 0 && length < 3) ++odd;
    if (i < text.size() && is_digit(text[i])) ++odd;
    length = 0;
  }
  return words >= 2 && odd <= 1;
}

SecretVerdict check_entropy(const SecretRule& rule, std::string_view secret) {
  if (is_placeholder(secret) || entropy(secret) < rule.entropy) return SecretVerdict::kNo;
  // Rules of no issuer must look random: letters and digits, no words.
  const bool is_generic = rule.id.ends_with("-assignment") || rule.id == "environment-secret" ||
                          rule.id.ends_with("-authorization");
  if (is_generic && (!is_mixed(secret) || is_name_like(secret))) return SecretVerdict::kNo;
  return SecretVerdict::kLikely;
}

}  // namespace

double entropy(std::string_view text) {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto total = static_cast<double>(text.size());
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const double share = count / total;
    bits -= share * std::log2(share);
  }
  return bits;
}

bool is_placeholder(std::string_view secret) {
  if (secret.empty()) return true;
  const std::string text = lowered(secret);
  constexpr std::string_view kInside[] = {
      "example",  "changeme", "change_me",  "change-me",  "placeholder", "your_",
      "your-",    "yourpass", "yoursecret", "yourtoken",  "yourkey",     "xxxxx",
      "redacted", "dummy",    "insert",     "replace",    "notasecret",  "not-a-secret",
      "sample",   "foobar",   "todo",       "1234567890", "abcdefgh",    "deadbeef",
      "aaaaaaa",  "0000000",  "test1234",   "fakefake",   "lorem",       "undefined",
      "****"};
  for (const std::string_view word : kInside) {
    if (text.contains(word)) return true;
  }
  constexpr std::string_view kWhole[] = {"password", "passwd",  "pass",     "secret", "token",
                                         "null",     "none",    "true",     "false",  "admin",
                                         "root",     "user",    "guest",    "test",   "pwd",
                                         "pw",       "default", "postgres", "mysql"};
  if (std::ranges::find(kWhole, text) != std::end(kWhole)) return true;
  if ((text.front() == '<' && text.back() == '>') || text.starts_with("${") ||
      text.starts_with("{{") || text.starts_with("%("))
    return true;
  // At most three different characters: "********", "....".
  std::string seen;
  for (const char c : text) {
    if (!seen.contains(c)) seen.push_back(c);
    if (seen.size() > 3) return false;
  }
  return true;
}

SecretVerdict check_secret(const SecretRule& rule, std::string_view match,
                           std::string_view secret) {
  const auto verified = [](bool yes) {
    return yes ? SecretVerdict::kVerified : SecretVerdict::kNo;
  };
  switch (rule.check) {
    case SecretCheck::kNone:
      return is_placeholder(secret) ? SecretVerdict::kNo : SecretVerdict::kLikely;
    case SecretCheck::kEntropy:
      return check_entropy(rule, secret);
    case SecretCheck::kGithub:
      return verified(has_crc(secret));
    case SecretCheck::kAwsKeyId:
      if (secret.ends_with("EXAMPLE") || is_placeholder(secret) || entropy(secret) < 2.8)
        return SecretVerdict::kNo;
      return is_aws_key(secret) ? SecretVerdict::kLikely : SecretVerdict::kNo;
    case SecretCheck::kJwt:
      return verified(is_jwt(secret));
    case SecretCheck::kPrivateKey:
      return check_private_key(match);
    case SecretCheck::kUrlPassword:
      return check_password(match, secret);
    case SecretCheck::kDiscord:
      return verified(is_discord(secret));
    case SecretCheck::kAzureKey:
      return verified(base64_bytes(secret).size() == 64 && entropy(secret) > 4.5);
    case SecretCheck::kPypi:
      return verified(base64_bytes(secret.substr(5)).contains("pypi.org"));
    case SecretCheck::kGcpServiceAccount:
      return is_placeholder(secret) ? SecretVerdict::kNo : SecretVerdict::kLikely;
    case SecretCheck::kHtpasswd:
      return SecretVerdict::kLikely;
  }
  return SecretVerdict::kNo;
}

}  // namespace yagura::image
