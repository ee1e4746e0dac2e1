#pragma once

// An authority of the tests' own, and certificates that it signs.

#include <string>

namespace yagura::image::testing {

struct KeyPair {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

// One for this machine ("127.0.0.1", "localhost"), one for a client; both signed by `authority`.
struct Certificates {
  std::string authority;  // PEM
  KeyPair server;
  KeyPair client;
};
[[nodiscard]] Certificates make_certificates();

}  // namespace yagura::image::testing
