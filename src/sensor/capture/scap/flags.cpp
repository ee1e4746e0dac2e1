#include "sensor/capture/scap/flags.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace yagura::sensor::scap {

namespace {

using Bit = std::pair<unsigned, std::uint32_t>;  // number of Falco's bit, the kernel's

constexpr Bit kOpen[] = {{2, O_CREAT},      {3, O_APPEND},   {4, O_DSYNC},   {5, O_EXCL},
                         {6, O_NONBLOCK},   {7, O_SYNC},     {8, O_TRUNC},   {9, O_DIRECT},
                         {10, O_DIRECTORY}, {12, O_CLOEXEC}, {13, O_TMPFILE}};
constexpr Bit kClone[] = {{0, CLONE_FILES},         {1, CLONE_FS},       {2, CLONE_IO},
                          {3, CLONE_NEWIPC},        {4, CLONE_NEWNET},   {5, CLONE_NEWNS},
                          {6, CLONE_NEWPID},        {7, CLONE_NEWUTS},   {8, CLONE_PARENT},
                          {9, CLONE_PARENT_SETTID}, {10, CLONE_PTRACE},  {11, CLONE_SIGHAND},
                          {12, CLONE_SYSVSEM},      {13, CLONE_THREAD},  {14, CLONE_UNTRACED},
                          {15, CLONE_VM},           {20, CLONE_NEWUSER}, {23, CLONE_CHILD_CLEARTID},
                          {24, CLONE_CHILD_SETTID}, {25, CLONE_SETTLS},  {27, CLONE_VFORK},
                          {28, CLONE_NEWCGROUP}};
constexpr Bit kMap[] = {{0, MAP_SHARED},      {1, MAP_PRIVATE},   {2, MAP_FIXED},
                        {3, MAP_ANONYMOUS},   {6, MAP_NORESERVE}, {7, MAP_POPULATE},
                        {8, MAP_NONBLOCK},    {9, MAP_GROWSDOWN}, {10, MAP_DENYWRITE},
                        {11, MAP_EXECUTABLE}, {14, MAP_LOCKED}};
constexpr Bit kProtection[] = {{0, PROT_READ}, {1, PROT_WRITE},     {2, PROT_EXEC},
                               {3, 8},         {4, PROT_GROWSDOWN}, {5, PROT_GROWSUP}};
// linux/openat2.h: RESOLVE_BENEATH, IN_ROOT, NO_MAGICLINKS, NO_SYMLINKS, NO_XDEV, CACHED.
constexpr Bit kResolve[] = {{0, 8}, {1, 16}, {2, 2}, {3, 4}, {4, 1}, {5, 32}};

template <std::size_t N>
std::uint32_t translate(std::uint32_t flags, const Bit (&table)[N]) {
  std::uint32_t native = 0;
  for (const auto& [bit, value] : table) {
    if ((flags >> bit & 1U) != 0) native |= value;
  }
  return native;
}

constexpr std::uint32_t kUnknown = 0xffffffff;

// By Falco's number; those of other architectures and rare ones are unknown.
constexpr std::uint32_t kPtrace[] = {
    kUnknown,           PTRACE_TRACEME,    PTRACE_PEEKTEXT,   PTRACE_PEEKDATA,    PTRACE_PEEKUSER,
    PTRACE_POKETEXT,    PTRACE_POKEDATA,   PTRACE_POKEUSER,   PTRACE_CONT,        PTRACE_KILL,
    PTRACE_SINGLESTEP,  PTRACE_ATTACH,     PTRACE_DETACH,     PTRACE_SYSCALL,     PTRACE_SETOPTIONS,
    PTRACE_GETEVENTMSG, PTRACE_GETSIGINFO, PTRACE_SETSIGINFO, PTRACE_GETREGSET,   PTRACE_SETREGSET,
    PTRACE_SEIZE,       PTRACE_INTERRUPT,  PTRACE_LISTEN,     PTRACE_PEEKSIGINFO, PTRACE_GETSIGMASK,
    PTRACE_SETSIGMASK};

}  // namespace

std::uint32_t native_open_flags(std::uint32_t flags) {
  std::uint32_t native = translate(flags, kOpen);
  if ((flags & 3U) == 3U) native |= O_RDWR;
  if ((flags & 3U) == 2U) native |= O_WRONLY;
  return native;
}

std::uint8_t layer_of_open(std::uint32_t flags) {
  if ((flags >> 15 & 1U) != 0) return YGR_LAYER_UPPER;
  return (flags >> 16 & 1U) != 0 ? YGR_LAYER_LOWER : YGR_LAYER_NONE;
}

bool is_created_by_open(std::uint32_t flags) { return (flags >> 14 & 1U) != 0; }

std::uint64_t native_clone_flags(std::uint32_t flags) { return translate(flags, kClone); }
std::uint32_t native_mmap_flags(std::uint32_t flags) { return translate(flags, kMap); }
std::uint32_t native_protection(std::uint32_t flags) { return translate(flags, kProtection); }
std::uint32_t native_resolve_flags(std::uint32_t flags) { return translate(flags, kResolve); }

std::uint32_t native_ptrace_request(std::uint32_t request) {
  return request < std::size(kPtrace) ? kPtrace[request] : kUnknown;
}

std::uint32_t native_fcntl_command(std::uint32_t command) {
  constexpr std::pair<std::uint32_t, std::uint32_t> kCommands[] = {
      {1, F_DUPFD}, {2, F_GETFD}, {3, F_SETFD},  {4, F_GETFL},         {5, F_SETFL},
      {6, F_GETLK}, {8, F_SETLK}, {9, F_SETLKW}, {26, F_DUPFD_CLOEXEC}};
  const auto* const found = std::ranges::find(kCommands, command, &Bit::first);
  return found == std::end(kCommands) ? kUnknown : found->second;
}

std::uint64_t native_device(std::uint32_t device) {
  return std::uint64_t{major(device)} << 20 | minor(device);
}

void set_protocol(ygr_socket& socket, std::uint8_t protocol) {
  switch (protocol) {
    case 2:
      socket.protocol = IPPROTO_TCP;
      socket.type = SOCK_STREAM;
      break;
    case 3:
      socket.protocol = IPPROTO_UDP;
      socket.type = SOCK_DGRAM;
      break;
    case 4:
      socket.protocol = IPPROTO_ICMP;
      socket.type = SOCK_RAW;
      break;
    case 5:
      socket.protocol = IPPROTO_RAW;
      socket.type = SOCK_RAW;
      break;
    default:
      break;
  }
}

}  // namespace yagura::sensor::scap
