#include "sensor/incident/response/pod_label.hpp"

#include <fmt/format.h>

#include "core/json_text.hpp"

namespace yagura::sensor {
namespace {

constexpr std::size_t kMaxAnswer = 8 << 20;
constexpr std::size_t kUuidLength = 36;  // a static pod's hash is not the API server's uid

}  // namespace

std::string label_patch(const Pod& pod, const std::string& key, const std::string& value) {
  std::string text;
  core::JsonWriter json(text, 0);
  json.begin_object().key("metadata").begin_object();
  if (pod.uid.size() == kUuidLength) {
    json.member("uid", pod.uid);
  }
  json.key("labels").begin_object().key(key);
  if (value.empty()) {
    json.null();
  } else {
    json.value(value);
  }
  json.end_object().end_object().end_object();
  return text;
}

Result<void> label_pod(HttpsClient& client, const Pod& pod, const std::string& key,
                       const std::string& value) {
  if (pod.name.empty() || pod.name_space.empty()) {
    return fail(ErrorCode::kNotFound, "the pod's name is not known");
  }
  YAGURA_TRY(const auto answer,
             client.fetch({.method = HttpsMethod::kPatch,
                           .path = fmt::format("/api/v1/namespaces/{}/pods/{}",
                                               url_escape(pod.name_space), url_escape(pod.name)),
                           .body = label_patch(pod, key, value),
                           .content_type = "application/merge-patch+json"},
                          kMaxAnswer));
  if (answer.status == 404 || answer.status == 409) {
    return fail(ErrorCode::kNotFound, fmt::format("pod {}/{} is gone", pod.name_space, pod.name));
  }
  if (answer.status != 200) {
    return fail(ErrorCode::kIo, fmt::format("labelling pod {}/{}: the API server answers {}",
                                            pod.name_space, pod.name, answer.status));
  }
  return {};
}

}  // namespace yagura::sensor
