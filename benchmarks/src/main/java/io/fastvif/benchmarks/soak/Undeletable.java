package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;

/**
 * A VIF whose device cannot be deleted, as a physical port cannot: the loopback with the VIF's
 * alias. Its unplug must fail alone, whichever batch of deletions it gets into, and leave the
 * device as it was.
 */
final class Undeletable {
  private static final String NAME = "lo";

  private final SoakVif vif;
  private final RouteSocket socket;
  private final EngineSupervisor supervisor;
  private final Submitter submitter;
  private final OperationChooser chooser;
  private final Violations violations;

  Undeletable(
      SoakVif vif,
      RouteSocket socket,
      EngineSupervisor supervisor,
      Submitter submitter,
      OperationChooser chooser,
      Violations violations) {
    this.vif = vif;
    this.socket = socket;
    this.supervisor = supervisor;
    this.submitter = submitter;
    this.chooser = chooser;
    this.violations = violations;
  }

  void unplug() throws InterruptedException {
    socket.execute(socket.link().set(NAME).alias(Aliases.of(vif.id())));
    try {
      Link before = read();
      SoakEngine engine = supervisor.current();
      HostSnapshot host = submitter.snapshot(engine);
      if (host == null) {
        return;
      }
      SoakOperation unplug =
          chooser.unplug(vif, OperationKind.FAIL_UNDELETABLE, vif.observe(), host);
      if (submitter.offer(engine, unplug)) {
        submitter.conclude(engine, unplug);
      }
      Link after = read();
      if (!before.equals(after)) {
        violations.add(Violation.of(Violation.Rule.DEVICES, vif, before, after));
      }
    } finally {
      socket.execute(socket.link().set(NAME).alias(""));
    }
  }

  private Link read() {
    LinkMessage link = new LinkMessage();
    Link[] read = new Link[1];
    socket.query(socket.link().get(NAME), message -> read[0] = Link.of(link.wrap(message)));
    return read[0];
  }
}
