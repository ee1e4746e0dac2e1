// A transaction as an audit record, in ModSecurity 3's two forms.

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <random>

#include "core/json_text.hpp"
#include "waf/log/internal/line.hpp"
#include "waf/log/internal/sanitise.hpp"
#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf {

namespace {

bool has_part(const Transaction& transaction, char part) {
  return transaction.audit_parts().find(part) != std::string_view::npos;
}

std::tm local_time(const Transaction& transaction) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(transaction.started());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string_view mode_word(EngineMode mode) {
  if (mode == EngineMode::kOn) return "Enabled";
  return mode == EngineMode::kOff ? "Disabled" : "DetectionOnly";
}

unsigned status_of(const Transaction& transaction) {
  return transaction.verdict().interrupts() ? transaction.verdict().status
                                            : transaction.response_status();
}

void write_headers(core::JsonWriter& json, const Transaction& transaction,
                   const log::Sanitiser& sanitiser, Variable headers) {
  json.key("headers").begin_object();
  transaction.for_each(headers, [&](const ValueView& header) {
    json.member(header.name, headers == Variable::kRequestHeaders
                                 ? sanitiser.request_header(header.name, header.value)
                                 : sanitiser.response_header(header.name, header.value));
  });
  json.end_object();
}

void write_message(core::JsonWriter& json, const Transaction& transaction,
                   const Detection& detection, const log::Sanitiser& sanitiser) {
  const Rule& rule = *detection.rule;
  json.begin_object()
      .member("message", sanitiser.text(detection.message))
      .key("details")
      .begin_object();
  json.member("match", log::what_matched(transaction, detection, sanitiser))
      .member("reference", log::reference(detection))
      .member("ruleId", std::to_string(rule.id))
      .member("file", rule.file)
      .member("lineNumber", std::to_string(rule.line))
      .member("data", sanitiser.quoted(detection, detection.log_data))
      .member("severity", std::to_string(rule.severity < 0 ? 0 : rule.severity))
      .member("ver", rule.version)
      .member("rev", rule.revision);
  json.key("tags").begin_array();
  for (const std::string_view tag : detection.tags) json.value(sanitiser.text(tag));
  json.end_array()
      .member("maturity", rule.maturity.empty() ? "0" : rule.maturity)
      .member("accuracy", rule.accuracy.empty() ? "0" : rule.accuracy)
      .end_object()
      .end_object();
}

// A number, as ModSecurity writes it, where it is one.
void write_http_version(core::JsonWriter& json, std::string_view protocol) {
  const std::string_view version = protocol.substr(protocol.find('/') + 1);
  const auto digit = [&](std::size_t i) { return version[i] >= '0' && version[i] <= '9'; };
  const bool number = (version.size() == 1 && digit(0)) ||
                      (version.size() == 3 && digit(0) && version[1] == '.' && digit(2));
  json.key("http_version");
  number ? json.raw(version) : json.value(version);
}

void write_producer(core::JsonWriter& json, const Transaction& transaction) {
  const EngineOptions& options = transaction.rule_set().options;
  json.key("producer")
      .begin_object()
      .member("modsecurity", "Yagura")  // ModSecurity's field for who wrote the record
      .member("connector", "")
      .member("secrules_engine", mode_word(transaction.mode()));
  json.key("components").begin_array();
  if (!options.component_signature.empty()) json.value(options.component_signature);
  json.end_array().end_object();
}

}  // namespace

