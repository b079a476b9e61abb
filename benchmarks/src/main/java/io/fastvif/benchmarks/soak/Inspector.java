package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.util.Map;
import java.util.TreeMap;

/** Stops everybody between two operations and checks every invariant. */
final class Inspector {
  private final Gate gate;
  private final RouteSocket socket;
  private final EngineSupervisor supervisor;
  private final Submitter submitter;
  private final SlowSubscriber subscriber;
  private final StateChecker states;
  private final ResourceChecker resources;
  private final Ledger ledger;
  private final Violations violations;
  private long checks;

  Inspector(
      Gate gate,
      RouteSocket socket,
      EngineSupervisor supervisor,
      Submitter submitter,
      SlowSubscriber subscriber,
      StateChecker states,
      ResourceChecker resources,
      Ledger ledger,
      Violations violations) {
    this.gate = gate;
    this.socket = socket;
    this.supervisor = supervisor;
    this.submitter = submitter;
    this.subscriber = subscriber;
    this.states = states;
    this.resources = resources;
    this.ledger = ledger;
    this.violations = violations;
  }

  long checks() {
    return checks;
  }

  /** Checks everything once. */
  void check() throws InterruptedException {
    if (!gate.close()) {
      violations.add(
          Violation.of(
              Violation.Rule.ANSWERED_ONCE, "the threads", "all end their round", "not in 180 s"));
      return;
    }
    try {
      ledger.checkAllAnswered();
      Links links = Links.read(socket);
      states.check(links).forEach(violations::add);
      checkEnginesView(links);
      subscriber.check(links);
      resources.checkSettled().forEach(violations::add);
      checks++;
    } finally {
      gate.open();
    }
  }

  /** Planning is only as good as the engine's own reading of the host. */
  private void checkEnginesView(Links links) {
    HostSnapshot host = submitter.snapshot(supervisor.current());
    if (host == null) {
      return;
    }
    Map<Integer, Link> seen = new TreeMap<>();
    for (LinkState link : host.links()) {
      seen.put(link.index(), Link.of(link));
    }
    if (!seen.equals(links.byIndex())) {
      Violation difference = SlowSubscriber.difference(seen, links.byIndex());
      violations.add(
          Violation.of(
              Violation.Rule.ENGINE,
              "the engine's snapshot",
              difference.expected(),
              difference.found()));
    }
  }
}
