#include "posture/relations/judge.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "posture/finding_builder.hpp"

namespace yagura::posture::relations {

void Judge::add(const Object& object, model::Status status, const kube::NodePath& path,
                std::string message, Details details) {
  model::Finding finding;
  finding.control = control_;
  finding.resource = object.resource;
  finding.status = status;
  finding.severity = details.severity.value_or(control_->severity);
  finding.location = location_of(*object.document, path);
  finding.message = std::move(message);
  finding.subject = std::move(details.subject);
  finding.fix = std::move(details.fix);
  if (finding.fix.description.empty()) finding.fix.description = control_->fix_text;
  found_.push_back({.position = object.position, .finding = std::move(finding)});
  judged_.insert(&object);
}

void Judge::fail(const Object& object, const kube::NodePath& path, std::string message,
                 Details details) {
  add(object, model::Status::kFail, path, std::move(message), std::move(details));
}

void Judge::cannot_say(const Object& object, const kube::NodePath& path, std::string why) {
  if (options_.report_passed) add(object, model::Status::kNotEvaluated, path, std::move(why), {});
}

std::vector<model::Finding> Judge::take() {
  std::unordered_set<const Object*> passed;
  for (const Object* object : looked_at_) {
    if (!judged_.contains(object) && passed.insert(object).second) {
      add(*object, model::Status::kPass, {}, control_->title, {});
      judged_.erase(object);
      found_.back().finding.message.clear();
      found_.back().finding.fix = {};
    }
  }
  std::ranges::stable_sort(found_, {}, &Found::position);
  std::vector<model::Finding> findings;
  findings.reserve(found_.size());
  for (Found& found : found_) findings.push_back(std::move(found.finding));
  return findings;
}

std::string in_namespace(const Object& object) {
  std::string text = "namespace " + quoted(object.namespace_);
  if (!object.namespace_written) text += " (none is written)";
  return text;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 100;
  std::string shown = "\"";
  std::size_t at = 0;
  while (at < text.size() && at < kMost) {
    const std::size_t length = std::max<std::size_t>(core::utf8_sequence_length(text, at), 1);
    const bool control = static_cast<unsigned char>(text[at]) < 0x20;
    shown += control ? std::string_view(" ") : text.substr(at, length);
    at += length;
  }
  if (at < text.size()) shown += "…";
  return shown + '"';
}

}  // namespace yagura::posture::relations
