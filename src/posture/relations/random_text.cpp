#include "posture/relations/random_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <string>

namespace yagura::posture::relations {

namespace {

// Bits that the second letter costs behind the first, -log2 of its share among 58,000 words of
// documentation and code, rounded.
constexpr std::array<std::string_view, 26> kPairCost = {
    "74447758596343959343667768",  // a
    "35553678458377469446399859",  // b
    "37563683594478279463589979",  // c
    "35552677388566479556577979",  // d
    "46445567698553757234767569",  // e
    "46553389299477369445498969",  // f
    "47672754399554469345488978",  // g
    "28772787397656379464597969",  // h
    "55455559997442459543959796",  // i
    "37552778487776358747387989",  // j
    "47662665387565469545586969",  // k
    "37752778398377379854579949",  // l
    "25662889397657439757598979",  // m
    "48433538486775469733668978",  // n
    "65447668686442549345455789",  // o
    "38673785498477349354588969",  // p
    "77778999698585787657088999",  // q
    "37552768396656369544668959",  // r
    "58573674496467458742477959",  // s
    "38562684398667469345587858",  // t
    "54564569597443749343989898",  // u
    "28681879399767479766889999",  // v
    "27553784398574369347787899",  // w
    "56464597499647639722889669",  // x
    "45564667598443529634676987",  // y
    "37781895398467479867688955",  // z
};

enum class Class : std::uint8_t { kLower, kUpper, kDigit, kOther };

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  classes.fill(Class::kOther);
  for (char c = 'a'; c <= 'z'; ++c) classes[static_cast<unsigned char>(c)] = Class::kLower;
  for (char c = 'A'; c <= 'Z'; ++c) classes[static_cast<unsigned char>(c)] = Class::kUpper;
  for (char c = '0'; c <= '9'; ++c) classes[static_cast<unsigned char>(c)] = Class::kDigit;
  return classes;
}();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

bool is_letter(Class c) { return c == Class::kLower || c == Class::kUpper; }

std::size_t letter_index(char c) { return static_cast<std::size_t>((c | 0x20) - 'a'); }

int letter_cost(std::string_view token, std::size_t i) {
  const Class before = class_of(token[i - 1]);
  const Class here = class_of(token[i]);
  const int cost = kPairCost[letter_index(token[i - 1])][letter_index(token[i])] - '0';
  if (before == Class::kLower && here == Class::kUpper) {
    const bool camel_case = i + 1 < token.size() && class_of(token[i + 1]) == Class::kLower;
    return camel_case ? 3 : std::max(cost, 6);
  }
  const bool after_capitals = i >= 2 && class_of(token[i - 2]) == Class::kUpper;
  if (before == Class::kUpper && here == Class::kLower && after_capitals) return std::max(cost, 5);
  return cost;
}

int pair_cost(std::string_view token, std::size_t i) {
  const Class before = class_of(token[i - 1]);
  const Class here = class_of(token[i]);
  if (is_letter(before) && is_letter(here)) return letter_cost(token, i);
  if (before == Class::kDigit && here == Class::kDigit) return 3;
  if (is_letter(before) && here == Class::kDigit) return 5;
  if (before == Class::kDigit && is_letter(here)) return 6;
  return 2;
}

constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = kClasses[i] != Class::kOther;
  for (const char c : {'+', '/', '_', '-'}) bytes[static_cast<unsigned char>(c)] = true;
  return bytes;
}();

bool is_token_byte(char c) { return kTokenBytes[static_cast<unsigned char>(c)]; }

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
             return std::tolower(static_cast<unsigned char>(a)) == b;
           }) != text.end();
  });
}

bool excuses(std::string_view key) {
  return contains_any(
      key, {"hash",      "digest",    "checksum",  "sha1",        "sha2",       "sha5",
            "md5",       "commit",    "revision",  "fingerprint", "thumbprint", "etag",
            "uuid",      "guid",      "public",    "pubkey",      "cert",       "cabundle",
            "ca-bundle", "ca_bundle", "integrity", "image",       "checkpoint"});
}

bool asks_for_secrecy(std::string_view key) {
  return contains_any(key, {"key", "token", "secret", "pass", "pwd", "auth", "cred", "salt"});
}

