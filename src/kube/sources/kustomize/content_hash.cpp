// Kustomize's hash is that of a JSON text, so every byte counts: keys sorted, no blanks, and the
// escapes of Go's encoding/json with HTML escaping on (<, >, & and U+2028/U+2029 as \u….).

#include "kube/sources/kustomize/content_hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <map>
#include <vector>

namespace yagura::kube::kustomize {

namespace {

constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

class Sha256 {
 public:
  // 64 bytes.
  void block(const unsigned char* bytes) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) {
      w[i] = std::uint32_t{bytes[4 * i]} << 24 | std::uint32_t{bytes[4 * i + 1]} << 16 |
             std::uint32_t{bytes[4 * i + 2]} << 8 | std::uint32_t{bytes[4 * i + 3]};
    }
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t s0 =
          std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    std::array<std::uint32_t, 8> v = state_;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
      const std::uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
      const std::uint32_t t1 = v[7] + s1 + choice + kRound[i] + w[i];
      const std::uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
      const std::uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      v = {t1 + s0 + majority, v[0], v[1], v[2], v[3] + t1, v[4], v[5], v[6]};
    }
    for (std::size_t i = 0; i < 8; ++i) state_[i] += v[i];
  }

  [[nodiscard]] const std::array<std::uint32_t, 8>& state() const { return state_; }

 private:
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

void append_escape(std::string& out, unsigned code) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", code);
  out += text.data();
}

void append_go_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\b') {
      out += "\\b";
    } else if (c == '\f') {
      out += "\\f";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&') {
      append_escape(out, static_cast<unsigned char>(c));
    } else if (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9") {
      append_escape(out, text[i + 2] == '\xA8' ? 0x2028U : 0x2029U);
      i += 2;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_scalar(std::string& out, const Node* node) {
  append_go_string(out, node == nullptr ? std::string_view() : node->string_or());
}

// A map of strings, keys sorted; "" where it is missing.
void append_data(std::string& out, const Node* node) {
  if (node == nullptr || !node->is_map()) {
    out += "\"\"";
    return;
  }
  std::vector<const Member*> members;
  for (const Member& member : node->members()) members.push_back(&member);
  std::ranges::sort(members, {}, &Member::key);
  out += '{';
  for (const Member* member : members) {
    if (out.back() != '{') out += ',';
    append_go_string(out, member->key);
    out += ':';
    append_scalar(out, &member->value);
  }
  out += '}';
}

std::string config_map_text(const Node& object) {
  std::string text = "{";
  if (const Node* binary = object.find("binaryData"); binary != nullptr && binary->is_map()) {
    text += "\"binaryData\":";
    append_data(text, binary);
    text += ',';
  }
  text += "\"data\":";
  append_data(text, object.find("data"));
  return text + ",\"kind\":\"ConfigMap\",\"name\":\"\"}";
}

std::string secret_text(const Node& object) {
  std::string text = "{\"data\":";
  append_data(text, object.find("data"));
  text += ",\"kind\":\"Secret\",\"name\":\"\"";
  if (const Node* plain = object.find("stringData"); plain != nullptr && plain->is_map()) {
    text += ",\"stringData\":";
    append_data(text, plain);
  }
  text += ",\"type\":";
  append_scalar(text, object.find("type"));
  return text + '}';
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::string padded(bytes);
  padded += static_cast<char>(0x80);
  while (padded.size() % 64 != 56) padded += '\0';
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) padded += static_cast<char>((bits >> shift) & 0xFF);
  Sha256 hash;
  for (std::size_t at = 0; at < padded.size(); at += 64) {
    hash.block(reinterpret_cast<const unsigned char*>(padded.data()) + at);
  }
  std::string hex;
  for (const std::uint32_t word : hash.state()) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", word);
    hex += text.data();
  }
  return hex;
}

std::string content_hash(const Node& object) {
  const Node* kind = object.find("kind");
  const bool secret = kind != nullptr && kind->string_or() == "Secret";
  std::string hash =
      sha256_hex(secret ? secret_text(object) : config_map_text(object)).substr(0, 10);
  for (char& c : hash) {
    switch (c) {
      case '0':
        c = 'g';
        break;
      case '1':
        c = 'h';
        break;
      case '3':
        c = 'k';
        break;
      case 'a':
        c = 'm';
        break;
      case 'e':
        c = 't';
        break;
      default:
        break;
    }
  }
  return hash;
}

}  // namespace yagura::kube::kustomize
