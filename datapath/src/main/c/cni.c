/*
 * The CNI plugin as container runtimes execute it: hands what it is asked to the agent, and prints
 * the answer. VERSION it answers by itself. Where no agent listens, it becomes `fastvif cni`, which
 * does the same alone.
 *
 *   FASTVIF_AGENT    the agent's socket; 1 or unset for the usual one, 0, false or empty for none
 *   FASTVIF_COMMAND  the command to become, in place of /usr/bin/fastvif
 *
 * The request is POST /v1/cni, HTTP/1.1 on a unix socket: an object of all variables CNI_..., beside
 * them "config", the standard input as a string. openapi.json of the agent describes it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/fastvif/agent.sock"
#define DEFAULT_COMMAND "/usr/bin/fastvif"
#define NEWEST "1.1.0"
#define VERSIONS "\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\""

enum {
  INVALID_ENVIRONMENT = 4,
  IO_FAILURE = 5,
  TRY_AGAIN_LATER = 11,
  UNAVAILABLE = 50,
  AGENT_REFUSED = 100,
  MAX_INPUT = 8 << 20,
  PATIENCE_SECONDS = 150
};

/* A text that grows; its end is a zero that does not count. */
struct text {
  char *bytes;
  size_t length;
  size_t room;
};

static void append(struct text *text, const char *bytes, size_t length) {
  if (text->length + length + 1 > text->room) {
    text->room = 2 * (text->length + length + 1);
    text->bytes = realloc(text->bytes, text->room);
    if (text->bytes == NULL) {
      fputs("{\"cniVersion\":\"" NEWEST "\",\"code\":5,\"msg\":\"no memory\"}\n", stdout);
      exit(1);
    }
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

static void append_string(struct text *text, const char *string) {
  append(text, string, strlen(string));
}

/* As a JSON string, with its quotes. */
static void append_quoted(struct text *text, const char *bytes, size_t length) {
  append_string(text, "\"");
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    char escaped[8];
    if (c == '"' || c == '\\') {
      append_string(text, c == '"' ? "\\\"" : "\\\\");
    } else if (c < 0x20) {
      snprintf(escaped, sizeof escaped, "\\u%04x", c);
      append_string(text, escaped);
    } else {
      append(text, bytes + i, 1);
    }
  }
  append_string(text, "\"");
}

/* Prints an error object; the exit status. */
__attribute__((format(printf, 2, 3))) static int failed(int code, const char *format, ...) {
  char message[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  struct text quoted = {0};
  append_quoted(&quoted, message, strlen(message));
  printf("{\"cniVersion\":\"" NEWEST "\",\"code\":%d,\"msg\":%s}\n", code, quoted.bytes);
  return 1;
}

/* Reads to the end; false with errno if that cannot be. */
static bool read_all(int file, struct text *text, size_t most) {
  char part[16384];
  append(text, "", 0);
  for (;;) {
    ssize_t count = read(file, part, sizeof part);
    if (count == 0) {
      return true;
    }
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return false;
    }
    if (text->length + (size_t)count > most) {
      errno = EFBIG;
      return false;
    }
    append(text, part, (size_t)count);
  }
}

/* The version of the configuration, as the answer has to repeat it; the newest if it has none. */
static const char *version_of(const char *config) {
  static char version[16];
  const char *at = strstr(config, "\"cniVersion\"");
  if (at != NULL) {
    at += strlen("\"cniVersion\"");
    at += strspn(at, " \t\r\n");
    at += *at == ':';
    at += strspn(at, " \t\r\n");
    at += *at == '"';
    size_t length = strspn(at, "0123456789.");
    if (length > 0 && length < sizeof version && at[length] == '"') {
      memcpy(version, at, length);
      return version;
    }
  }
  return NEWEST;
}

static int answer_version(void) {
  struct text config = {0};
  if (!read_all(STDIN_FILENO, &config, MAX_INPUT)) {
    return failed(IO_FAILURE, "standard input cannot be read: %s", strerror(errno));
  }
  printf("{\"cniVersion\":\"%s\",\"supportedVersions\":[" VERSIONS "]}\n",
         version_of(config.bytes));
  return 0;
}

/* The agent's socket; null for none. */
static const char *agent_socket(void) {
  const char *given = getenv("FASTVIF_AGENT");
  if (given == NULL || strcmp(given, "1") == 0) {
    return DEFAULT_SOCKET;
  }
  bool is_off = *given == 0 || strcmp(given, "0") == 0 || strcmp(given, "false") == 0;
  return is_off ? NULL : given;
}

/* Becomes the command that does it alone. Nothing was read yet. */
static int without_agent(const char *why) {
  const char *command = getenv("FASTVIF_COMMAND");
  if (command == NULL) {
    command = DEFAULT_COMMAND;
  }
  execl(command, "fastvif", "cni", (char *)NULL);
  const char *verb = getenv("CNI_COMMAND");
  int code = strcmp(verb, "STATUS") == 0 ? UNAVAILABLE : TRY_AGAIN_LATER;
  return failed(code, "%s, and %s cannot be executed: %s", why, command, strerror(errno));
}

static bool send_all(int socket, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = send(socket, bytes, length, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return false;
    }
    bytes += count;
    length -= (size_t)count;
  }
  return true;
}

