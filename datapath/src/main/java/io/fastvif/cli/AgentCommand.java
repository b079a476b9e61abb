package io.fastvif.cli;

import io.fastvif.Orphans;
import io.fastvif.agent.AgentHandOver;
import io.fastvif.agent.AgentOptions;
import io.fastvif.agent.AgentSocket;
import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.http.Allowed;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.systemd.ListeningSockets;
import io.fastvif.config.HostConfiguration;
import io.fastvif.files.HostPath;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code agent}: the resident form of fastvif. */
final class AgentCommand extends Command {
  private static final int MAX_PROCESSOR = 1023;
  private static final int OCTAL = 8;
  private static final int MAX_MODE = 0777;
  private static final int DEFAULT_MODE = 0660;
  private static final String ALL_PERMISSIONS = "rwxrwxrwx";
  private static final String DEFAULT_STATE = "/var/lib/fastvif";

  private static final Option SOCKET =
      Option.value(
          "--socket",
          "PATH",
          "Answer on this unix socket; "
              + AgentClient.DEFAULT_SOCKET
              + " by default. A socket that systemd hands over goes before it.");
  private static final Option SOCKET_MODE =
      Option.value("--socket-mode", "OCTAL", "The socket's mode; 0660 by default.");
  private static final Option SOCKET_GROUP =
      Option.value("--socket-group", "GROUP", "The socket's group, by name or number.");
  private static final Option STATE =
      Option.value(
          "--state",
          "FOLDER",
          "Keep what was declared in this folder; " + DEFAULT_STATE + " by default.");
  private static final Option FORWARD_CPUS =
      Option.value(
          "--forward-cpus",
          "N,...",
          "Move the frames of vhost-user ports on these processors, with a thread for each; by"
              + " default with one thread on any.");
  private static final Option HAND_OVER =
      Option.value(
          "--hand-over",
          "SOCKET",
          "Give the vhost-user ports to an agent with --take-over here, and end when it has them."
              + " SIGUSR2 has this one start such an agent.");
  private static final Option TAKE_OVER =
      Option.value(
          "--take-over",
          "SOCKET",
          "First take the vhost-user ports over from the agent that listens here, whose guests"
              + " notice nothing, and listen here after it. If none does, begin anew.");
  private static final Option LIMIT =
      Option.repeatable(
          "--limit",
          null,
          "NAME=VALUE",
          "Bound what those who ask can cost; repeatable. Names: "
              + String.join(", ", HttpOptions.limits())
              + ".");
  private static final Option OBSERVE =
      Option.flag("--observe", "Say where the host is not as declared, and repair nothing.");
  private static final Option ORPHANS =
      Option.value(
          "--orphans",
          "keep|unplug",
          "What to do at the start with VIFs that the host has in fastvif's name and nobody"
              + " declared; keep by default.");
  private static final Option NETWORKS =
      Option.value("--networks", "FILE", "Give endpoints on the networks of this file.");
  private static final Option READ_USERS = callers("--read-users", "USER", "Let these users read");
  private static final Option READ_GROUPS =
      callers("--read-groups", "GROUP", "Let users read whose group is one of these");
  private static final Option CHANGE_USERS =
      callers("--change-users", "USER", "Let these users read and change");
  private static final Option CHANGE_GROUPS =
      callers("--change-groups", "GROUP", "Let users read and change whose group is one of these");

  AgentCommand() {
    super(
        "agent",
        "Run the agent: plug what is asked for over a unix socket, keep what was declared on disk,"
            + " and hold the host against it. SIGTERM ends it and leaves the VIFs plugged; SIGHUP"
            + " has it read its configuration again.",
        null,
        SOCKET,
        SOCKET_MODE,
        SOCKET_GROUP,
        STATE,
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR,
        FORWARD_CPUS,
        HAND_OVER,
        TAKE_OVER,
        OBSERVE,
        ORPHANS,
        NETWORKS,
        READ_USERS,
        READ_GROUPS,
        CHANGE_USERS,
        CHANGE_GROUPS,
        LIMIT);
  }

