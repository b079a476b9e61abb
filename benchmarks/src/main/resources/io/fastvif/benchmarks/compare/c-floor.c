/*
 * The floor of the comparison: plugs and unplugs VIFs (veth pairs on bridges) with the messages that fastvif sends, in
 * fastvif's order and batch sizes, and does nothing else. A test compares the messages byte by byte with fastvif's.
 *
 *   c-floor FILE           does what standard input says, in the network namespace that it was started in
 *   c-floor FILE --print   prints what plugging and then unplugging all VIFs takes, each send as hexadecimal digits
 *
 * FILE has a VIF a line: host guest bridge host-address guest-address mtu alias, separated by tabs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  PLUGGED_TOGETHER = 512,
  UNPLUGGED_TOGETHER = 2048,
  SEND_BYTES = 512 * 1024,
  SOCKET_BUFFER = 4 * 1024 * 1024,
  ANSWERS = 32,          /* datagrams per recvmmsg */
  ANSWER_BYTES = 4096,
  ANSWER_MILLIS = 60000,
  GROUP = 0x40000001,
  FIRST_PRINTED_BRIDGE = 2,
  FIRST_PRINTED_PORT = 1000,
};

struct vif {
  char host[IFNAMSIZ], guest[IFNAMSIZ], bridge[IFNAMSIZ], alias[256];
  unsigned char host_address[6], guest_address[6];
  uint32_t mtu;
  int index;
};

static struct vif *vifs;
static int vif_count;
static int print_only;
static int fd = -1;
static int settings = -1; /* the folder of IPv6's settings, as fastvif has it open */
static unsigned char buffer[SEND_BYTES];
static size_t length;
static int messages;
static uint32_t sequence = 1;

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

/* ---- messages ---- */

static void *claim(size_t size) {
  size_t aligned = NLMSG_ALIGN(size);
  if (length + aligned > sizeof buffer) fail("the send buffer is too small");
  void *at = buffer + length;
  memset(at, 0, aligned);
  length += aligned;
  return at;
}

static struct nlmsghdr *begin(int type, int flags, int index) {
  struct nlmsghdr *header = claim(sizeof *header);
  header->nlmsg_type = type;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  header->nlmsg_seq = sequence++;
  struct ifinfomsg *link = claim(sizeof *link);
  link->ifi_index = index;
  return header;
}

static void end(struct nlmsghdr *header) {
  header->nlmsg_len = buffer + length - (unsigned char *)header;
  messages++;
}

static void put(int type, const void *payload, size_t size) {
  struct nlattr *attribute = claim(NLA_HDRLEN + size);
  attribute->nla_type = type;
  attribute->nla_len = NLA_HDRLEN + size;
  memcpy((char *)attribute + NLA_HDRLEN, payload, size);
}

static void put_int(int type, uint32_t value) { put(type, &value, sizeof value); }

static struct nlattr *nest(int type) {
  struct nlattr *attribute = claim(NLA_HDRLEN);
  attribute->nla_type = type;
  return attribute;
}

static void unnest(struct nlattr *attribute) {
  attribute->nla_len = buffer + length - (unsigned char *)attribute;
}

static void flags(struct nlmsghdr *header, unsigned value) {
  struct ifinfomsg *link = NLMSG_DATA(header);
  link->ifi_flags = value;
  link->ifi_change = value;
}

static void no_address_generation(void) {
  struct nlattr *families = nest(IFLA_AF_SPEC);
  struct nlattr *family = nest(AF_INET6);
  uint8_t mode = IN6_ADDR_GEN_MODE_NONE;
  put(IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof mode);
  unnest(family);
  unnest(families);
}

/* The group that a link is made in: of the VIF's id, which follows "fastvif:" in the alias. */
static uint32_t creation_group(const struct vif *vif) {
  uint32_t hash = 0;
  for (const char *c = vif->alias + strlen("fastvif:"); *c; c++) hash = 31 * hash + (unsigned char)*c;
  hash *= 0x9e3779b9;
  return 0x20000000 | (hash ^ hash >> 15) >> 3;
}