std::string audit_json(Transaction& transaction) {
  const log::Sanitiser sanitiser(transaction);
  std::string out;
  core::JsonWriter json(out, 0);
  json.begin_object().key("transaction").begin_object();
  json.member("client_ip", transaction.client_address())
      .member("time_stamp", fmt::format("{:%a %b %d %H:%M:%S %Y}", local_time(transaction)))
      .member("server_id", transaction.rule_set().options.sensor_id)
      .member("client_port", unsigned{transaction.client_port()})
      .member("host_ip", transaction.server_address())
      .member("host_port", unsigned{transaction.server_port()})
      .member("unique_id", transaction.unique_id());
  json.key("request").begin_object().member("method", transaction.method());
  write_http_version(json, transaction.protocol());
  json.member("uri", sanitiser.uri(transaction.uri()));
  if (has_part(transaction, 'C') || has_part(transaction, 'I'))
    json.member("body", sanitiser.request_body(transaction.request_body()));
  if (has_part(transaction, 'B'))
    write_headers(json, transaction, sanitiser, Variable::kRequestHeaders);
  json.end_object().key("response").begin_object();
  if (has_part(transaction, 'E')) json.member("body", sanitiser.text(transaction.response_body()));
  json.member("http_code", status_of(transaction));
  if (has_part(transaction, 'F'))
    write_headers(json, transaction, sanitiser, Variable::kResponseHeaders);
  json.end_object();
  if (has_part(transaction, 'H')) {
    write_producer(json, transaction);
    json.key("messages").begin_array();
    for (const Detection& detection : transaction.detections()) {
      if (detection.audited) write_message(json, transaction, detection, sanitiser);
    }
    json.end_array();
  }
  json.end_object().end_object();
  return out;
}

namespace {

// A client must not know it when it sends a body that looks like a part's line.
std::uint64_t process_secret() {
  static const std::uint64_t kSecret = [] {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
  }();
  return kSecret;
}

std::uint32_t fnv1a(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 14695981039346656037ULL ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

class NativeRecord {
 public:
  explicit NativeRecord(Transaction& transaction)
      : transaction_(transaction), sanitiser_(transaction) {
    boundary_ = fmt::format("{:08x}", fnv1a(transaction.unique_id(), process_secret()));
  }

  std::string write() {
    part('A', fmt::format("[{:%d/%b/%Y:%H:%M:%S %z}] {} {} {} {} {}", local_time(transaction_),
                          log::escaped(transaction_.unique_id()), transaction_.client_address(),
                          transaction_.client_port(), transaction_.server_address(),
                          transaction_.server_port()));
    if (has('B')) part('B', request_line() + headers(Variable::kRequestHeaders));
    if (has('C')) part('C', sanitiser_.request_body(transaction_.request_body()));
    if (has('E')) part('E', sanitiser_.text(transaction_.response_body()));
    if (has('F'))
      part('F', fmt::format("HTTP/1.1 {}\n", status_of(transaction_)) +
                    headers(Variable::kResponseHeaders));
    if (has('H')) part('H', messages());
    if (has('I')) part('I', sanitiser_.request_body(transaction_.request_body()));
    if (has('J')) part('J', files());
    if (has('K')) part('K', rules());
    part('Z', "");
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool has(char letter) const { return has_part(transaction_, letter); }
  void part(char letter, std::string_view text) {
    out_ += fmt::format("---{}---{}--\n{}\n", boundary_, letter, text);
  }
  [[nodiscard]] std::string request_line() const {
    return fmt::format("{} {} {}\n", log::escaped(transaction_.method()),
                       log::escaped(sanitiser_.uri(transaction_.uri())),
                       log::escaped(transaction_.protocol()));
  }
  [[nodiscard]] std::string headers(Variable variable) const {
    std::string text;
    transaction_.for_each(variable, [&](const ValueView& header) {
      const std::string value = variable == Variable::kRequestHeaders
                                    ? sanitiser_.request_header(header.name, header.value)
                                    : sanitiser_.response_header(header.name, header.value);
      text += fmt::format("{}: {}\n", log::escaped(header.name), log::escaped(value));
    });
    return text;
  }
  [[nodiscard]] std::string messages() const {
    std::string text;
    for (const Detection& detection : transaction_.detections()) {
      if (detection.audited) text += error_log_line(transaction_, detection) + "\n";
    }
    return text;
  }
  [[nodiscard]] std::string files() const {
    std::string text;
    transaction_.for_each(Variable::kFiles, [&](const ValueView& file) {
      text += fmt::format("{}: {}\n", log::escaped(file.name), log::escaped(file.value));
    });
    return text;
  }
  [[nodiscard]] std::string rules() const {
    std::string text;
    for (const Detection& detection : transaction_.detections()) {
      if (detection.audited) text += detection.rule->text + "\n";
    }
    return text;
  }

  Transaction& transaction_;
  log::Sanitiser sanitiser_;
  std::string boundary_, out_;
};

}  // namespace

std::string audit_native(Transaction& transaction) { return NativeRecord(transaction).write(); }

}  // namespace yagura::waf
