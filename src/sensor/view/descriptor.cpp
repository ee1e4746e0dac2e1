#include "sensor/view/descriptor.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace yagura::sensor {

namespace {

struct TypeNames {
  std::string_view name;
  char letter;
};

constexpr std::array<TypeNames, 18> kTypes = {{{"", 'o'},
                                               {"file", 'f'},
                                               {"directory", 'd'},
                                               {"ipv4", '4'},
                                               {"ipv6", '6'},
                                               {"unix", 'u'},
                                               {"pipe", 'p'},
                                               {"event", 'e'},
                                               {"signalfd", 's'},
                                               {"eventpoll", 'l'},
                                               {"inotify", 'i'},
                                               {"timerfd", 't'},
                                               {"bpf", 'b'},
                                               {"userfaultfd", 'u'},
                                               {"io_uring", 'r'},
                                               {"memfd", 'm'},
                                               {"netlink", 'n'},
                                               {"pidfd", 'P'}}};

struct AnonymousInode {
  std::string_view part;
  DescriptorType type;
};

constexpr AnonymousInode kAnonymous[] = {{"[eventpoll]", DescriptorType::kEpoll},
                                         {"[eventfd]", DescriptorType::kEvent},
                                         {"[signalfd]", DescriptorType::kSignal},
                                         {"[timerfd]", DescriptorType::kTimer},
                                         {"inotify", DescriptorType::kInotify},
                                         {"bpf", DescriptorType::kBpf},
                                         {"[userfaultfd]", DescriptorType::kUserfault},
                                         {"[io_uring]", DescriptorType::kIoUring},
                                         {"[pidfd]", DescriptorType::kPidfd}};

}  // namespace

std::string_view type_name(DescriptorType type) {
  return kTypes[static_cast<std::size_t>(type)].name;
}

char type_char(DescriptorType type) { return kTypes[static_cast<std::size_t>(type)].letter; }

DescriptorType type_of(const ygr_file& file, std::string_view name) {
  if ((file.flags & YGR_FILE_ANON_INODE) != 0) {
    for (const AnonymousInode& known : kAnonymous) {
      if (name.find(known.part) != std::string_view::npos) return known.type;
    }
    return DescriptorType::kUnknown;
  }
  if ((file.flags & YGR_FILE_MEMFD) != 0 && name.find("memfd:") != std::string_view::npos) {
    return DescriptorType::kMemfd;
  }
  switch (file.mode & S_IFMT) {
    case S_IFDIR:
      return DescriptorType::kDirectory;
    case S_IFIFO:
      // A pipe with a name is a file that was opened by its path.
      return name.starts_with('/') ? DescriptorType::kFile : DescriptorType::kPipe;
    case S_IFSOCK:
      return DescriptorType::kUnknown;
    default:
      return DescriptorType::kFile;
  }
}

DescriptorType type_of(const ygr_socket& socket) {
  switch (socket.family) {
    case AF_INET:
      return DescriptorType::kIpv4;
    case AF_INET6:
      return DescriptorType::kIpv6;
    case AF_UNIX:
      return DescriptorType::kUnix;
    case AF_NETLINK:
      return DescriptorType::kNetlink;
    default:
      return DescriptorType::kUnknown;
  }
}

bool is_unspecified(std::string_view ip) {
  return std::ranges::all_of(ip, [](char c) { return c == '\0'; });
}

}  // namespace yagura::sensor