static void create(const struct vif *vif) {
  struct nlmsghdr *header = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  put(IFLA_IFNAME, vif->host, strlen(vif->host) + 1);
  put_int(IFLA_GROUP, creation_group(vif));
  put_int(IFLA_MTU, vif->mtu);
  put_int(IFLA_NUM_TX_QUEUES, 1);
  put_int(IFLA_NUM_RX_QUEUES, 1);
  put(IFLA_ADDRESS, vif->host_address, 6);
  struct nlattr *info = nest(IFLA_LINKINFO);
  put(IFLA_INFO_KIND, "veth", 4);
  struct nlattr *data = nest(IFLA_INFO_DATA);
  struct nlattr *peer = nest(VETH_INFO_PEER);
  claim(sizeof(struct ifinfomsg));
  put_int(IFLA_MTU, vif->mtu);
  put(IFLA_ADDRESS, vif->guest_address, 6);
  put_int(IFLA_NUM_TX_QUEUES, 1);
  put_int(IFLA_NUM_RX_QUEUES, 1);
  put_int(IFLA_GROUP, creation_group(vif));
  put(IFLA_IFNAME, vif->guest, strlen(vif->guest) + 1);
  unnest(peer);
  unnest(data);
  unnest(info);
  end(header);
}

static void configure_host(const struct vif *vif, int bridge) {
  struct nlmsghdr *header = begin(RTM_SETLINK, 0, vif->index);
  put_int(IFLA_MASTER, bridge);
  put(IFLA_IFALIAS, vif->alias, strlen(vif->alias));
  put_int(IFLA_GROUP, 0);
  no_address_generation();
  flags(header, IFF_UP | IFF_PROMISC);
  end(header);
}

static void configure_guest(int index) {
  struct nlmsghdr *header = begin(RTM_SETLINK, 0, index);
  put_int(IFLA_GROUP, 0);
  flags(header, IFF_UP);
  end(header);
}

static void move(const struct vif *vif) {
  struct nlmsghdr *header = begin(RTM_SETLINK, 0, vif->index);
  put_int(IFLA_GROUP, GROUP);
  put(IFLA_IFALIAS, vif->alias, strlen(vif->alias));
  end(header);
}

static void delete_group(void) {
  struct nlmsghdr *header = begin(RTM_DELLINK, 0, 0);
  put_int(IFLA_GROUP, GROUP);
  end(header);
}

/* ---- the kernel ---- */

static void open_socket(void) {
  int size = SOCKET_BUFFER, one = 1;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("socket: %m");
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    fail("setsockopt: %m");
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
  setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
  settings = open("/proc/sys/net/ipv6/conf", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (settings < 0 && errno != ENOENT) fail("/proc/sys/net/ipv6/conf: %m");
}

static void check(const unsigned char *answer, size_t size) {
  const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
  if (size < NLMSG_LENGTH(sizeof(struct nlmsgerr)) || header->nlmsg_type != NLMSG_ERROR)
    fail("an answer of type %u", header->nlmsg_type);
  int error = -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
  if (error) fail("message %u: %s", header->nlmsg_seq, strerror(error));
}

/* Sends what is in the buffer and waits for every message's acknowledgement. */
static void exchange(void) {
  static unsigned char answers[ANSWERS][ANSWER_BYTES];
  static struct iovec vectors[ANSWERS];
  static struct mmsghdr headers[ANSWERS];
  if (print_only) {
    for (size_t i = 0; i < length; i++) printf("%02x", buffer[i]);
    putchar('\n');
  } else {
    if (send(fd, buffer, length, 0) != (ssize_t)length) fail("send: %m");
    for (int i = 0; i < ANSWERS; i++) {
      vectors[i] = (struct iovec){answers[i], ANSWER_BYTES};
      headers[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    while (messages > 0) {
      int count = recvmmsg(fd, headers, ANSWERS, MSG_DONTWAIT, NULL);
      if (count < 0 && errno == EAGAIN) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        if (poll(&entry, 1, ANSWER_MILLIS) <= 0) fail("no answer");
        continue;
      }
      if (count < 0) fail("recvmmsg: %m");
      for (int i = 0; i < count; i++) check(answers[i], headers[i].msg_len);
      messages -= count;
    }
  }
  length = 0;
  messages = 0;
}

static int index_of(const char *name) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(fd, SIOCGIFINDEX, &request) < 0) fail("%s: %m", name);
  return request.ifr_ifindex;
}

static int bridge_index(const struct vif *vif) {
  if (!print_only) return index_of(vif->bridge);
  int index = FIRST_PRINTED_BRIDGE - 1;
  for (int i = 0; i <= vif - vifs; i++)
    if (i == 0 || strcmp(vifs[i].bridge, vifs[i - 1].bridge)) index++;
  return index;
}

static int guest_index(const struct vif *vif) {
  return print_only ? FIRST_PRINTED_PORT + 2 * (int)(vif - vifs) + 1 : index_of(vif->guest);
}

static int host_index(const struct vif *vif) {
  return print_only ? FIRST_PRINTED_PORT + 2 * (int)(vif - vifs) : index_of(vif->host);
}