  private static Option callers(String name, String what, String description) {
    return Option.value(name, what + ",...", description + ", by name or number.");
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    try {
      return run(arguments);
    } catch (UncheckedIOException failed) {
      throw explained(failed.getCause());
    } catch (IOException failed) {
      throw explained(failed);
    }
  }

  /** Of a file, the JDK's exceptions mostly say no more than its name. */
  private static IOException explained(IOException failed) {
    String why =
        switch (failed) {
          case AccessDeniedException denied -> ": Permission denied; the agent needs root";
          case NoSuchFileException absent -> ": No such file or directory";
          case NotDirectoryException file -> ": is not a folder";
          case FileAlreadyExistsException file -> ": is there, and is not a folder";
          default -> "";
        };
    return why.isEmpty() ? failed : new IOException(failed.getMessage() + why, failed);
  }

  private int run(Arguments arguments) throws IOException {
    Map<String, String> environment = ProcessText.environment();
    ServerSocketChannel handedOver =
        (arguments.has(TAKE_OVER) ? ListeningSockets.inherit() : ListeningSockets.take(environment))
            .orElse(null);
    HostConfiguration configuration = configuration(arguments);
    AgentOptions options =
        AgentOptions.of(
                socket(arguments, handedOver),
                HostPath.of(
                    arguments.value(STATE) == null ? DEFAULT_STATE : arguments.value(STATE)),
                configuration)
            .withHttp(http(arguments))
            .withForwardCpus(processors(arguments))
            .withKeeping(!arguments.has(OBSERVE), orphans(arguments))
            .withNetworks(
                arguments.value(NETWORKS) == null ? null : HostPath.of(arguments.value(NETWORKS)));
    AgentRun run = new AgentRun(environment, () -> configuration(arguments));
    return start(arguments, run, options.withHandOver(handOver(arguments, run)));
  }

  private static AgentHandOver handOver(Arguments arguments, AgentRun run) {
    if (arguments.has(HAND_OVER) && arguments.has(TAKE_OVER)) {
      throw WrongInputException.of(
          HAND_OVER.name() + " and " + TAKE_OVER.name() + " are one socket: expected one of them");
    }
    Option given = arguments.has(TAKE_OVER) ? TAKE_OVER : HAND_OVER;
    String path = arguments.value(given);
    if (path == null) {
      return null;
    }
    if (path.isEmpty()) {
      throw InvalidInputException.ofValue(given.name(), path, "is no path", "a socket's path");
    }
    return run.handOver(HostPath.of(path), arguments.has(TAKE_OVER));
  }

  private static int start(Arguments arguments, AgentRun run, AgentOptions options)
      throws IOException {
    return Engines.in(
        arguments.value(NETNS),
        () -> runWithFolder(run, options, arguments),
        namespace -> runWithFolder(run, options.withNamespace(namespace), arguments));
  }

  /** Makes the folder of the socket by default, where systemd has not; nothing is wrong by then. */
  private static int runWithFolder(AgentRun run, AgentOptions options, Arguments arguments) {
    if (options.socket().handedOver() == null && !arguments.has(SOCKET)) {
      try {
        Files.createDirectories(options.socket().path().getParent());
      } catch (IOException refused) {
        throw new UncheckedIOException(refused);
      }
    }
    return run.run(options);
  }

  /**
   * Reads the options of plugins and engine, all of which must be right.
   *
   * @throws WrongInputException if one is not
   */
  private static HostConfiguration configuration(Arguments arguments) {
    HostConfiguration configuration = PluginConfiguration.of(arguments, ProcessText.environment());
    try {
      configuration.requireAll();
    } catch (InvalidInputException wrong) {
      throw PluginConfiguration.placed(configuration, wrong);
    }
    return configuration;
  }

