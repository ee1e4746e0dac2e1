#include "sensor/analysis/export/apparmor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "sensor/analysis/export/target.hpp"
#include "sensor/analysis/profile/capability_use.hpp"

namespace yagura::sensor {

namespace {

std::set<std::string_view> learned(const Profile& profile, FeatureKind kind) {
  std::set<std::string_view> texts;
  for (const Feature& feature : profile.table(kind).all()) {
    if (feature.state == FeatureState::kLearned) texts.insert(feature.text);
  }
  return texts;
}

class Writer {
 public:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), "  ");
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }
  void heading(std::string_view text) {
    fmt::format_to(std::back_inserter(out_), "\n  # {}\n", text);
  }
  std::string& text() { return out_; }

 private:
  std::string out_;
};

void write_files(Writer& writer, const Profile& profile) {
  writer.heading("programs, which keep this profile");
  for (const std::string_view path : learned(profile, FeatureKind::kExecutable)) {
    if (path.starts_with('/')) writer.line("{} mrix,", apparmor_path(path));
  }
  writer.heading("libraries");
  for (const std::string_view path : learned(profile, FeatureKind::kLibrary)) {
    if (path.starts_with('/')) writer.line("{} mr,", apparmor_path(path));
  }
  // What is below a directory "/" ends with "/" already.
  const auto write_directories = [&](FeatureKind kind, std::string_view rights) {
    for (const std::string_view directory : learned(profile, kind)) {
      const std::string base = directory == "/" ? "" : std::string(directory);
      writer.line("{} r,", apparmor_path(base + "/"));
      writer.line("{} {},", apparmor_path(base + "/*"), rights);
    }
  };
  writer.heading("files that are read");
  write_directories(FeatureKind::kReadDirectory, "r");
  writer.heading("files that are written");
  write_directories(FeatureKind::kWriteDirectory, "rwkl");
}

void write_capabilities(Writer& writer, const Profile& profile) {
  writer.heading("capabilities");
  for (const std::string_view name : learned(profile, FeatureKind::kCapability)) {
    std::string lower(name.substr(std::min<std::size_t>(4, name.size())));
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    writer.line("capability {},", lower);
  }
}

void write_networks(Writer& writer, const Profile& profile) {
  bool has_v4 = false;
  bool has_v6 = false;
  bool has_other = false;
  for (const PeerGroup& group : profile.peers.groups()) {
    for (const PeerNetwork& network : group.networks) {
      (network.is_v4() ? has_v4 : has_v6) = true;
    }
    has_other = has_other || (group.protocol != kProtocolTcp && group.protocol != kProtocolUdp);
  }
  const bool resolves = profile.table(FeatureKind::kDomain).learned() != 0;
  const bool has_pods = profile.table(FeatureKind::kPeerPod).learned() != 0;
  writer.heading("networks");
  writer.line("network unix,");
  if (has_v4 || resolves || has_pods) {
    writer.line("network inet stream,");
    writer.line("network inet dgram,");
  }
  if (has_v6 || resolves || has_pods) {
    writer.line("network inet6 stream,");
    writer.line("network inet6 dgram,");
  }
  if (has_other) {
    writer.line("network inet raw,");
    writer.line("network inet6 raw,");
  }
  // getaddrinfo() asks for routes.
  if (has_v4 || has_v6 || resolves || has_pods) writer.line("network netlink raw,");
}

}  // namespace

std::string apparmor_path(std::string_view path) {
  std::string out = "\"";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\{:03o}", byte);
      continue;
    }
    if (std::string_view("\"\\?[]{}^@").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string apparmor_profile_name(const Profile& profile) {
  return "yagura-" + export_name(export_target(profile.key()));
}

std::string apparmor_profile(const Profile& profile) {
  Writer writer;
  writer.text() = fmt::format(
      "abi <abi/3.0>,\n\n#include <tunables/global>\n\nprofile {} "
      "flags=(attach_disconnected,mediate_deleted) {{\n  #include <abstractions/base>\n",
      apparmor_profile_name(profile));
  write_capabilities(writer, profile);
  write_networks(writer, profile);
  write_files(writer, profile);
  writer.heading("itself, and what its runtime sends");
  writer.line("signal (receive) peer=unconfined,");
  writer.line("signal (send, receive) peer={},", apparmor_profile_name(profile));
  writer.line("ptrace (trace, read, tracedby, readby) peer={},", apparmor_profile_name(profile));
  writer.line("\"/proc/@{{pid}}/**\" r,");
  writer.line("deny \"/proc/sys/kernel/core_pattern\" w,");
  writer.line("deny \"/proc/sysrq-trigger\" w,");
  writer.line("deny \"/sys/kernel/security/**\" rwklx,");
  if (learned(profile, FeatureKind::kMount).empty()) writer.line("deny mount,");
  for (const std::string_view target : learned(profile, FeatureKind::kMount)) {
    writer.line("mount -> {},", apparmor_path(target));
  }
  writer.text() += "}\n";
  return std::move(writer.text());
}

}  // namespace yagura::sensor
