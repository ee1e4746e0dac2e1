#include "sensor/view/process_texts.hpp"

#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

std::string_view name_of(const Process& process) {
  if (!process.name.empty()) return process.name;
  if (!process.comm.empty()) return process.comm;
  if (!process.image->comm.empty()) return process.image->comm;
  return "<NA>";
}

std::string_view exe_of(const Process& process) {
  const std::string_view argv = process.image->argv;
  return argv.substr(0, argv.find('\0'));
}

void append_arguments(std::string& out, const Process& process) {
  std::string_view argv = process.image->argv;
  const std::size_t first = argv.find('\0');
  if (first == std::string_view::npos) return;
  argv.remove_prefix(first + 1);
  bool is_first = true;
  for_each_string(argv, [&](std::string_view argument) {
    if (!is_first) out += ' ';
    is_first = false;
    out += argument;
  });
}

const ProcessTexts::Texts* ProcessTexts::find(const Process& process, std::uint64_t event) {
  if (process.image->argv.size() + process.name.size() > kMaxBytes) return nullptr;
  Entry& entry = (*entries_)[process.generation % kEntries];
  if (entry.generation != process.generation) {
    if (entry.event == event) return nullptr;
    entry.generation = process.generation;
    std::string& line = entry.texts.command_line;
    line = name_of(process);
    line += ' ';
    entry.texts.arguments_at = line.size();
    append_arguments(line, process);
    if (line.size() == entry.texts.arguments_at) {
      line.pop_back();
      entry.texts.arguments_at = line.size();
    }
  }
  entry.event = event;
  return &entry.texts;
}

}  // namespace yagura::sensor
