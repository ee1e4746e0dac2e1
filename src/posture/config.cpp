// Each section is read by a function of its own that walks the members that are there and knows
// what may be: so that a misspelt key is an error with a place, never a setting that silently does
// nothing.

#include "posture/config.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "kube/node.hpp"

namespace yagura::posture {

namespace {

using kube::Member;
using kube::Node;

class ConfigReader {
 public:
  ConfigReader(const kube::Document& document, Diagnostics& diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  Config read() {
    config_.file = document_.source().name();
    const Node& root = document_.root();
    if (!root.is_map()) {
      error(root.begin(), "the configuration is not a mapping",
            "start with `apiVersion: yagura.dev/v1alpha1`");
      return std::move(config_);
    }
    for (const Member& member : root.members()) read_top(member);
    return std::move(config_);
  }

 private:
  void error(std::uint32_t offset, std::string message, std::string hint) {
    const kube::Position at = document_.source().position(offset);
    diagnostics_.error(document_.source().name(), at.line, at.column, std::move(message),
                       std::move(hint));
  }

  void unknown_key(const Member& member, std::string_view where, std::string_view known) {
    error(member.key_begin,
          "unknown key \"" + std::string(member.key) + "\" in " + std::string(where),
          "known keys: " + std::string(known));
  }

  void read_top(const Member& member) {
    if (member.key == "apiVersion" || member.key == "kind") {
      read_type(member);
    } else if (member.key == "scan") {
      for_each_member(member, [this](const Member& inner) { read_scan(inner); });
    } else if (member.key == "controls") {
      for_each_member(member, [this](const Member& inner) { read_control(inner); });
    } else if (member.key == "exceptions") {
      for_each_item(member, [this](const Node& item) { read_exception(item); });
    } else {
      unknown_key(member, "the configuration", "apiVersion, kind, scan, controls, exceptions");
    }
  }

  void read_type(const Member& member) {
    const std::string_view wanted = member.key == "kind" ? "Config" : "yagura.dev/v1alpha1";
    if (member.value.string_or() != wanted) {
      error(member.value.begin(), std::string(member.key) + " is not one that this version reads",
            "write `" + std::string(member.key) + ": " + std::string(wanted) + "`");
    }
  }

  void read_scan(const Member& member) {
    if (member.key == "failOn") {
      const std::string text = text_of(member);
      if (text.empty()) return;
      if (text != "never" && !model::severity_from_string(text)) {
        error(member.value.begin(), "failOn: \"" + text + "\" is no severity",
              "one of info, low, medium, high, critical, never");
        return;
      }
      config_.fail_on = text;
    } else if (member.key == "exclude") {
      for_each_item(member, [&](const Node& item) {
        if (item.is_string()) {
          config_.exclude.emplace_back(item.as_string());
        } else {
          error(item.begin(), "exclude: not a text", "a glob of paths such as \"charts/**\"");
        }
      });
    } else {
      unknown_key(member, "scan", "failOn, exclude");
    }
  }

  void read_control(const Member& member) {
    ControlSettings settings{
        .enabled = {}, .severity = {}, .params = {}, .line = line_of(member.key_begin)};
    for_each_member(member, [&](const Member& inner) { read_control_setting(inner, settings); });
    config_.controls[std::string(member.key)] = std::move(settings);
  }

  void read_control_setting(const Member& member, ControlSettings& settings) {
    if (member.key == "enabled") {
      if (member.value.is_bool()) {
        settings.enabled = member.value.as_bool();
      } else {
        error(member.value.begin(), "enabled: not a boolean", "true or false");
      }
    } else if (member.key == "severity") {
      const std::string text = text_of(member);
      settings.severity = model::severity_from_string(text);
      if (!text.empty() && !settings.severity) {
        error(member.value.begin(), "severity: \"" + text + "\" is none",
              "one of info, low, medium, high, critical");
      }
    } else if (member.key == "params") {
      for_each_member(member, [&](const Member& inner) {
        if (inner.value.is_string()) {
          settings.params[std::string(inner.key)] = inner.value.as_string();
        } else {
          error(inner.value.begin(), "params." + std::string(inner.key) + ": not a text",
                "parameters are the data of a ConfigMap: put the value in quotes");
        }
      });
    } else {
      unknown_key(member, "a control's settings", "enabled, severity, params");
    }
  }

  void read_exception(const Node& item) {
    if (!item.is_map()) {
      error(item.begin(), "an exception is not a mapping",
            "give it control, resource, owner, reason and expires");
      return;
    }
    Exception exception;
    exception.line = line_of(item.begin());
    for (const Member& member : item.members()) read_exception_member(member, exception);
    const auto demand = [&](bool there, const char* what, const char* hint) {
      if (!there) error(item.begin(), std::string("the exception has no ") + what, hint);
      return there;
    };
    bool complete =
        demand(!exception.controls.empty(), "control", "control: ID, or controls: [ID, …]");
    complete &= demand(!exception.owner.empty(), "owner", "owner: who answers for this risk");
    complete &= demand(!exception.reason.empty(), "reason", "reason: why the risk is accepted");
    if (complete && !broken_date_) config_.exceptions.push_back(std::move(exception));
    broken_date_ = false;
  }

  void read_exception_member(const Member& member, Exception& exception) {
    if (member.key == "control") {
      exception.controls.push_back(text_of(member));
    } else if (member.key == "controls") {
      for_each_item(member,
                    [&](const Node& id) { exception.controls.emplace_back(id.string_or()); });
    } else if (member.key == "resource") {
      for_each_member(member,
                      [&](const Member& inner) { read_exception_resource(inner, exception); });
    } else if (member.key == "subject" || member.key == "container") {
      exception.subject = text_of(member);
    } else if (member.key == "file") {
      exception.file = text_of(member);
    } else if (member.key == "owner") {
      exception.owner = text_of(member);
    } else if (member.key == "reason") {
      exception.reason = text_of(member);
    } else if (member.key == "expires") {
      const std::string text = text_of(member);
      exception.expires = parse_date(text);
      if (!exception.expires) {
        broken_date_ = true;
        error(member.value.begin(), "expires: \"" + text + "\" is no date",
              "write it as YYYY-MM-DD");
      }
    } else {
      unknown_key(member, "an exception",
                  "control, controls, resource, container, file, owner, reason, expires");
    }
  }

  void read_exception_resource(const Member& member, Exception& exception) {
    if (member.key == "kind") {
      exception.kind = text_of(member);
    } else if (member.key == "namespace") {
      exception.namespace_ = text_of(member);
    } else if (member.key == "name") {
      exception.name = text_of(member);
    } else {
      unknown_key(member, "an exception's resource", "kind, namespace, name");
    }
  }

  std::string text_of(const Member& member) {
    if (member.value.is_string() && !member.value.as_string().empty()) {
      return std::string(member.value.as_string());
    }
    error(member.value.begin(), std::string(member.key) + ": not a text, or empty",
          "give it a value in quotes");
    return {};
  }

  void for_each_member(const Member& member, const std::function<void(const Member&)>& read_one) {
    if (member.value.is_null()) return;
    if (!member.value.is_map()) {
      error(member.value.begin(), std::string(member.key) + ": not a mapping",
            "indent its keys below it");
      return;
    }
    for (const Member& inner : member.value.members()) read_one(inner);
  }

  void for_each_item(const Member& member, const std::function<void(const Node&)>& read_one) {
    if (member.value.is_null()) return;
    if (!member.value.is_list()) {
      error(member.value.begin(), std::string(member.key) + ": not a list",
            "start each item with `- `");
      return;
    }
    for (const Node& item : member.value.items()) read_one(item);
  }

  std::uint32_t line_of(std::uint32_t offset) const {
    return document_.source().position(offset).line;
  }

  const kube::Document& document_;
  Diagnostics& diagnostics_;
  Config config_;
  bool broken_date_ = false;
};

template <typename T>
bool parse_number(std::string_view text, T& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!parse_number(text.substr(0, 4), year) || !parse_number(text.substr(5, 2), month) ||
      !parse_number(text.substr(8, 2), day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

Config read_config(const kube::Document& document, Diagnostics& diagnostics) {
  return ConfigReader(document, diagnostics).read();
}

}  // namespace yagura::posture
