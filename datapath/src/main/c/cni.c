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
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "system.h"

#define DEFAULT_SOCKET "/run/fastvif/agent.sock"
#define DEFAULT_COMMAND "/usr/bin/fastvif"
#define NEWEST "1.1.0"
#define VERSIONS "\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\""
#define LENGTH_HEADER "Content-Length: "

enum {
  INVALID_ENVIRONMENT = 4,
  IO_FAILURE = 5,
  TRY_AGAIN_LATER = 11,
  UNAVAILABLE = 50,
  AGENT_REFUSED = 100,
  MAX_INPUT = 8 << 20,
  LENGTH_DIGITS = 10,
  FIRST_ROOM = 1280,
  TEXTS = 3,
  MAX_SHOWN = 700,
  PATIENCE_SECONDS = 150
};

/* A text that grows; its end is a zero that does not count. */
struct text {
  char *bytes;
  size_t length;
  size_t room;
};

/* All that is written to but the stack, on one page: the first texts seldom outgrow their rooms. */
static struct {
  char rooms[TEXTS][FIRST_ROOM];
  int taken;
  char **environment;
} page __attribute__((aligned(4096)));

static size_t length_of(const char *string) {
  size_t length = 0;
  while (string[length] != 0) {
    length++;
  }
  return length;
}

/* Whether a string begins with another one. */
static bool begins(const char *string, const char *with) {
  while (*with != 0 && *string == *with) {
    string++;
    with++;
  }
  return *with == 0;
}

static bool equals(const char *one, const char *other) {
  return begins(one, other) && one[length_of(other)] == 0;
}

/* Where a string is found in another one; null if it is not. */
static const char *find(const char *in, const char *what) {
  for (; *in != 0; in++) {
    if (begins(in, what)) {
      return in;
    }
  }
  return NULL;
}

/* The value of a variable; null if there is none. */
static const char *variable(const char *name) {
  for (char **each = page.environment; *each != NULL; each++) {
    if (begins(*each, name) && (*each)[length_of(name)] == '=') {
      return *each + length_of(name) + 1;
    }
  }
  return NULL;
}

static _Noreturn void end(int status) {
  for (;;) {
    system_call(SYS_exit_group, status, 0, 0, 0, 0, 0);
  }
}

