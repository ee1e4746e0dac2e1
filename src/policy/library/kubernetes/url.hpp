#pragma once

// URLs as the CEL library of Kubernetes reads them: what Go's net/url accepts (RFC 3986 with its
// leniences), and only absolute URIs or absolute paths. Linear in the length of the text.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/arena.hpp"

namespace yagura::policy {

// Plain data; the texts live in the arena that it was parsed with, or point into the parsed text.
struct Url {
  std::string_view raw;        // as written
  std::string_view scheme;     // lower case; may be empty
  std::string_view opaque;     // "a@b" of "mailto:a@b"
  std::string_view user;       // decoded, "name" or "name:password"
  std::string_view host;       // decoded, with the port: "example.com:80", "[::1]:80"
  std::string_view path;       // decoded
  std::string_view raw_path;   // as written
  std::string_view raw_query;  // without the '?'
  std::string_view fragment;   // decoded

  [[nodiscard]] static std::optional<Url> parse(std::string_view text, core::Arena& arena,
                                                std::string* problem = nullptr);

  [[nodiscard]] std::string_view hostname() const;  // without port and brackets
  [[nodiscard]] std::string_view port() const;
  [[nodiscard]] std::string escaped_path() const;
  // Keys and values decoded, in order of appearance; pairs that do not decode, or hold a ';', are
  // left out.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> query() const;

  [[nodiscard]] bool operator==(const Url& other) const;
};

// Whether `text` is a request target: what Url::parse demands before it cuts the fragment off. ""
// where it is, else why not. The format "uri" of Kubernetes' format library.
[[nodiscard]] std::string check_request_uri(std::string_view text);

}  // namespace yagura::policy
