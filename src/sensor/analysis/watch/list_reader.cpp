#include "sensor/analysis/watch/list_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <memory>

#include "core/diagnostics.hpp"
#include "core/file.hpp"
#include "kube/reader.hpp"

namespace yagura::sensor {

namespace {

constexpr unsigned kMinV4Prefix = 8;
constexpr unsigned kMinV6Prefix = 16;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kMembers[] = {"ip",     "cidr", "address", "network",
                                         "domain", "host", "url"};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_comment(std::string_view text) {
  if (text.starts_with("//") || text.starts_with('!')) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool stands_alone = i == 0 || is_space(text[i - 1]);
    if (text[i] == '#' || (text[i] == ';' && stands_alone)) return trimmed(text.substr(0, i));
  }
  return text;
}

// The first column of a line of CSV, its quotes taken off.
std::string_view first_column(std::string_view text) {
  if (text.starts_with('"')) {
    const std::size_t end = text.find('"', 1);
    return end == std::string_view::npos ? text : trimmed(text.substr(1, end - 1));
  }
  if (text.starts_with('\'')) {
    const std::size_t end = text.find('\'', 1);
    return end == std::string_view::npos ? text : trimmed(text.substr(1, end - 1));
  }
  return trimmed(text.substr(0, text.find_first_of(",;\t")));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint32_t v4_number(const IpAddress& address) {
  std::uint32_t value = 0;
  for (unsigned i = 12; i < 16; ++i) value = (value << 8) | address.bytes[i];
  return value;
}

// "192.0.2.7:443", "[2001:db8::1]:443" without the port.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    return end == std::string_view::npos ? text : text.substr(1, end - 1);
  }
  const std::size_t colon = text.find(':');
  const bool has_one =
      colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  return has_one && number(text.substr(colon + 1)) ? text.substr(0, colon) : text;
}

}  // namespace

ListReader::ListReader(NetworkSetBuilder& networks, DomainSetBuilder& domains, std::uint16_t list,
                       bool bare_names_cover_below, const ListLimits& limits)
    : networks_(networks),
      domains_(domains),
      list_(list),
      bare_scope_(bare_names_cover_below ? kDomainItself | kDomainsBelow : kDomainItself),
      limits_(limits) {}

Result<ListCounts> ListReader::read_file(const std::filesystem::path& path) {
  name_ = path.string();
  YAGURA_TRY_VOID(core::read_chunks(path, [this](std::string_view piece) -> Result<void> {
    feed(piece);
    if (is_json_ && rest_.size() > limits_.max_json) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("{}: JSON of more than {} bytes", name_, limits_.max_json));
    }
    if (counts_.networks + counts_.domains > limits_.max_entries) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("{}: more than {} entries", name_, limits_.max_entries));
    }
    return {};
  }));
  return finish();
}

Result<ListCounts> ListReader::read_text(std::string_view text, std::string_view name) {
  name_ = name;
  feed(text);
  return finish();
}

void ListReader::feed(std::string_view piece) {
  if (!has_begun_) {
    if (piece.starts_with(kByteOrderMark)) piece.remove_prefix(kByteOrderMark.size());
    const std::size_t begin = piece.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos) {
      has_begun_ = true;
      // "[::1]:80" is an address, "[" and anything else the start of an array.
      const std::string_view head = piece.substr(begin, 64);
      is_json_ = head.starts_with('[') &&
                 !IpAddress::parse(head.substr(1, std::min(head.find(']'), head.size()) - 1));
    }
  }
  if (is_json_) {
    rest_ += piece;
    return;
  }
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (rest_.size() + part.size() > limits_.max_line) {
      is_rest_too_long_ = true;
    } else if (!is_rest_too_long_) {
      rest_ += part;
    }
    if (end == std::string_view::npos) return;
    ++line_;
    if (is_rest_too_long_) {
      skip("a line that is too long");
    } else {
      line(rest_);
    }
    rest_.clear();
    is_rest_too_long_ = false;
    piece.remove_prefix(end + 1);
  }
}

Result<ListCounts> ListReader::finish() {
  if (is_json_) {
    YAGURA_TRY_VOID(json(rest_));
  } else if (!rest_.empty() || is_rest_too_long_) {
    feed("\n");
  }
  return counts_;
}

void ListReader::line(std::string_view text) {
  text = without_comment(trimmed(text));
  if (!text.empty() && !entry(text)) skip(text);
}

bool ListReader::entry(std::string_view text) {
  if (text.starts_with("||")) {
    text.remove_prefix(2);
    const std::size_t end = text.find_first_of("^$/*");
    if (end != std::string_view::npos && text[end] != '^' && text[end] != '$') return false;
    return network(text.substr(0, end)) ||
           domain(text.substr(0, end), kDomainItself | kDomainsBelow, Labels::kAny);
  }
  for (const std::string_view prefix : {"address=/", "server=/", "local=/"}) {
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    return domain(text.substr(0, text.find('/')), kDomainItself | kDomainsBelow, Labels::kAny);
  }
  if (hosts_line(text)) return true;
  const std::size_t dash = text.find('-');
  const bool is_range =
      dash != std::string_view::npos && IpAddress::parse(trimmed(text.substr(0, dash)));
  return is_range ? range(text) : token(first_column(text));
}

