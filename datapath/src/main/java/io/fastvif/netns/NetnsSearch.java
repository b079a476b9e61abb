package io.fastvif.netns;

import io.fastvif.files.HostPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the host's network namespaces: those with a name, those that are mounted anywhere that this
 * process sees, those of processes and their threads, and, if that is wanted, those of which a
 * process has an open descriptor. One that nothing but a socket keeps alive has no path, and is not
 * found. Of several paths that lead to one, that is told which lasts longest: a thread may be there
 * for a moment only.
 */
public final class NetnsSearch {
  private static final String MOUNTS = "/proc/thread-self/mountinfo";
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");
  private static final int MOUNT_ROOT = 3;
  private static final int MOUNT_POINT = 4;
  private static final int OCTAL = 8;
  private static final int MAX_PATHS = 4;
  private static final String NAMESPACE = "net:[";
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

  /** The paths of each, the one that lasts longest first. */
  private final Map<Object, List<Path>> found = new LinkedHashMap<>();

  private NetnsSearch() {}

  /** Paths of all but the namespace of this thread, one of each, for {@link Netns#of(Path)}. */
  public static List<Path> others() {
    NetnsSearch search = new NetnsSearch();
    search.mounted();
    search.ofProcesses();
    search.ofThreads();
    return search.foundOthers();
  }

  /**
   * The same, and those that are kept alive by open descriptors alone: {@code /proc/PID/fd/N},
   * which leads elsewhere once that process closes it. All descriptors of the host are looked at.
   */
  public static List<Path> othersAndHeld() {
    NetnsSearch search = new NetnsSearch();
    search.mounted();
    search.ofProcesses();
    search.held();
    search.ofThreads();
    return search.foundOthers();
  }

  /** Paths that still lead there. */
  private List<Path> foundOthers() {
    found.remove(identity(OWN));
    List<Path> others = new ArrayList<>();
    found.forEach(
        (namespace, paths) ->
            paths.stream()
                .filter(path -> namespace.equals(identity(path)))
                .findFirst()
                .ifPresent(others::add));
    return others;
  }

  private void ofProcesses() {
    for (Path process : processes()) {
      add(process.resolve("ns/net"));
    }
  }

  private void ofThreads() {
    for (Path process : processes()) {
      for (Path task : entries(process.resolve("task"))) {
        add(task.resolve("ns/net"));
      }
    }
  }

  /** Threads of a process have the same ones, but for the rare that do not want to. */
  private void held() {
    for (Path process : processes()) {
      for (Path descriptor : entries(process.resolve("fd"))) {
        if (isNamespace(descriptor)) {
          add(descriptor);
        }
      }
    }
  }

  /** By its name alone: what a descriptor is of may not answer, such as a file of a server's. */
  private static boolean isNamespace(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith(NAMESPACE);
    } catch (IOException closed) {
      return false;
    }
  }

  private static List<Path> processes() {
    return entries(Path.of("/proc")).stream().filter(NetnsSearch::isNumber).toList();
  }

  /** The names of {@code ip netns} and of container engines are mounts of files of nsfs. */
  private void mounted() {
    List<String> lines;
    try {
      byte[] mounts = Files.readAllBytes(Path.of(MOUNTS));
      lines = new String(mounts, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words.length > MOUNT_POINT && words[MOUNT_ROOT].startsWith(NAMESPACE)) {
        String path =
            ESCAPED
                .matcher(words[MOUNT_POINT])
                .replaceAll(
                    byOctal ->
                        Matcher.quoteReplacement(
                            "" + (char) Integer.parseInt(byOctal.group(1), OCTAL)));
        add(HostPath.of(path));
      }
    }
  }

  private void add(Path path) {
    Object identity = identity(path);
    if (identity != null) {
      List<Path> paths = found.computeIfAbsent(identity, unseen -> new ArrayList<>(1));
      if (paths.size() < MAX_PATHS) {
        paths.add(path);
      }
    }
  }

  /** Null for one that went away meanwhile. */
  private static Object identity(Path path) {
    try {
      return Files.readAttributes(path, "unix:dev,ino");
    } catch (IOException gone) {
      return null;
    }
  }

  private static List<Path> entries(Path folder) {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(all::add);
    } catch (IOException gone) {
      return all;
    }
    return all;
  }

  private static boolean isNumber(Path path) {
    return Character.isDigit(path.getFileName().toString().charAt(0));
  }
}