static void disable_ipv6(const char *name) {
  char path[128];
  if (print_only) {
    printf("disable_ipv6 %s\n", name);
    return;
  }
  if (settings < 0) return; /* a kernel without IPv6 */
  snprintf(path, sizeof path, "%s/disable_ipv6", name);
  int file = openat(settings, path, O_WRONLY | O_CLOEXEC);
  if (file < 0) fail("%s: %m", path);
  if (write(file, "1", 1) != 1) fail("%s: %m", path);
  close(file);
}

/* ---- the operations ---- */

static void plug(int from, int to) {
  for (int first = from; first < to; first += PLUGGED_TOGETHER) {
    int last = first + PLUGGED_TOGETHER < to ? first + PLUGGED_TOGETHER : to;
    for (int i = first; i < last; i++) create(&vifs[i]);
    exchange();
    for (int i = first; i < last; i++) vifs[i].index = host_index(&vifs[i]);
    for (int i = first; i < last; i++) {
      disable_ipv6(vifs[i].host);
      disable_ipv6(vifs[i].guest);
    }
    /* Both ends of a pair are set up in one send, which holds half as many VIFs. */
    for (int half = first; half < last; half += PLUGGED_TOGETHER / 2) {
      int half_end = half + PLUGGED_TOGETHER / 2 < last ? half + PLUGGED_TOGETHER / 2 : last;
      for (int i = half; i < half_end; i++) {
        configure_host(&vifs[i], bridge_index(&vifs[i]));
        configure_guest(guest_index(&vifs[i]));
      }
      exchange();
    }
  }
}

static void unplug(int from, int to) {
  for (int first = from; first < to; first += UNPLUGGED_TOGETHER) {
    int last = first + UNPLUGGED_TOGETHER < to ? first + UNPLUGGED_TOGETHER : to;
    if (last - first == 1) {
      end(begin(RTM_DELLINK, 0, vifs[first].index));
    } else {
      for (int i = first; i < last; i++) move(&vifs[i]);
      exchange();
      delete_group();
    }
    exchange();
  }
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Plugs one VIF after the other, one each interval, or as soon as the one before is done if that is later. */
static void latency(int from, int to, int64_t interval) {
  int64_t start = now();
  printf("{\"nanos\":[");
  for (int i = from; i < to; i++) {
    int64_t due = start + (i - from) * interval;
    struct timespec time = {due / 1000000000LL, due % 1000000000LL};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
    }
    int64_t begun = now();
    plug(i, i + 1);
    printf("%s%lld", i == from ? "" : ",", (long long)(now() - begun));
  }
  printf("]}\n");
}

static void read_vifs(const char *path) {
  FILE *file = fopen(path, "r");
  int capacity = 0, fields;
  if (!file) fail("%s: %m", path);
  for (;; vif_count++) {
    if (vif_count == capacity) {
      capacity = capacity ? 2 * capacity : 1024;
      vifs = realloc(vifs, capacity * sizeof *vifs);
      if (!vifs) fail("out of memory");
    }
    struct vif *vif = &vifs[vif_count];
    unsigned char *h = vif->host_address, *g = vif->guest_address;
    *vif = (struct vif){0};
    fields = fscanf(file,
        " %15s %15s %15s %hhx:%hhx:%hhx:%hhx:%hhx:%hhx %hhx:%hhx:%hhx:%hhx:%hhx:%hhx %u %255s",
        vif->host, vif->guest, vif->bridge, h, h + 1, h + 2, h + 3, h + 4, h + 5,
        g, g + 1, g + 2, g + 3, g + 4, g + 5, &vif->mtu, vif->alias);
    if (fields == EOF) break;
    if (fields != 17) fail("%s: line %d: expected 7 columns", path, vif_count + 1);
  }
  fclose(file);
}

int main(int count, char **arguments) {
  char line[128];
  if (count < 2) fail("usage: c-floor FILE [--print]");
  read_vifs(arguments[1]);
  print_only = count > 2 && !strcmp(arguments[2], "--print");
  if (print_only) {
    plug(0, vif_count);
    unplug(0, vif_count);
    return 0;
  }
  open_socket();
  while (fgets(line, sizeof line, stdin)) {
    int from, to;
    long long interval;
    char word[16];
    int fields = sscanf(line, "%15s %d %d %lld", word, &from, &to, &interval);
    if (fields < 3 || from < 0 || to > vif_count) fail("not a command: %s", line);
    int64_t start = now();
    if (!strcmp(word, "latency") && fields == 4) {
      latency(from, to, interval);
    } else {
      if (!strcmp(word, "plug")) plug(from, to);
      else if (!strcmp(word, "unplug")) unplug(from, to);
      else fail("not a command: %s", line);
      printf("{\"nanos\":[%lld]}\n", (long long)(now() - start));
    }
    fflush(stdout);
  }
  return 0;
}