// An address, then names.
bool ListReader::hosts_line(std::string_view text) {
  const std::size_t blank = text.find_first_of(" \t");
  if (blank == std::string_view::npos || !IpAddress::parse(text.substr(0, blank))) return false;
  std::string_view names = trimmed(text.substr(blank));
  if (names.empty() || names.find_first_of(",-") == 0) return false;
  bool has_any = false;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find_first_of(" \t"), names.size());
    has_any = domain(names.substr(0, end), bare_scope_, Labels::kSeveral) || has_any;
    names = trimmed(names.substr(end));
  }
  return has_any;
}

bool ListReader::token(std::string_view text) {
  // "192.0.2.0/24 SBL1234": what follows a blank is a remark.
  text = text.substr(0, text.find_first_of(" \t"));
  if (text.empty()) return false;
  if (network(text) || url(text)) return true;
  if (text.starts_with("*.")) return domain(text.substr(2), kDomainsBelow, Labels::kAny);
  if (text.starts_with('.'))
    return domain(text.substr(1), kDomainItself | kDomainsBelow, Labels::kAny);
  const std::string_view host = without_port(text);
  return domain(host, bare_scope_, Labels::kSeveral);
}

bool ListReader::network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text =
      slash == std::string_view::npos ? without_port(text) : text.substr(0, slash);
  const auto address = IpAddress::parse(address_text);
  // Of a hosts file's line without names that count.
  if (!address || address->is_loopback() || address->is_unspecified()) return false;
  const unsigned bits = address->is_v4() ? 32 : 128;
  unsigned prefix = bits;
  if (slash != std::string_view::npos) {
    const auto given = number(text.substr(slash + 1));
    if (!given || *given > bits) return false;
    prefix = *given;
  }
  if (prefix < (address->is_v4() ? kMinV4Prefix : kMinV6Prefix)) return false;
  add_network(*address, prefix);
  return true;
}

// "192.0.2.0 - 192.0.2.31" as the fewest networks; IPv4 alone.
bool ListReader::range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = IpAddress::parse(trimmed(text.substr(0, dash)));
  const std::string_view behind = trimmed(text.substr(dash + 1));
  const auto last = IpAddress::parse(behind.substr(0, behind.find_first_of(" \t,;")));
  if (!first || !last || !first->is_v4() || !last->is_v4()) return false;
  std::uint64_t at = v4_number(*first);
  const std::uint64_t end = std::uint64_t{v4_number(*last)} + 1;
  if (at >= end || end - at > (std::uint64_t{1} << (32 - kMinV4Prefix))) return false;
  while (at < end) {
    const unsigned aligned = at == 0 ? 32U : static_cast<unsigned>(std::countr_zero(at));
    const auto fitting = static_cast<unsigned>(std::bit_width(end - at) - 1);
    const unsigned bits = std::min({aligned, fitting, 32 - kMinV4Prefix});
    const unsigned char bytes[4] = {
        static_cast<unsigned char>(at >> 24), static_cast<unsigned char>(at >> 16),
        static_cast<unsigned char>(at >> 8), static_cast<unsigned char>(at)};
    add_network(IpAddress::v4(bytes), 32 - bits);
    at += std::uint64_t{1} << bits;
  }
  return true;
}

bool ListReader::url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = text.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  host = without_port(host.substr(host.rfind('@') + 1));
  const auto address = IpAddress::parse(host);
  if (address) {
    add_network(*address, address->is_v4() ? 32 : 128);
    return true;
  }
  return domain(host, bare_scope_, Labels::kSeveral);
}

bool ListReader::domain(std::string_view text, std::uint8_t scope, Labels labels) {
  if (text.ends_with('.')) text.remove_suffix(1);
  // "localhost", or a whole top-level domain by a slip.
  if (labels == Labels::kSeveral && text.find('.') == std::string_view::npos) return false;
  // A number at the end makes it a broken address.
  const std::size_t dot = text.rfind('.');
  if (number(text.substr(dot == std::string_view::npos ? 0 : dot + 1))) return false;
  if (!domains_.add(lower(text), scope, list_)) return false;
  ++counts_.domains;
  return true;
}

void ListReader::add_network(const IpAddress& address, unsigned prefix) {
  networks_.add({address, static_cast<std::uint8_t>(prefix), list_});
  ++counts_.networks;
}

void ListReader::skip(std::string_view text) {
  ++counts_.skipped;
  if (counts_.first_skipped.empty()) {
    counts_.first_skipped = fmt::format("{}:{}: {}", name_, line_, text.substr(0, 80));
  }
}

Result<void> ListReader::json(std::string_view text) {
  Diagnostics diagnostics;
  const auto source =
      std::make_shared<kube::Source>(name_, std::string(text), kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(source, diagnostics, {.max_depth = 8});
  if (diagnostics.has_errors()) {
    return fail(ErrorCode::kInvalidInput, to_string(diagnostics.list().front()));
  }
  for (const kube::Document& document : documents) {
    if (!document.root().is_list()) {
      return fail(ErrorCode::kInvalidInput, name_ + ": not an array");
    }
    for (const kube::Node& item : document.root().items()) {
      std::string_view value = item.string_or();
      for (const std::string_view member : kMembers) {
        if (const kube::Node* node = item.find(member); value.empty() && node != nullptr) {
          value = node->string_or();
        }
      }
      line_ = source->position(item.begin()).line;
      if (!entry(trimmed(value))) skip(value.empty() ? "an item without a text" : value);
    }
  }
  return {};
}

}  // namespace yagura::sensor
