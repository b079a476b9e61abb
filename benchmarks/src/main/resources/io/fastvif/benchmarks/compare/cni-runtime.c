/*
 * A container runtime that does nothing but execute a CNI plugin, and measures it: the configuration is the plugin's
 * standard input, its answer goes into a file of the pod's.
 *
 *   cni-runtime PLUGIN CONFIG PODS ANSWERS
 *
 * PODS has a line for each pod: its id and the path of its network namespace. Told on standard input, a line each:
 *
 *   COMMAND FROM TO one    executes CNI_COMMAND for these pods, each when the one before has ended
 *   COMMAND FROM TO all    executes them all, and then waits for them
 *
 * and answers with {"nanos": [...]}: of all together by the clock, of the plugins and those that they have waited for
 * on the processors, and by the clock of each: since its own start with "one", since the first one's with "all".
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

struct pod {
  char *id;
  char *namespace;
  pid_t process;
  long long nanos;
};

static const char *plugin, *config, *answers;
static struct pod *pods;
static int count;

static void fail(const char *what, int error) {
  fprintf(stderr, "%s: %s\n", what, strerror(error));
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long processor_nanos(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
}

static void answer_file(const struct pod *pod, char *name, size_t size) {
  snprintf(name, size, "%s/%s", answers, pod->id);
}

static void start(struct pod *pod) {
  posix_spawn_file_actions_t files;
  char name[4096];
  answer_file(pod, name, sizeof name);
  setenv("CNI_CONTAINERID", pod->id, 1);
  setenv("CNI_NETNS", pod->namespace, 1);
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, config, O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  char *arguments[] = {(char *)plugin, NULL};
  int error = posix_spawn(&pod->process, plugin, &files, NULL, arguments, environ);
  if (error != 0) {
    fail(plugin, error);
  }
  posix_spawn_file_actions_destroy(&files);
}

/* A pod whose plugin did not succeed ends it all, with what the plugin has said. */
static void require(const struct pod *pod, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return;
  }
  char name[4096], text[2048] = "";
  answer_file(pod, name, sizeof name);
  FILE *file = fopen(name, "r");
  size_t length = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
  for (size_t i = 0; i < length; i++) {
    text[i] = text[i] == '\n' ? ' ' : text[i];
  }
  fprintf(stderr, "%s of %s ended with %#x: %s\n", getenv("CNI_COMMAND"), pod->id, (unsigned)status, text);
  exit(1);
}

static void one_by_one(int from, int to) {
  for (int i = from; i < to; i++) {
    int status;
    long long started = now();
    start(&pods[i]);
    while (waitpid(pods[i].process, &status, 0) < 0) {
      if (errno != EINTR) {
        fail("waitpid", errno);
      }
    }
    pods[i].nanos = now() - started;
    require(&pods[i], status);
  }
}

static void all_at_once(int from, int to) {
  long long started = now();
  for (int i = from; i < to; i++) {
    start(&pods[i]);
  }
  for (int left = to - from; left > 0;) {
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) {
      fail("waitpid", errno);
    }
    for (int i = from; i < to; i++) {
      if (ended > 0 && pods[i].process == ended) {
        pods[i].nanos = now() - started;
        require(&pods[i], status);
        left--;
      }
    }
  }
}

static void read_pods(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    fail(path, errno);
  }
  char id[256], namespace[2048];
  while (fscanf(file, "%255s %2047s", id, namespace) == 2) {
    pods = realloc(pods, (count + 1) * sizeof *pods);
    if (pods == NULL) {
      fail(path, ENOMEM);
    }
    pods[count++] = (struct pod){.id = strdup(id), .namespace = strdup(namespace)};
  }
  fclose(file);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: cni-runtime PLUGIN CONFIG PODS ANSWERS\n");
    return 2;
  }
  plugin = argv[1];
  config = argv[2];
  read_pods(argv[3]);
  answers = argv[4];
  char command[16], how[8], line[128];
  int from, to;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "%15s %d %d %7s", command, &from, &to, how) != 4 || from < 0 || from >= to || to > count) {
      fprintf(stderr, "not a command: %s\n", line);
      return 2;
    }
    setenv("CNI_COMMAND", command, 1);
    long long processor = processor_nanos(), started = now();
    (strcmp(how, "one") == 0 ? one_by_one : all_at_once)(from, to);
    long long nanos = now() - started;
    printf("{\"nanos\": [%lld,%lld", nanos, processor_nanos() - processor);
    for (int i = from; i < to; i++) {
      printf(",%lld", pods[i].nanos);
    }
    printf("]}\n");
    fflush(stdout);
  }
  return 0;
}
