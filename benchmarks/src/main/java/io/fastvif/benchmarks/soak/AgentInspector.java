package io.fastvif.benchmarks.soak;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.benchmarks.process.ProcessCost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Stops everybody between two requests and checks every invariant. */
final class AgentInspector {
  /** The kernel, Open vSwitch and the agent's counters may be a little behind the last answer. */
  private static final long SETTLED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long PAUSE_NANOS = 20_000_000;
  private static final long NATIVE_GROWTH_KIB = 16 << 10;

  /**
   * The agent collects a heap that has doubled, also where work never ends. Where the JVM has begun
   * with more, as it does without the launcher's options, it is not to grow beyond that.
   */
  private static final long MOST_HEAP_KIB = 192 << 10;

  private static final String HEAP = "jvm_memory_committed_bytes{area=\"heap\"}";
  private static final int KILO = 1024;

  /** With connections that have just been closed, and threads with sockets that come and go. */
  private static final long MOST_DESCRIPTORS = 400;

  private static final long DESCRIPTOR_GROWTH = 30;
  private static final long MOST_THREADS = 80;

  private final AgentHost host;
  private final AgentLife life;
  private final AgentChecker checker;
  private final Gate gate;
  private final Violations violations;

  /** Memory of the agent's own that is not the Java heap's. */
  private final Trend outsideHeap = new Trend();

  private final Trend descriptors = new Trend();
  private ProcessCost first;
  private ProcessCost last;
  private long mostHeapKib = MOST_HEAP_KIB;
  private long checks;

  AgentInspector(
      AgentHost host, AgentLife life, AgentChecker checker, Gate gate, Violations violations) {
    this.host = host;
    this.life = life;
    this.checker = checker;
    this.gate = gate;
    this.violations = violations;
  }

  long checks() {
    return checks;
  }

  /** Checks everything once; the agent must be ready. */
  void check() throws IOException, InterruptedException {
    if (!gate.close()) {
      violations.add(
          Violation.of(
              Violation.Rule.ANSWERED_ONCE, "the clients", "all end their round", "not in 180 s"));
      return;
    }
    try {
      long deadline = System.nanoTime() + SETTLED_WITHIN_NANOS;
      List<Violation> found = find();
      while (!found.isEmpty() && System.nanoTime() < deadline) {
        LockSupport.parkNanos(PAUSE_NANOS);
        found = find();
      }
      found.forEach(violations::add);
      checks++;
    } finally {
      gate.open();
    }
  }

  private List<Violation> find() throws IOException {
    List<Violation> found = new ArrayList<>(checker.host(host.links(), host.ports()));
    try (AgentClient agent = life.connect()) {
      Map<String, String> states = new HashMap<>();
      JsonView.of(text(agent, "/v1/vifs"))
          .at("vifs")
          .elements()
          .forEach(vif -> states.put(vif.at("id").text(), vif.at("state").text()));
      found.addAll(checker.list(states));
      List<Violation> counted = checker.metrics(metrics(text(agent, "/metrics")), life.answered());
      if (!counted.isEmpty()) {
        found.addAll(counted);
        List<String> events = text(agent, "/v1/events?after=0&follow=false").lines().toList();
        found.add(
            new Violation(
                Violation.Rule.EVENTS,
                "what the agent counts",
                "as above",
                "these events",
                events));
      }
    }
    return found;
  }

  private static String text(AgentClient agent, String target) throws IOException {
    AgentResponse response = agent.send("GET", target);
    String text = response.text();
    if (!response.isSuccess()) {
      throw new IOException(target + ": " + text);
    }
    return text;
  }

  /** The values of Prometheus' text format, by name and labels. */
  static Map<String, Double> metrics(String text) {
    Map<String, Double> values = new HashMap<>();
    for (String line : text.lines().toList()) {
      int space = line.lastIndexOf(' ');
      if (!line.startsWith("#") && space > 0) {
        values.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
      }
    }
    return values;
  }

  /** Looks at what the agent holds; only the readings of one agent can be compared. */
  void readCost() throws IOException {
    long heapKib;
    try (AgentClient agent = life.connect()) {
      heapKib = metrics(text(agent, "/metrics")).get(HEAP).longValue() / KILO;
    }
    last = life.cost();
    if (first == null) {
      first = last;
      mostHeapKib = Math.max(MOST_HEAP_KIB, heapKib);
    }
    outsideHeap.add(last.ownKib() - heapKib);
    descriptors.add(last.descriptors());
    atMost(Violation.Rule.HEAP, "the agent's heap, KiB", mostHeapKib, heapKib);
    atMost(
        Violation.Rule.DESCRIPTORS,
        "the agent's descriptors",
        MOST_DESCRIPTORS,
        last.descriptors());
    atMost(Violation.Rule.THREADS, "the agent's threads", MOST_THREADS, last.threads());
  }

  /** Whether the agent has grown from one reading to the next. */
  void checkTrend() {
    atMost(
        Violation.Rule.NATIVE_MEMORY,
        "the agent's growth outside the heap, KiB",
        NATIVE_GROWTH_KIB,
        outsideHeap.growth());
    atMost(
        Violation.Rule.DESCRIPTORS,
        "the agent's descriptors, growth",
        DESCRIPTOR_GROWTH,
        descriptors.growth());
  }

  private void atMost(Violation.Rule rule, String what, long most, long is) {
    if (is > most) {
      violations.add(Violation.of(rule, what, "at most " + most, is));
    }
  }

  ProcessCost first() {
    return first;
  }

  ProcessCost last() {
    return last;
  }

  long growthKib() {
    return outsideHeap.growth();
  }
}