static void append_request(struct text *request, const struct text *config) {
  extern char **environ;
  struct text body = {0};
  append_string(&body, "{");
  for (char **variable = environ; *variable != NULL; variable++) {
    const char *equals = strchr(*variable, '=');
    if (strncmp(*variable, "CNI_", 4) == 0 && equals != NULL) {
      append_quoted(&body, *variable, (size_t)(equals - *variable));
      append_string(&body, ":");
      append_quoted(&body, equals + 1, strlen(equals + 1));
      append_string(&body, ",");
    }
  }
  append_string(&body, "\"config\":");
  append_quoted(&body, config->bytes, config->length);
  append_string(&body, "}");
  char head[256];
  snprintf(head, sizeof head,
           "POST /v1/cni HTTP/1.1\r\nHost: fastvif\r\nContent-Type: application/json\r\n"
           "Content-Length: %zu\r\nConnection: close\r\n\r\n",
           body.length);
  append_string(request, head);
  append(request, body.bytes, body.length);
  free(body.bytes);
}

/* The value of a header, null if there is none; the head of the answer ends with a zero. */
static const char *header(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
      return line + length + 1 + strspn(line + length + 1, " ");
    }
  }
  return NULL;
}

/* Prints what the agent has answered; the exit status. */
static int print_answer(const struct text *answer, const char *path) {
  int status = 0;
  char *end = strstr(answer->bytes, "\r\n\r\n");
  if (end == NULL || sscanf(answer->bytes, "HTTP/1.1 %d", &status) != 1) {
    return failed(TRY_AGAIN_LATER, "the agent at %s has ended without an answer", path);
  }
  *end = 0;
  const char *body = end + 4;
  size_t length = answer->length - (size_t)(body - answer->bytes);
  const char *said = header(answer->bytes, "content-length");
  if (said == NULL || strtoul(said, NULL, 10) != length) {
    return failed(TRY_AGAIN_LATER, "the answer of the agent at %s is not whole", path);
  }
  if (status != 200) {
    int code = status >= 500 || status == 429 ? TRY_AGAIN_LATER : AGENT_REFUSED;
    return failed(code, "the agent at %s answers with HTTP status %d: %.700s", path, status, body);
  }
  bool is_error = header(answer->bytes, "fastvif-cni-error") != NULL;
  if (is_error || strcmp(getenv("CNI_COMMAND"), "ADD") == 0) {
    fwrite(body, 1, length, stdout);
  }
  if (fflush(stdout) != 0) {
    return 1; /* the runtime does not know the answer, and will send DEL */
  }
  return is_error ? 1 : 0;
}

static int ask(int socket, const char *path) {
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  struct text config = {0};
  if (!read_all(STDIN_FILENO, &config, MAX_INPUT)) {
    return failed(IO_FAILURE, "standard input cannot be read: %s", strerror(errno));
  }
  struct text request = {0};
  append_request(&request, &config);
  struct text answer = {0};
  if (!send_all(socket, request.bytes, request.length) ||
      !read_all(socket, &answer, MAX_INPUT)) {
    return failed(TRY_AGAIN_LATER, "the agent at %s does not answer: %s", path, strerror(errno));
  }
  return print_answer(&answer, path);
}

int main(void) {
  const char *command = getenv("CNI_COMMAND");
  if (command == NULL || *command == 0) {
    return failed(INVALID_ENVIRONMENT, "CNI_COMMAND is missing: container runtimes execute this");
  }
  if (strcmp(command, "VERSION") == 0) {
    return answer_version();
  }
  const char *path = agent_socket();
  if (path == NULL) {
    return without_agent("FASTVIF_AGENT names no agent");
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    return failed(INVALID_ENVIRONMENT, "FASTVIF_AGENT: %s is too long for a socket", path);
  }
  strcpy(address.sun_path, path);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) {
    return failed(IO_FAILURE, "no socket: %s", strerror(errno));
  }
  if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) {
      char why[256];
      snprintf(why, sizeof why, "no agent listens at %.200s", path);
      return without_agent(why);
    }
    return failed(TRY_AGAIN_LATER, "the agent at %s cannot be asked: %s", path, strerror(errno));
  }
  return ask(connection, path);
}
