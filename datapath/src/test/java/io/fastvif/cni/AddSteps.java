package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.plan.PlugPlan;
import java.nio.file.Path;

/** Plans of which the first steps are done and no more, as a SIGKILL between two leaves it. */
final class AddSteps {
  private AddSteps() {}

  /** Does the first steps of an ADD; how many there are. */
  static int add(PodLab lab, AttachmentId id, Netns pod, String configuration, int done)
      throws Exception {
    try (PodRules rules = new PodRules();
        PodSockets sockets = new PodSockets(Netns.of(Path.of(PodLab.path(pod))))) {
      CniRequest request =
          new CniRequest(PodLab.variables("ADD", id.containerId(), pod), configuration);
      NetworkConfiguration network = NetworkConfiguration.read(request);
      CniResult addressing = Addressing.of(network, Ipam.of(network, request).add(id));
      AttachmentPlan plan =
          new AttachmentPlan(
              id,
              network,
              sockets,
              PodLab.path(pod),
              addressing,
              lab.host(),
              new PodRecords(lab.records()),
              rules);
      PlugPlan whole = plan.plug(network.attachment().snapshot(lab.host()));
      execute(lab, whole, done);
      return whole.steps().size();
    }
  }

  /** Does the first steps of a plan. */
  static void execute(PodLab lab, PlugPlan whole, int done) {
    PlugPlan first =
        new PlugPlan(
            whole.vifId(),
            whole.name(),
            whole.action(),
            whole.devices(),
            whole.shared(),
            whole.steps().subList(0, done),
            whole.notes());
    PlugResult result = lab.host().execute(first).join();
    assertNull(result.failure(), () -> result.failure().message());
  }
}
