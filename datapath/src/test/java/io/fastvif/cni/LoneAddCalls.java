package io.fastvif.cni;

import static io.fastvif.bindings.linux.arch_h.__NR_sendmsg;
import static io.fastvif.bindings.linux.arch_h.__NR_setns;
import static io.fastvif.bindings.linux.arch_h.__NR_socket;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Adds and deletes one pod with nothing else going on, and prints which threads make system calls
 * for it, one behind the other, and how many of those that cost most.
 */
final class LoneAddCalls {
  private static final int WARM_UPS = 3;
  private static final String PREFIX = "fastvif-";
  private static final String DELETIONS = "deletions";

  private record Call(String thread, long number) {}

  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final PodLab lab;
  private final String network;

  private LoneAddCalls(PodLab lab, String network) {
    this.lab = lab;
    this.network = network;
  }

  private static String role(Thread thread) {
    String name = thread.getName();
    return name.startsWith(PREFIX)
        ? name.substring(PREFIX.length()).replaceFirst("-[0-9]+$", "")
        : "caller";
  }

  /** Those that are in its way; others close, and hear of what has happened. */
  private static boolean isInTheWay(String thread) {
    return List.of("caller", "netns", "engine", "planning", DELETIONS, "slow").contains(thread);
  }

  private void count(String verb, Netns pod) throws Exception {
    Await.until("the engine's rest", () -> lab.host().statistics().busyLanes() == 0);
    calls.clear();
    lab.done(verb, "one", pod, network);
    List<String> way = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    for (Call call : calls) {
      if (isInTheWay(call.thread)) {
        boolean isAgain = way.contains(DELETIONS) && call.thread.equals(DELETIONS);
        if (!isAgain && (way.isEmpty() || !way.getLast().equals(call.thread))) {
          way.add(call.thread); // the kernel's last answer to a deletion is not waited for
        }
        what(call.number)
            .ifPresent(what -> counts.merge(call.thread + " " + what, 1, Integer::sum));
      }
    }
    if (way.getLast().equals("engine")) {
      way.removeLast(); // it hears of what has happened, if it was not told before
    }
    System.out.println(verb + " way " + String.join(" ", way));
    System.out.println(verb + " calls " + counts);
  }

  private static Optional<String> what(long number) {
    if (number == __NR_setns) {
      return Optional.of("setns");
    }
    if (number == __NR_socket) {
      return Optional.of("sockets");
    }
    return number == __NR_sendmsg ? Optional.of("sends") : Optional.empty();
  }

  /**
   * Adds to a bridge, one address of IPv4.
   *
   * @param arguments a folder, and more keys of the network
   */
  public static void main(String[] arguments) throws Exception {
    try (PodLab lab = new PodLab(Path.of(arguments[0]))) {
      String network =
          lab.network("1.0.0", "bridge", arguments[1])
              .replace(",[{\"subnet\":\"fd88::/64\"}]", "")
              .replace(",{\"dst\":\"::/0\"}", "");
      lab.done("ADD", "kept", lab.pod(), network); // the bridge has a port from now on
      Netns pod = lab.pod();
      for (int i = 0; i < WARM_UPS; i++) {
        lab.done("ADD", "one", pod, network);
        lab.done("DEL", "one", pod, network);
      }
      LoneAddCalls lone = new LoneAddCalls(lab, network);
      SystemCallFaults.install(
          (number, first, second) -> {
            lone.calls.add(new Call(role(Thread.currentThread()), number));
            return 0;
          });
      lone.count("ADD", pod);
      lone.count("DEL", pod);
    }
  }
}
