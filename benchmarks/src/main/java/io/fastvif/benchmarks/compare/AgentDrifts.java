package io.fastvif.benchmarks.compare;

import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What somebody changes by hand of VIFs that an agent keeps, and how long it stays so: single
 * changes, each of another VIF as a VIF that drifts again and again is repaired less and less
 * often, and all ports deleted in one go.
 */
final class AgentDrifts {
  static final String WORKLOAD = "drift";
  static final String OPERATION = "until repaired";
  private static final int OTHER_MTU = 1400;
  private static final int GROUP = 0x7fff_0003;
  private static final long POLL_NANOS = 50_000;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Resources resources;
  private final Limits limits;
  private final RunTable table;

  /** What is done to a VIF's port by hand. */
  private enum Change {
    MTU("MTU changed") {
      @Override
      void make(RouteSocket by, String port) {
        by.execute(by.link().set(port).mtu(OTHER_MTU));
      }
    },
    MASTER("taken off its bridge") {
      @Override
      void make(RouteSocket by, String port) {
        by.execute(by.link().set(port).master(0));
      }
    },
    DELETED("deleted") {
      @Override
      void make(RouteSocket by, String port) {
        by.execute(by.link().delete(by.indexOf(port)));
      }
    };

    private final String title;

    Change(String title) {
      this.title = title;
    }

    /** Makes the change; the host has it when this returns, or has lost it to the agent already. */
    abstract void make(RouteSocket by, String port);
  }

  AgentDrifts(Resources resources, Limits limits, RunTable table) {
    this.resources = resources;
    this.limits = limits;
    this.table = table;
  }

  /**
   * Measures.
   *
   * @param single how many single changes of each sort
   * @param atOnce how many ports are deleted in one go
   * @return what the agent counted, in a sentence
   */
  List<String> run(int single, int atOnce) {
    int count = Math.max(single * Change.values().length, atOnce);
    List<BenchVif> all = Workload.VETH.vifs(count);
    List<BenchVif> vifs = all.subList(0, count);
    AgentSystem agents = new AgentSystem(resources, AgentSystem.VETH);
    RunTable.Row row = new RunTable.Row(WORKLOAD, "agent", OPERATION, atOnce);
    try (PrivateHost host = new PrivateHost()) {
      host.makeBridges(BenchVif.bridges(vifs));
      try (AgentSystem.AgentSession agent = agents.open(host.namespace(), all, limits);
          RouteSocket hand = host.namespace().call(RouteSocket::open)) {
        agent.plug(0, count);
        int from = 0;
        for (Change change : Change.values()) {
          row = new RunTable.Row(WORKLOAD, "agent: " + change.title, OPERATION, 1);
          LatencyRecorder recorder = new LatencyRecorder(0);
          recorder.record(change(hand, change, vifs.subList(from, from + single)));
          host.checkPlugged(Workload.VETH, vifs);
          table.add(row, recorder.latency());
          from += single;
        }
        row = new RunTable.Row(WORKLOAD, "agent: all deleted at once", OPERATION, atOnce);
        long nanos = deleteAll(host, hand, vifs, atOnce);
        table.add(row, nanos);
        return List.of(counted(agent, single * Change.values().length + atOnce));
      }
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
      return List.of();
    }
  }

  private static long[] change(RouteSocket hand, Change change, List<BenchVif> vifs)
      throws IOException {
    long[] nanos = new long[vifs.size()];
    int i = 0;
    for (BenchVif vif : vifs) {
      LockSupport.parkNanos(INTERVAL_NANOS);
      int bridge = hand.indexOf(vif.bridge());
      long start = System.nanoTime();
      change.make(hand, vif.host());
      while (!isAsDeclared(hand, vif, bridge)) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new IOException(vif.host() + ", " + change.title + ", is not repaired");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      nanos[i++] = System.nanoTime() - start;
    }
    return nanos;
  }

  private static boolean isAsDeclared(RouteSocket by, BenchVif vif, int bridge) {
    LinkMessage link = new LinkMessage();
    boolean[] isSo = new boolean[1];
    try {
      by.query(
          by.link().get(vif.host()),
          message -> {
            link.wrap(message);
            isSo[0] = link.mtu() == BenchVif.MTU && link.master() == bridge && link.isUp();
          });
    } catch (NetlinkException notThere) {
      return false;
    }
    return isSo[0];
  }

  /** Returns nanoseconds from the end of the deletion, which is one request, until all are back. */
  private static long deleteAll(PrivateHost host, RouteSocket hand, List<BenchVif> vifs, int count)
      throws IOException {
    for (BenchVif vif : vifs.subList(0, count)) {
      hand.execute(hand.link().set(vif.host()).group(GROUP));
    }
    hand.execute(hand.link().deleteGroup(GROUP));
    long start = System.nanoTime();
    while (true) {
      try {
        host.checkPlugged(Workload.VETH, vifs);
        return System.nanoTime() - start;
      } catch (IOException notYet) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw notYet;
        }
        LockSupport.parkNanos(INTERVAL_NANOS);
      }
    }
  }

  /** Fewer repairs than changes would mean that something else has brought a VIF back. */
  private static String counted(AgentSystem.AgentSession agent, int changes) throws IOException {
    String metrics = agent.text("/metrics");
    long repairs = counter(metrics, "fastvif_repairs_total");
    long failures = counter(metrics, "fastvif_repair_failures_total");
    if (repairs < changes) {
      throw new IOException("the agent counts " + repairs + " repairs of " + changes + " changes");
    }
    return String.format(
        Locale.ROOT,
        "Of drift, %,d changes were made by hand; the agent counts %,d repairs, and %,d that failed"
            + " at first.",
        changes,
        repairs,
        failures);
  }

  /** The value of a counter without labels, in Prometheus' text format. */
  static long counter(String metrics, String name) throws IOException {
    for (String line : metrics.lines().toList()) {
      if (line.startsWith(name + " ")) {
        return (long) Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    throw new IOException("the agent's metrics have no " + name);
  }
}
