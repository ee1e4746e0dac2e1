// Text arguments of calls and fs.path.*.

#include <array>

#include "rules/event_type.hpp"
#include "sensor/view/lexical_path.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

namespace {

constexpr std::array<ygr_section_id, 3> kTexts = {YGR_S_PATH0, YGR_S_PATH1, YGR_S_PATH2};

}  // namespace

bool SensorEventView::has_text(unsigned number) const {
  return number < kTexts.size() && event_->record->has(kTexts[number]);
}

std::string_view SensorEventView::text(unsigned number) const {
  const std::string_view whole = event_->record->text(kTexts[number]);
  return whole.substr(0, whole.find('\0'));
}

// A relative path without its directory is taken to be the process's.
std::string_view SensorEventView::absolute_text(unsigned number) const {
  const std::string_view given = text(number);
  std::string_view directory;
  if (number < 2) {
    directory = event_->record->text(number == 0 ? YGR_S_DIR0 : YGR_S_DIR1);
  }
  if (directory.empty()) directory = process().cwd;
  std::string& made = scratch();
  append_absolute(made, directory, given);
  return made == given ? given : arena_copy(made);
}

rules::Value SensorEventView::path_field(Field field) const {
  const TypeInfo& type = info();
  const auto absolute = [this](int number) {
    return number >= 0 && has_text(static_cast<unsigned>(number))
               ? Value::string(absolute_text(static_cast<unsigned>(number)))
               : Value::absent();
  };
  const auto raw = [this](int number) {
    return number >= 0 && has_text(static_cast<unsigned>(number))
               ? Value::string(text(static_cast<unsigned>(number)))
               : Value::absent();
  };
  switch (field) {
    case Field::kFsPathName:
      // Of calls with a descriptor alone (fchmod, fchown), and by the file's own name of opens.
      if (type.is_open || (type.path_text < 0 && type.source_text < 0)) {
        const DescriptorFacts& facts = descriptor();
        const bool is_file = facts.type == DescriptorType::kFile ||
                             facts.type == DescriptorType::kDirectory ||
                             (type.is_open && facts.has_name);
        const bool is_about_paths =
            type.is_open || rules::event_type_name(header().type).starts_with("fch");
        return is_about_paths && is_file && facts.has_name ? Value::string(facts.name)
                                                           : absolute(type.path_text);
      }
      return absolute(type.path_text);
    case Field::kFsPathNameraw:
      return raw(type.path_text);
    case Field::kFsPathSource:
      return absolute(type.source_text);
    case Field::kFsPathSourceraw:
      return raw(type.source_text);
    case Field::kFsPathTarget:
      return absolute(type.target_text);
    case Field::kFsPathTargetraw:
      return raw(type.target_text);
    default:
      return Value::absent();
  }
}

}  // namespace yagura::sensor
