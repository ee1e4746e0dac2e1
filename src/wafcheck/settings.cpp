#include "wafcheck/settings.hpp"

#include <fmt/format.h>

namespace yagura::wafcheck {

std::string_view crs_test_settings() {
  return R"(SecRuleEngine DetectionOnly
SecAction "id:900005,phase:1,pass,nolog,t:none,\
  setvar:tx.blocking_paranoia_level=4,\
  setvar:tx.paranoia_level=4,\
  setvar:tx.arg_name_length=100,\
  setvar:tx.arg_length=400,\
  setvar:tx.total_arg_length=64000,\
  setvar:tx.max_num_args=255,\
  setvar:tx.max_file_size=64100,\
  setvar:tx.combined_file_sizes=65535,\
  setvar:tx.crs_validate_utf8_encoding=1"
SecRule REQUEST_HEADERS:X-CRS-Test "@rx ^.*$" \
  "id:999999,phase:1,pass,log,t:none,msg:'X-CRS-Test %{MATCHED_VAR}',ctl:ruleRemoveById=1-999999"
)";
}

std::optional<std::string_view> settings_named(std::string_view name) {
  if (name == "crs-tests") return crs_test_settings();
  if (name == "none") return std::string_view();
  return std::nullopt;
}

std::string crs_level_settings(unsigned paranoia, unsigned threshold) {
  std::string text;
  if (paranoia > 0) {
    text += fmt::format(
        "SecAction \"id:900006,phase:1,pass,nolog,t:none,setvar:tx.blocking_paranoia_level={0},"
        "setvar:tx.detection_paranoia_level={0},setvar:tx.paranoia_level={0},"
        "setvar:tx.executing_paranoia_level={0}\"\n",
        paranoia);
  }
  if (threshold > 0) {
    text += fmt::format(
        "SecAction \"id:900007,phase:1,pass,nolog,t:none,"
        "setvar:tx.inbound_anomaly_score_threshold={0},"
        "setvar:tx.outbound_anomaly_score_threshold={0}\"\n",
        threshold);
  }
  return text;
}

}  // namespace yagura::wafcheck
