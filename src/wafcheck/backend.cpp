#include "wafcheck/backend.hpp"

#include <algorithm>
#include <memory>

#include "kube/reader.hpp"
#include "wafcheck/base64.hpp"
#include "wafcheck/http_request.hpp"

namespace yagura::wafcheck {

namespace {

constexpr std::size_t kSniffed = 512;  // bytes that the standard looks at

BackendResponse refuse(std::string why) {
  return {.status = 400,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(why)};
}

void add_headers(const kube::Node* headers, BackendResponse& response) {
  if (headers == nullptr || !headers->is_map()) return;
  for (const kube::Member& member : headers->members()) {
    response.headers.emplace_back(member.key, member.value.string_or());
  }
}

BackendResponse reflect(std::string_view text) {
  Diagnostics diagnostics;
  const auto documents = kube::read_documents(
      std::make_shared<kube::Source>("body", std::string(text), kube::SourceFormat::kJson),
      diagnostics);
  if (diagnostics.has_errors() || documents.size() != 1 || !documents[0].root().is_map()) {
    return refuse("the body is no JSON object");
  }
  const kube::Node& root = documents[0].root();
  BackendResponse response;
  if (const kube::Node* status = root.find("status"); status != nullptr && status->is_int()) {
    if (status->as_int() < 100 || status->as_int() > 599) return refuse("no such status");
    response.status = static_cast<int>(status->as_int());
  }
  add_headers(root.find("headers"), response);
  if (const kube::Node* body = root.find("body")) response.body = body->string_or();
  if (const kube::Node* encoded = root.find("encodedBody");
      encoded != nullptr && !encoded->string_or().empty()) {
    const auto decoded = decode_base64(encoded->string_or());
    if (!decoded) return refuse("encodedBody is not base64");
    response.body = *decoded;
  }
  return response;
}

bool starts_with_tag(std::string_view text, std::string_view tag) {
  if (text.size() <= tag.size() || !equal_ignoring_case(text.substr(0, tag.size()), tag)) {
    return false;
  }
  return text[tag.size()] == ' ' || text[tag.size()] == '>';
}

}  // namespace

std::string_view sniffed_type(std::string_view body) {
  const std::string_view head = body.substr(0, kSniffed);
  const std::size_t first = std::min(head.find_first_not_of("\t\n\f\r "), head.size());
  const std::string_view text = head.substr(first);
  for (const std::string_view tag :
       {"<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE",
        "<A", "<STYLE", "<TITLE", "<B", "<BODY", "<BR", "<P", "<!--"}) {
    if (starts_with_tag(text, tag)) return "text/html; charset=utf-8";
  }
  if (text.starts_with("<?xml")) return "text/xml; charset=utf-8";
  const bool is_binary = std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) ||
           (byte >= 0x1C && byte <= 0x1F);
  });
  return is_binary ? "application/octet-stream" : "text/plain; charset=utf-8";
}

BackendResponse answer(std::string_view method, std::string_view target, std::string_view body) {
  BackendResponse response;
  if (method == "POST" && target.substr(0, target.find('?')) == "/reflect") {
    response = reflect(body);
  }
  const bool has_type = std::any_of(
      response.headers.begin(), response.headers.end(),
      [](const auto& header) { return equal_ignoring_case(header.first, "Content-Type"); });
  if (!response.body.empty() && !has_type) {
    response.headers.emplace_back("Content-Type", sniffed_type(response.body));
  }
  response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
  return response;
}

}  // namespace yagura::wafcheck
