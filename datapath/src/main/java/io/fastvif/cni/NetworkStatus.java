package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;

/** STATUS, as far as it is not IPAM's: whether the host could attach a pod to the network. */
final class NetworkStatus {
  private final HostSnapshot host;
  private final NetworkConfiguration network;

  NetworkStatus(VifHost host, NetworkConfiguration network) {
    this.host = host.snapshot();
    this.network = network;
  }

  /**
   * Looks.
   *
   * @throws CniException with the code 51 if pods that are attached have lost their bridge, and
   *     with 50 if none can be attached
   */
  void run() {
    if (!network.isBridge()) {
      return;
    }
    LinkState bridge = host.link(network.bridge()).orElse(null);
    if (bridge != null && !bridge.kind().equals("bridge")) {
      throw new CniException(
          CniException.UNAVAILABLE, network.bridge() + " is a link of another kind than bridge");
    }
    long cutOff = host.links().stream().filter(link -> isCutOff(link, bridge)).count();
    if (cutOff > 0) {
      throw new CniException(
          CniException.LIMITED_CONNECTIVITY,
          cutOff + " pods are cut off: " + network.bridge() + " is gone, down, or not theirs");
    }
  }

  private boolean isCutOff(LinkState link, LinkState bridge) {
    return Aliases.vifId(link.alias())
        .flatMap(AttachmentId::ofVif)
        .filter(id -> id.network().equals(network.name()))
        .map(id -> bridge == null || !bridge.up() || link.master() != bridge.index())
        .orElse(false);
  }
}