bool is_hex(std::string_view token) {
  return std::ranges::all_of(token, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// 8-4-4-4-12, and anything else of hexadecimal digits and dashes.
bool is_uuid_like(std::string_view token) {
  return token.find('-') != std::string_view::npos &&
         std::ranges::all_of(token,
                             [](unsigned char c) { return std::isxdigit(c) != 0 || c == '-'; });
}

bool names_digest(std::string_view text) {
  return std::ranges::any_of(std::array<std::string_view, 7>{"sha256-", "sha384-", "sha512-",
                                                             "sha1-", "sha256_", "h1-", "md5-"},
                             [&](std::string_view name) { return text.starts_with(name); });
}

// DER certificates and public keys, SSH public keys.
bool is_public(std::string_view token) {
  return token.starts_with("MII") || token.starts_with("AAAAB3Nza") ||
         token.starts_with("AAAAC3Nza") || token.starts_with("AAAAE2Vj");
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return 63;
}

// Nineteen in twenty bytes of what it says are printable: a text that somebody encoded, which is
// judged as a text elsewhere.
bool is_encoded_text(std::string_view token) {
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t bytes = 0;
  std::size_t printable = 0;
  for (const char c : token) {
    bits = bits << 6 | static_cast<std::uint32_t>(base64_value(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const auto byte = static_cast<unsigned char>(bits >> count & 0xFFU);
    ++bytes;
    printable +=
        (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t' || byte == '\r' ? 1U : 0U;
  }
  return printable * 20 >= bytes * 19;
}

// "abcdefgh", "0123456": alphabets and counters.
bool is_sequence(std::string_view token) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < token.size(); ++i) steps += token[i] == token[i - 1] + 1 ? 1U : 0U;
  return steps * 3 >= token.size();
}

bool has_letters_and_digits(std::string_view token) {
  const bool digits =
      std::ranges::any_of(token, [](char c) { return class_of(c) == Class::kDigit; });
  return digits && std::ranges::any_of(token, [](char c) { return is_letter(class_of(c)); });
}

constexpr std::size_t kShortest = 20;  // bytes of a token
constexpr std::size_t kLongest = 512;

// A token of a length that counts.
bool is_random(std::string_view token, std::string_view key) {
  if (!has_letters_and_digits(token)) return false;
  if (names_digest(token) || is_public(token) || is_uuid_like(token) || is_sequence(token))
    return false;
  if (is_hex(token)) {
    return token.size() >= 32 && asks_for_secrecy(key) && shannon_entropy(token) >= 3.0;
  }
  const double threshold = token.size() < 24 ? 4.9 : 4.7;
  return surprise(token) >= threshold && shannon_entropy(token) >= 3.3 && !is_encoded_text(token);
}

// Walks over a text once, token by token, and keeps what stands before each in its line.
class Finder {
 public:
  Finder(std::string_view text, std::string_view key, std::size_t most)
      : text_(text), key_(key), most_(most) {}

  std::vector<RandomToken> find() {
    std::size_t at = 0;
    while (at < text_.size() && found_.size() < most_) {
      if (skips_pem(at)) continue;
      if (!is_token_byte(text_[at])) {
        note_separator(at);
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < text_.size() && is_token_byte(text_[end])) ++end;
      judge(at, end);
      last_ = text_.substr(at, end - at);
      at = end;
    }
    return std::move(found_);
  }

 private:
  bool skips_pem(std::size_t& at) {
    constexpr std::string_view kBegin = "-----BEGIN ";
    constexpr std::string_view kEnd = "-----END ";
    if (text_.substr(at, kBegin.size()) != kBegin) return false;
    const std::size_t end = text_.find(kEnd, at);
    at = end == std::string_view::npos ? text_.size()
                                       : std::min(text_.find('\n', end), text_.size());
    return true;
  }

  void note_separator(std::size_t at) {
    const char c = text_[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '"' || c == '\'') in_url_ = false;
    if (c == '\n') name_ = {};
    if (c == ':' && text_.substr(at, 3) == "://") in_url_ = true;
    if ((c == ':' || c == '=') && !last_.empty()) name_ = last_;
    separator_ = c;
  }

  void judge(std::size_t begin, std::size_t end) {
    if (end - begin < kShortest || end - begin > kLongest) return;
    const std::string_view token = text_.substr(begin, end - begin);
    const bool password_in_url =
        in_url_ && separator_ == ':' && end < text_.size() && text_[end] == '@';
    if (in_url_ && !password_in_url) return;
    if (separator_ == ':' && names_digest(std::string(last_) + "-")) return;
    // The nearest name counts: that of the line in a file, else that of the whole text.
    const std::string_view name = name_.empty() ? key_ : name_;
    if (is_random(token, name) && !excuses(name) && !excuses(key_))
      found_.push_back({.offset = begin, .length = token.size()});
  }

  std::string_view text_;
  std::string_view key_;
  std::size_t most_;
  std::vector<RandomToken> found_;
  std::string_view last_;  // token
  std::string_view name_;  // the token before the last `:` or `=` of the line
  char separator_ = 0;
  bool in_url_ = false;
};

}  // namespace

double surprise(std::string_view token) {
  if (token.size() < 2) return 0;
  int total = 0;
  for (std::size_t i = 1; i < token.size(); ++i) total += pair_cost(token, i);
  return static_cast<double>(total) / static_cast<double>(token.size() - 1);
}

double shannon_entropy(std::string_view token) {
  if (token.empty()) return 0;
  std::array<std::size_t, 256> counts{};
  for (const char c : token) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const std::size_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(token.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

std::vector<RandomToken> find_random_tokens(std::string_view text, std::string_view key,
                                            std::size_t most) {
  return Finder(text, key, most).find();
}

}  // namespace yagura::posture::relations