  private static AgentSocket socket(Arguments arguments, ServerSocketChannel handedOver)
      throws IOException {
    if (handedOver != null) {
      if (arguments.has(SOCKET) || arguments.has(SOCKET_MODE) || arguments.has(SOCKET_GROUP)) {
        throw WrongInputException.of(
            SOCKET.name()
                + " and its mode and group are systemd's to say, which has handed over a socket:"
                + " expected none of them");
      }
      Path path = HostPath.of(handedOver.getLocalAddress().toString());
      return new AgentSocket(path, Set.of(), null, handedOver);
    }
    String given = arguments.value(SOCKET);
    if (given != null && given.isEmpty()) {
      throw InvalidInputException.ofValue(SOCKET.name(), given, "is no path", "a socket's path");
    }
    Path path = HostPath.of(given == null ? AgentClient.DEFAULT_SOCKET : given);
    return new AgentSocket(path, mode(arguments), arguments.value(SOCKET_GROUP), null);
  }

  private static Set<PosixFilePermission> mode(Arguments arguments) {
    String given = arguments.value(SOCKET_MODE);
    int mode = DEFAULT_MODE;
    if (given != null) {
      try {
        mode = Integer.parseInt(given, OCTAL);
      } catch (NumberFormatException notOctal) {
        mode = -1;
      }
      if (mode < 0 || mode > MAX_MODE) {
        throw InvalidInputException.ofValue(
            SOCKET_MODE.name(), given, "is no mode", "an octal number from 0 to 777");
      }
    }
    StringBuilder text = new StringBuilder(ALL_PERMISSIONS);
    for (int bit = 0; bit < text.length(); bit++) {
      if ((mode >> (text.length() - 1 - bit) & 1) == 0) {
        text.setCharAt(bit, '-');
      }
    }
    return PosixFilePermissions.fromString(text.toString());
  }

  private static HttpOptions http(Arguments arguments) {
    Allowed allowed =
        new Allowed(
            words(arguments, READ_USERS),
            words(arguments, READ_GROUPS),
            words(arguments, CHANGE_USERS),
            words(arguments, CHANGE_GROUPS));
    HttpOptions http = HttpOptions.byDefault().with(allowed);
    for (String limit : arguments.values(LIMIT)) {
      int equals = limit.indexOf('=');
      if (equals < 0) {
        throw InvalidInputException.ofValue(LIMIT.name(), limit, "has no value", "NAME=VALUE");
      }
      http = http.withLimit(limit.substring(0, equals), limit.substring(equals + 1));
    }
    return http;
  }

  private static List<String> words(Arguments arguments, Option option) {
    String given = arguments.value(option);
    if (given == null) {
      return List.of();
    }
    List<String> words = List.of(given.split(",", -1));
    if (words.contains("")) {
      throw InvalidInputException.ofValue(
          option.name(), given, "names somebody without a name", "names with commas between them");
    }
    return words;
  }

  private static List<Integer> processors(Arguments arguments) {
    List<Integer> processors = new ArrayList<>();
    for (String word : words(arguments, FORWARD_CPUS)) {
      if (!word.matches("[0-9]{1,4}") || Integer.parseInt(word) > MAX_PROCESSOR) {
        throw InvalidInputException.ofValue(
            FORWARD_CPUS.name(), word, "is no processor's number", "a number from 0 to 1023");
      }
      if (processors.contains(Integer.valueOf(word))) {
        throw InvalidInputException.ofValue(
            FORWARD_CPUS.name(), word, "is named twice", "each processor once");
      }
      processors.add(Integer.valueOf(word));
    }
    return processors;
  }

  private static Orphans orphans(Arguments arguments) {
    String given = arguments.value(ORPHANS);
    if (given == null || given.equals("keep")) {
      return Orphans.KEEP;
    }
    if (given.equals("unplug")) {
      return Orphans.UNPLUG;
    }
    throw InvalidInputException.ofValue(ORPHANS.name(), given, "is unknown", "keep or unplug");
  }
}
