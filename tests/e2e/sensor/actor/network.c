/*
 * Sockets. `netns ADDRESS…` gives the steps behind a network of their own whose only interface is
 * lo with these addresses: what looks like the outside world is this process itself.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

static struct sockaddr_in address_of(const char* ip, unsigned port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, ip, &address.sin_addr);
  return address;
}

static int add_address(int control, int number, const char* ip) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  if (number == 0) {
    strcpy(request.ifr_name, "lo");
  } else {
    snprintf(request.ifr_name, sizeof request.ifr_name, "lo:%d", number);
  }
  const struct sockaddr_in address = address_of(ip, 0);
  memcpy(&request.ifr_addr, &address, sizeof address);
  if (ioctl(control, SIOCSIFADDR, &request) != 0) return -1;
  const struct sockaddr_in mask = address_of(number == 0 ? "255.0.0.0" : "255.255.255.255", 0);
  memcpy(&request.ifr_netmask, &mask, sizeof mask);
  if (ioctl(control, SIOCSIFNETMASK, &request) != 0) return -1;
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return ioctl(control, SIOCSIFFLAGS, &request);
}

int enter_network(int argc, char** argv) {
  if (unshare(CLONE_NEWNET) != 0) return refused("unshare");
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (add_address(control, 0, "127.0.0.1") != 0) return refused("lo");
  for (int i = 1; i < argc; ++i) {
    if (add_address(control, i, argv[i]) != 0) return refused(argv[i]);
  }
  close(control);
  return 0;
}

/* listen ADDRESS PORT: steps behind have it as descriptor 100, the next one as 101 … */
int listen_here(int argc, char** argv) {
  static int next = 100;
  if (argc != 3) return 2;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const struct sockaddr_in address = address_of(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
  if (bind(fd, (const struct sockaddr*)&address, sizeof address) != 0 || listen(fd, 16) != 0)
    return refused("listen");
  if (dup2(fd, next++) < 0) return refused("dup2");
  close(fd);
  return 0;
}

static int connect_to(int type, const char* from, const char* ip, const char* port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (from) {
    const struct sockaddr_in source = address_of(from, 0);
    if (bind(fd, (const struct sockaddr*)&source, sizeof source) != 0) return -1;
  }
  const struct sockaddr_in address = address_of(ip, (unsigned)strtoul(port, NULL, 10));
  if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) return -1;
  return fd;
}

/* connect ADDRESS PORT [udp] */
static int connect_out(int argc, char** argv) {
  if (argc < 3) return 2;
  return connect_to(argc > 3 ? SOCK_DGRAM : SOCK_STREAM, NULL, argv[1], argv[2]) >= 0
             ? 0
             : refused("connect");
}

/* sendto ADDRESS PORT: a datagram of a socket that is not connected. */
static int send_datagram(int argc, char** argv) {
  if (argc != 3) return 2;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const struct sockaddr_in address = address_of(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
  return sendto(fd, "x", 1, 0, (const struct sockaddr*)&address, sizeof address) == 1
             ? 0
             : refused("sendto");
}

/* accept DESCRIPTOR FROM TO PORT: of a connection that a child makes. */
static int accept_one(int argc, char** argv) {
  if (argc != 5) return 2;
  const pid_t child = fork();
  if (child == 0) _exit(connect_to(SOCK_STREAM, argv[2], argv[3], argv[4]) >= 0 ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) return 1;
  return accept4((int)strtol(argv[1], NULL, 10), NULL, NULL, SOCK_CLOEXEC) >= 0
             ? 0
             : refused("accept4");
}

static int make_socket(int argc, char** argv) {
  if (argc != 2) return 2;
  const int fd = strcmp(argv[1], "packet") == 0 ? socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP))
                                                : socket(AF_INET, SOCK_DGRAM, 0);
  return fd >= 0 ? 0 : refused("socket");
}

/* Both ends of a TCP connection of this process to itself, on whatever port is free. */
static int connect_to_self(int* client, int* server) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = address_of("127.0.0.1", 0);
  socklen_t size = sizeof address;
  if (bind(listener, (const struct sockaddr*)&address, sizeof address) != 0 ||
      listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr*)&address, &size) != 0) {
    return -1;
  }
  *client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(*client, (const struct sockaddr*)&address, sizeof address) != 0) return -1;
  *server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  return *server < 0 ? -1 : 0;
}

