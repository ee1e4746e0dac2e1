#include "benign_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/file.hpp"
#include "waf/transform/transform.hpp"

namespace yagura::waf::benign {
namespace {

constexpr std::string_view kBlock = "=== ";
constexpr std::string_view kBoundary = "----WebKitFormBoundaryqX9fYagura4rT2";  // as in @multipart
constexpr std::string_view kHeaderFile = "header_sets.txt";

using Lines = std::vector<std::string_view>;

Lines split_lines(std::string_view text) {
  Lines lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

struct Block {
  std::string_view name;
  Lines lines;  // without empty ones at the end
};

std::vector<Block> split_blocks(std::string_view text) {
  std::vector<Block> blocks;
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with(kBlock)) {
      blocks.push_back({.name = line.substr(kBlock.size())});
    } else if (!blocks.empty()) {
      blocks.back().lines.push_back(line);
    }
  }
  for (Block& block : blocks) {
    while (!block.lines.empty() && block.lines.back().empty()) block.lines.pop_back();
  }
  return blocks;
}

using HeaderSets = std::map<std::string_view, Lines>;

HeaderSets read_header_sets(std::string_view text) {
  HeaderSets sets;
  for (Block& block : split_blocks(text)) sets.emplace(block.name, std::move(block.lines));
  return sets;
}

// As browsers encode forms: WHATWG URL, "application/x-www-form-urlencoded percent-encode set".
std::string url_encode(std::string_view text) {
  constexpr std::string_view kKept =
      "*-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string encoded;
  for (const char byte : text) {
    if (byte == ' ') {
      encoded += '+';
    } else if (kKept.find(byte) != std::string_view::npos) {
      encoded += byte;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return encoded;
}

struct Pair {
  std::string name, value;
};

std::string encode_pairs(const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) {
    if (!text.empty()) text += '&';
    text += url_encode(pair.name) + '=' + url_encode(pair.value);
  }
  return text;
}

Result<Pair> read_pair(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) {
    if (line.ends_with(':')) return Pair{std::string(line.substr(0, line.size() - 1)), ""};
    return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no 'name: value'", line));
  }
  return Pair{std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))};
}

// "name: value" a line; lines that are empty or begin with two spaces continue the value before.
Result<std::string> form_body(const Lines& lines) {
  std::vector<Pair> pairs;
  for (const std::string_view line : lines) {
    if (!pairs.empty() && (line.empty() || line.starts_with("  "))) {
      pairs.back().value.append("\r\n").append(line.empty() ? line : line.substr(2));
      continue;
    }
    YAGURA_TRY(Pair pair, read_pair(line));
    pairs.push_back(std::move(pair));
  }
  return encode_pairs(pairs);
}

// --B and --B-- are the boundary; base64:… is what it decodes to.
std::string multipart_body(const Lines& lines) {
  constexpr std::string_view kBase64 = "base64:";
  std::string body;
  for (const std::string_view line : lines) {
    std::string out;
    if (line == "--B" || line == "--B--") {
      body.append("--").append(kBoundary).append(line.substr(3));
    } else if (line.starts_with(kBase64)) {
      body.append(apply(Transform::kBase64Decode, line.substr(kBase64.size()), out));
    } else {
      body.append(line);
    }
    body.append("\r\n");
  }
  return body;
}

std::string plain_body(const Lines& lines) {
  std::string body;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) body += '\n';
    body += lines[i];
  }
  return body;
}

class RequestReader {
 public:
  RequestReader(const Block& block, const HeaderSets& sets) : lines_(block.lines), sets_(sets) {}

  Result<std::string> read() {
    YAGURA_TRY_VOID(read_head());
    YAGURA_TRY(const std::string body, read_body());
    std::string raw = fmt::format("{} {}{}{} HTTP/1.1\r\n{}", method_, target_,
                                  query_.empty() ? "" : "?", encode_pairs(query_), headers_);
    const bool may_be_empty =
        method_ == "GET" || method_ == "HEAD" || method_ == "OPTIONS" || method_ == "DELETE";
    if (!body.empty() || !may_be_empty) {
      raw += fmt::format("Content-Length: {}\r\n", body.size());
    }
    return raw + "\r\n" + body;
  }

 private:
  enum class BodyKind { kPlain, kForm, kMultipart };

  Result<void> read_head() {
    if (lines_.empty()) return fail(ErrorCode::kInvalidInput, "is empty");
    const std::size_t space = lines_[0].find(' ');
    if (space == std::string_view::npos) return fail(ErrorCode::kInvalidInput, "names no target");
    method_ = lines_[0].substr(0, space);
    target_ = lines_[0].substr(space + 1);
    for (next_ = 1; next_ < lines_.size() && !lines_[next_].empty(); ++next_) {
      YAGURA_TRY_VOID(read_head_line(lines_[next_]));
    }
    return {};
  }

  Result<void> read_head_line(std::string_view line) {
    if (line.starts_with("? ")) {
      YAGURA_TRY(Pair pair, read_pair(line.substr(2)));
      query_.push_back(std::move(pair));
      return {};
    }
    if (!line.starts_with('@')) {
      headers_.append(line).append("\r\n");
      return {};
    }
    const auto set = sets_.find(line.substr(1));
    if (set == sets_.end()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("there is no header set {}", line));
    }
    if (line == "@form") kind_ = BodyKind::kForm;
    if (line == "@multipart") kind_ = BodyKind::kMultipart;
    for (const std::string_view header : set->second) headers_.append(header).append("\r\n");
    return {};
  }

  Result<std::string> read_body() const {
    if (next_ >= lines_.size()) return std::string();
    const Lines body(lines_.begin() + static_cast<std::ptrdiff_t>(next_) + 1, lines_.end());
    if (kind_ == BodyKind::kForm) return form_body(body);
    return kind_ == BodyKind::kMultipart ? multipart_body(body) : plain_body(body);
  }

  const Lines& lines_;
  const HeaderSets& sets_;
  std::size_t next_ = 0;
  std::string method_, target_, headers_;
  std::vector<Pair> query_;
  BodyKind kind_ = BodyKind::kPlain;
};

}  // namespace

Result<std::vector<BenignRequest>> parse_benign_requests(std::string_view category,
                                                         std::string_view text,
                                                         std::string_view header_sets) {
  const HeaderSets sets = read_header_sets(header_sets);
  std::vector<BenignRequest> requests;
  for (const Block& block : split_blocks(text)) {
    auto raw = RequestReader(block, sets).read();
    if (!raw) {
      return std::unexpected(
          std::move(raw).error().with_context(fmt::format("{}: {}", category, block.name)));
    }
    requests.push_back({std::string(category), std::string(block.name), *std::move(raw)});
  }
  return requests;
}

Result<std::vector<BenignRequest>> read_benign_requests(const std::filesystem::path& folder) {
  YAGURA_TRY(const std::string header_sets, core::read_file(folder / kHeaderFile));
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const bool is_text = entry.path().extension() == ".txt";
    const std::string file = entry.path().filename().string();
    if (is_text && file != kHeaderFile && file != "CMakeLists.txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<BenignRequest> all;
  for (const auto& file : files) {
    YAGURA_TRY(const std::string text, core::read_file(file));
    YAGURA_TRY(std::vector<BenignRequest> requests,
               parse_benign_requests(file.stem().string(), text, header_sets));
    std::ranges::move(requests, std::back_inserter(all));
  }
  return all;
}

}  // namespace yagura::waf::benign