static bool print(const char *bytes, size_t length) {
  while (length > 0) {
    long count = system_call(SYS_write, STDOUT_FILENO, (long)bytes, (long)length, 0, 0, 0);
    if (count == -EINTR) {
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

static void grow(struct text *text, size_t room) {
  if (text->bytes == NULL && page.taken < TEXTS && room <= FIRST_ROOM) {
    text->bytes = page.rooms[page.taken++];
    text->room = FIRST_ROOM;
    return;
  }
  long made = system_call(SYS_mmap, 0, (long)(2 * room), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made < 0 && made > -4096) {
    static const char none[] = "{\"cniVersion\":\"" NEWEST "\",\"code\":5,\"msg\":\"no memory\"}\n";
    print(none, sizeof none - 1);
    end(1);
  }
  memcpy((char *)made, text->bytes, text->length);
  text->bytes = (char *)made;
  text->room = 2 * room;
}

static void append(struct text *text, const char *bytes, size_t length) {
  if (text->length + length + 1 > text->room) {
    grow(text, text->length + length + 1);
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

static void append_string(struct text *text, const char *string) {
  append(text, string, length_of(string));
}

/* With zeros before it, so that it has that many digits. */
static void append_number(struct text *text, size_t number, int digits) {
  char written[20];
  int place = sizeof written;
  for (; number > 0 || digits > 0; number /= 10, digits--) {
    written[--place] = (char)('0' + number % 10);
  }
  append(text, written + place, sizeof written - (size_t)place);
}

/* As a JSON string, with its quotes. */
static void append_quoted(struct text *text, const char *bytes, size_t length) {
  append_string(text, "\"");
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c == '"' || c == '\\') {
      append_string(text, c == '"' ? "\\\"" : "\\\\");
    } else if (c < 0x20) {
      const char escaped[] = {'\\', 'u', '0', '0', (char)('0' + (c >> 4)), "0123456789abcdef"[c & 15]};
      append(text, escaped, sizeof escaped);
    } else {
      append(text, bytes + i, 1);
    }
  }
  append_string(text, "\"");
}

/* What the kernel's refusals that are to be expected mean. */
static const char *meaning(long error) {
  switch (error) {
    case EPERM: return "Operation not permitted";
    case ENOENT: return "No such file or directory";
    case EIO: return "Input/output error";
    case E2BIG: return "Argument list too long";
    case ENOEXEC: return "Exec format error";
    case EBADF: return "Bad file descriptor";
    case EAGAIN: return "Resource temporarily unavailable";
    case ENOMEM: return "Cannot allocate memory";
    case EACCES: return "Permission denied";
    case ENOTDIR: return "Not a directory";
    case EISDIR: return "Is a directory";
    case ENFILE: return "Too many open files in system";
    case EMFILE: return "Too many open files";
    case EFBIG: return "File too large";
    case EPIPE: return "Broken pipe";
    case ELOOP: return "Too many levels of symbolic links";
    case EPROTOTYPE: return "Protocol wrong type for socket";
    case ECONNRESET: return "Connection reset by peer";
    case ETIMEDOUT: return "Connection timed out";
    case ECONNREFUSED: return "Connection refused";
    default: return NULL;
  }
}

static void append_meaning(struct text *text, long error) {
  const char *words = meaning(error);
  if (words != NULL) {
    append_string(text, words);
  } else {
    append_string(text, "error ");
    append_number(text, (size_t)error, 1);
  }
}

/* Prints an error object; the exit status. The message is of that many strings. */
static int failed(int code, int count, ...) {
  struct text message = {0}, object = {0};
  va_list strings;
  va_start(strings, count);
  for (int i = 0; i < count; i++) {
    append_string(&message, va_arg(strings, const char *));
  }
  va_end(strings);
  append_string(&object, "{\"cniVersion\":\"" NEWEST "\",\"code\":");
  append_number(&object, (size_t)code, 1);
  append_string(&object, ",\"msg\":");
  append_quoted(&object, message.bytes, message.length);
  append_string(&object, "}\n");
  print(object.bytes, object.length);
  return 1;
}

/* The same, with what the kernel has refused as its end. */
static int refused(int code, long error, const char *what, const char *path, const char *how) {
  struct text words = {0};
  append_meaning(&words, error);
  return failed(code, 5, what, path, how, ": ", words.bytes);
}

/* Reads to the end; a negative error number if that cannot be. */
static long read_all(int file, struct text *text, size_t most) {
  append(text, "", 0);
  for (;;) {
    if (text->room - text->length < 2) {
      grow(text, text->room + 1);
    }
    long count = system_call(SYS_read, file, (long)(text->bytes + text->length),
                             (long)(text->room - text->length - 1), 0, 0, 0);
    if (count == -EINTR) {
      continue;
    }
    if (count <= 0) {
      return count;
    }
    if (text->length + (size_t)count > most) {
      return -EFBIG;
    }
    text->length += (size_t)count;
    text->bytes[text->length] = 0;
  }
}

static const char *behind_blanks(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n') {
    at++;
  }
  return at;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* The version of the configuration, as the answer has to repeat it; the newest if it has none. */
static void append_version(struct text *text, const char *config) {
  const char *at = find(config, "\"cniVersion\"");
  if (at != NULL) {
    at = behind_blanks(at + sizeof "\"cniVersion\"" - 1);
    at = behind_blanks(at + (*at == ':'));
    at += *at == '"';
    size_t length = 0;
    while (is_digit(at[length]) || at[length] == '.') {
      length++;
    }
    if (length > 0 && length < 16 && at[length] == '"') {
      append(text, at, length);
      return;
    }
  }
  append_string(text, NEWEST);
}

static int answer_version(void) {
  struct text config = {0}, answer = {0};
  long error = read_all(STDIN_FILENO, &config, MAX_INPUT);
  if (error < 0) {
    return refused(IO_FAILURE, -error, "standard input", "", " cannot be read");
  }
  append_string(&answer, "{\"cniVersion\":\"");
  append_version(&answer, config.bytes);
  append_string(&answer, "\",\"supportedVersions\":[" VERSIONS "]}\n");
  return print(answer.bytes, answer.length) ? 0 : 1;
}

/* The agent's socket; null for none. */
static const char *agent_socket(void) {
  const char *given = variable("FASTVIF_AGENT");
  if (given == NULL || equals(given, "1")) {
    return DEFAULT_SOCKET;
  }
  bool is_off = *given == 0 || equals(given, "0") || equals(given, "false");
  return is_off ? NULL : given;
}

/* Becomes the command that does it alone. Nothing was read yet. */
static int without_agent(const char *why, const char *path) {
  const char *command = variable("FASTVIF_COMMAND");
  if (command == NULL) {
    command = DEFAULT_COMMAND;
  }
  const char *arguments[] = {"fastvif", "cni", NULL};
  long error = system_call(SYS_execve, (long)command, (long)arguments, (long)page.environment, 0, 0, 0);
  int code = equals(variable("CNI_COMMAND"), "STATUS") ? UNAVAILABLE : TRY_AGAIN_LATER;
  struct text words = {0};
  append_meaning(&words, -error);
  return failed(code, 6, why, path, ", and ", command, " cannot be executed: ", words.bytes);
}

static long send_all(int socket, const char *bytes, size_t length) {
  while (length > 0) {
    long count = system_call(SYS_sendto, socket, (long)bytes, (long)length, MSG_NOSIGNAL, 0, 0);
    if (count == -EINTR) {
      continue;
    }
    if (count < 0) {
      return count;
    }
    bytes += count;
    length -= (size_t)count;
  }
  return 0;
}

/* How long the body is, is known, and written, at last. */
static void append_request(struct text *request, const struct text *config) {
  append_string(request, "POST /v1/cni HTTP/1.1\r\nHost: fastvif\r\nContent-Type: application/json\r\n"
                         "Connection: close\r\n" LENGTH_HEADER);
  size_t head = request->length;
  append_number(request, 0, LENGTH_DIGITS);
  append_string(request, "\r\n\r\n");
  size_t body = request->length;
  append_string(request, "{");
  for (char **each = page.environment; *each != NULL; each++) {
    const char *equal = find(*each, "=");
    if (begins(*each, "CNI_") && equal != NULL) {
      append_quoted(request, *each, (size_t)(equal - *each));
      append_string(request, ":");
      append_quoted(request, equal + 1, length_of(equal + 1));
      append_string(request, ",");
    }
  }
  append_string(request, "\"config\":");
  append_quoted(request, config->bytes, config->length);
  append_string(request, "}");
  size_t end = request->length;
  request->length = head;
  append_number(request, end - body, LENGTH_DIGITS);
  request->bytes[request->length] = '\r';
  request->length = end;
}

/* Whether a line of the head is of that header, whose name is in small letters. */
static bool is_header(const char *line, const char *name) {
  for (; *name != 0; line++, name++) {
    if ((*line >= 'A' && *line <= 'Z' ? *line - 'A' + 'a' : *line) != *name) {
      return false;
    }
  }
  return *line == ':';
}

/* The value of a header, null if there is none; the head of the answer ends with a zero. */
static const char *header(const char *head, const char *name) {
  for (const char *line = find(head, "\r\n"); line != NULL; line = find(line, "\r\n")) {
    line += 2;
    if (is_header(line, name)) {
      return behind_blanks(line + length_of(name) + 1);
    }
  }
  return NULL;
}

/* The number that a string begins with. */
static size_t number(const char *string) {
  size_t number = 0;
  while (is_digit(*string) && number < MAX_INPUT) {
    number = 10 * number + (size_t)(*string++ - '0');
  }
  return number;
}

/* Prints what the agent has answered; the exit status. */
static int print_answer(struct text *answer, const char *path) {
  const char *head = answer->bytes;
  const char *end = find(head, "\r\n\r\n");
  if (end == NULL || !begins(head, "HTTP/1.1 ")) {
    return failed(TRY_AGAIN_LATER, 3, "the agent at ", path, " has ended without an answer");
  }
  size_t status = number(head + sizeof "HTTP/1.1 " - 1);
  const char *body = end + 4;
  size_t length = answer->length - (size_t)(body - head);
  answer->bytes[end - head] = 0;
  const char *said = header(head, "content-length");
  if (said == NULL || number(said) != length) {
    return failed(TRY_AGAIN_LATER, 3, "the answer of the agent at ", path, " is not whole");
  }
  if (status != 200) {
    int code = status >= 500 || status == 429 ? TRY_AGAIN_LATER : AGENT_REFUSED;
    struct text words = {0};
    append_number(&words, status, 1);
    append_string(&words, ": ");
    append(&words, body, length < MAX_SHOWN ? length : MAX_SHOWN);
    return failed(code, 4, "the agent at ", path, " answers with HTTP status ", words.bytes);
  }
  bool is_error = header(head, "fastvif-cni-error") != NULL;
  bool is_printed = is_error || equals(variable("CNI_COMMAND"), "ADD");
  if (is_printed && !print(body, length)) {
    return 1; /* the runtime does not know the answer, and will send DEL */
  }
  return is_error ? 1 : 0;
}

static int ask(int socket, const char *path) {
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  system_call(SYS_setsockopt, socket, SOL_SOCKET, SO_RCVTIMEO, (long)&patience, sizeof patience, 0);
  system_call(SYS_setsockopt, socket, SOL_SOCKET, SO_SNDTIMEO, (long)&patience, sizeof patience, 0);
  struct text config = {0}, request = {0}, answer = {0};
  long error = read_all(STDIN_FILENO, &config, MAX_INPUT);
  if (error < 0) {
    return refused(IO_FAILURE, -error, "standard input", "", " cannot be read");
  }
  append_request(&request, &config);
  error = send_all(socket, request.bytes, request.length);
  if (error == 0) {
    error = read_all(socket, &answer, MAX_INPUT);
  }
  return error == 0 ? print_answer(&answer, path)
                    : refused(TRY_AGAIN_LATER, -error, "the agent at ", path, " does not answer");
}

static int run(void) {
  const char *command = variable("CNI_COMMAND");
  if (command == NULL || *command == 0) {
    return failed(INVALID_ENVIRONMENT, 1,
                  "CNI_COMMAND is missing: container runtimes execute this");
  }
  if (equals(command, "VERSION")) {
    return answer_version();
  }
  const char *path = agent_socket();
  if (path == NULL) {
    return without_agent("FASTVIF_AGENT names no agent", "");
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length_of(path) >= sizeof address.sun_path) {
    return failed(INVALID_ENVIRONMENT, 3, "FASTVIF_AGENT: ", path, " is too long for a socket");
  }
  memcpy(address.sun_path, path, length_of(path));
  long socket = system_call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0, 0, 0);
  if (socket >= 0 && socket <= STDERR_FILENO) {
    /* In the place of a standard stream that is closed it would be read, or written to, as that. */
    long low = socket;
    socket = system_call(SYS_fcntl, low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1, 0, 0, 0);
    system_call(SYS_close, low, 0, 0, 0, 0, 0);
  }
  if (socket < 0) {
    return refused(IO_FAILURE, -socket, "a socket", "", " cannot be had");
  }
  long error = system_call(SYS_connect, socket, (long)&address, sizeof address, 0, 0, 0);
  if (error == -ENOENT || error == -ECONNREFUSED) {
    return without_agent("no agent listens at ", path);
  }
  return error == 0 ? ask((int)socket, path)
                    : refused(TRY_AGAIN_LATER, -error, "the agent at ", path, " cannot be asked");
}

/* Called where the program begins, with what the kernel has put on the stack. */
__attribute__((used)) _Noreturn void begin(long *stack) {
  page.environment = (char **)(stack + 1 + *stack + 1);
  end(run());
}