/* dup socket|file: onto standard input. */
static int duplicate(int argc, char** argv) {
  if (argc != 2) return 2;
  int client = -1;
  int server = -1;
  if (connect_to_self(&client, &server) != 0) return refused("connect");
  const int from = strcmp(argv[1], "socket") == 0 ? client : open("/etc/hostname", O_RDONLY);
  return dup2(from, 0) == 0 ? 0 : refused("dup2");
}

static int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* receive HEX: over TCP, with recvfrom. */
static int receive(int argc, char** argv) {
  if (argc != 2) return 2;
  int client = -1;
  int server = -1;
  if (connect_to_self(&client, &server) != 0) return refused("connect");
  char bytes[64];
  const size_t size = strlen(argv[1]) / 2 < sizeof bytes ? strlen(argv[1]) / 2 : sizeof bytes;
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = (char)(hex_digit(argv[1][2 * i]) << 4 | hex_digit(argv[1][2 * i + 1]));
  }
  if (send(server, bytes, size, 0) != (ssize_t)size) return refused("send");
  return recvfrom(client, bytes, sizeof bytes, 0, NULL, NULL) == (ssize_t)size
             ? 0
             : refused("recvfrom");
}

static size_t put_name(unsigned char* out, const char* name) {
  size_t size = 0;
  while (*name) {
    const size_t label = strcspn(name, ".");
    out[size++] = (unsigned char)label;
    memcpy(out + size, name, label);
    size += label;
    name += label + (name[label] == '.');
  }
  out[size++] = 0;
  return size;
}

/* A question for an A record, RFC 1035 section 4. */
static size_t make_question(unsigned char* out, const char* name) {
  static const unsigned char kHeader[12] = {0x12, 0x34, 1, 0, 0, 1};
  static const unsigned char kTail[4] = {0, 1, 0, 1};
  memcpy(out, kHeader, sizeof kHeader);
  const size_t size = sizeof kHeader + put_name(out + sizeof kHeader, name);
  memcpy(out + size, kTail, sizeof kTail);
  return size + sizeof kTail;
}

static size_t make_answer(unsigned char* message, size_t size, const char* ip) {
  static const unsigned char kRecord[12] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
  message[2] |= 0x80;
  message[7] = 1;
  memcpy(message + size, kRecord, sizeof kRecord);
  inet_pton(AF_INET, ip, message + size + sizeof kRecord);
  return size + sizeof kRecord + 4;
}

/* resolve NAME ADDRESS: asks a name server at 127.0.0.1 (its own child), which gives this answer.
 */
static int resolve(const char* name, const char* ip) {
  const int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const struct sockaddr_in address = address_of("127.0.0.1", 53);
  if (bind(server, (const struct sockaddr*)&address, sizeof address) != 0) return refused("bind");
  unsigned char message[512];
  const pid_t child = fork();
  if (child == 0) {
    struct sockaddr_in peer;
    socklen_t peer_size = sizeof peer;
    const ssize_t got =
        recvfrom(server, message, sizeof message, 0, (struct sockaddr*)&peer, &peer_size);
    if (got <= 0) _exit(1);
    const size_t size = make_answer(message, (size_t)got, ip);
    _exit(sendto(server, message, size, 0, (const struct sockaddr*)&peer, peer_size) ==
                  (ssize_t)size
              ? 0
              : 1);
  }
  const int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (connect(client, (const struct sockaddr*)&address, sizeof address) != 0)
    return refused("connect");
  const size_t size = make_question(message, name);
  if (send(client, message, size, 0) != (ssize_t)size) return refused("send");
  const ssize_t got = recvfrom(client, message, sizeof message, 0, NULL, NULL);
  waitpid(child, NULL, 0);
  close(client);
  close(server);
  return got > (ssize_t)size ? 0 : refused("recvfrom");
}

/* lookup NAME ADDRESS PORT: resolves, then connects. */
static int look_up_and_connect(int argc, char** argv) {
  if (argc != 4) return 2;
  if (resolve(argv[1], argv[2]) != 0) return 1;
  return connect_to(SOCK_STREAM, NULL, argv[2], argv[3]) >= 0 ? 0 : refused("connect");
}

const struct verb kNetworkVerbs[] = {{"connect", connect_out},
                                     {"sendto", send_datagram},
                                     {"accept", accept_one},
                                     {"socket", make_socket},
                                     {"dup", duplicate},
                                     {"receive", receive},
                                     {"lookup", look_up_and_connect},
                                     {NULL, NULL}};
