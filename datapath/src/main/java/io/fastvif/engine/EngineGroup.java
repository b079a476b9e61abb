package io.fastvif.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A few threads for the engines of any number of network namespaces. An engine that belongs to a
 * group ({@link PlugEngineBuilder#group}) is used as one that has a thread of its own, and costs
 * its sockets and little memory.
 *
 * <pre>
 * try (EngineGroup group = EngineGroup.open("pods");
 *     VifHost one = VifHost.open(options.withGroup(group).withNamespace(pod1));
 *     VifHost two = VifHost.open(options.withGroup(group).withNamespace(pod2))) {
 *   …
 * }
 * </pre>
 *
 * <p>Only engines that were woken run, each a round at a time. What one of them throws is its own
 * end, or its operation's. Plans are made, links deleted and slow steps done on threads that all
 * share and that end when they have nothing to do; Open vSwitch's database has a thread for each
 * engine that uses it, from the first use on.
 */
public final class EngineGroup implements AutoCloseable {
  private static final int MAX_ENGINES = 1 << 16;
  private static final int MAX_THREADS = 64;
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);
  private static final int END_MILLIS = 500;
  private static final Pattern NAME = Pattern.compile("[\\p{Graph}]{1,32}");

  private final String name;
  private final List<GroupThread> threads = new ArrayList<>();
  private final GroupThreads helpers;
  private final Set<GroupMember> members = new LinkedHashSet<>();
  private boolean closed;

  private EngineGroup(String name, int threadCount, Function<String, ThreadFactory> factories) {
    this.name = name;
    String prefix = "fastvif-" + name;
    helpers = new GroupThreads(prefix, factories);
    for (int i = 1; i <= threadCount; i++) {
      threads.add(new GroupThread(prefix + "-" + i, MAX_ENGINES));
    }
  }

  /** A group with one thread that runs the engines. */
  public static EngineGroup open(String name) {
    return open(name, 1);
  }

  /**
   * Makes a group and starts its threads.
   *
   * @param name 1 to 32 visible characters, which the threads' names have
   * @param threads how many run engines, 1 to 64: the kernel changes links for one caller at a
   *     time, so that more than two or three gain little
   * @throws IllegalArgumentException if one of them is not so
   */
  public static EngineGroup open(String name, int threads) {
    return open(name, threads, GroupThreads::daemons);
  }

  /**
   * As {@link #open(String, int)}.
   *
   * @param factories make the threads beside those that run engines, by what their names begin with
   */
  static EngineGroup open(String name, int threads, Function<String, ThreadFactory> factories) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: \"" + name + "\": expected 1 to 32 visible characters");
    }
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException("threads: " + threads + ": expected 1 to " + MAX_THREADS);
    }
    EngineGroup group = new EngineGroup(name, threads, factories);
    int started = 0;
    try {
      for (GroupThread thread : group.threads) {
        thread.start();
        started++;
      }
    } finally {
      if (started < threads) {
        group.threads.forEach(GroupThread::end);
      }
    }
    return group;
  }

  /** The name that it was given. */
  public String name() {
    return name;
  }

  /** How many engines are open. */
  public int size() {
    synchronized (members) {
      return members.size();
    }
  }

  GroupThreads helpers() {
    return helpers;
  }

  /** An engine of the group, which is yet to be added; it gets the thread that has the fewest. */
  GroupMember member(PlugEngine engine) {
    synchronized (members) {
      GroupThread least = threads.getFirst();
      for (GroupThread thread : threads) {
        least = thread.members < least.members ? thread : least;
      }
      least.members++;
      return new GroupMember(engine, least);
    }
  }

  /** Takes an engine that is started; false if there is no place for it. */
  boolean add(GroupMember member) {
    synchronized (members) {
      if (closed || members.size() >= MAX_ENGINES || !members.add(member)) {
        return false;
      }
      member.thread().began();
      return true;
    }
  }

  /** An engine has ended, or will never be started. */
  void remove(GroupMember member) {
    synchronized (members) {
      if (members.remove(member)) {
        member.thread().left();
      }
      if (!member.hasLeft) {
        member.hasLeft = true;
        member.thread().members--;
      }
    }
  }

  /** Closes the group within ten seconds; see {@link #close(Duration)}. */
  @Override
  public void close() {
    close(CLOSE_BOUND);
  }

  /**
   * Closes all engines that are still open, at the same time, as {@link PlugEngine#close(Duration)}
   * does, and then the threads. No engine can be started in it any more. An engine that takes
   * longer than the bound keeps its thread until it has ended.
   *
   * @return whether all have ended within the bound and half a second more
   */
  public boolean close(Duration bound) {
    long deadline = System.nanoTime() + bound.toNanos();
    List<GroupMember> open;
    synchronized (members) {
      closed = true;
      open = List.copyOf(members);
    }
    open.forEach(member -> member.engine().beginClose(bound));
    boolean all = true;
    for (GroupMember member : open) {
      all &= member.engine().awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
    threads.forEach(GroupThread::end);
    if (all) {
      helpers.close();
    }
    return all && joinAll();
  }

  private boolean joinAll() {
    try {
      for (GroupThread thread : threads) {
        if (!thread.isCurrent()) {
          thread.join(END_MILLIS);
        }
      }
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
