package io.fastvif.cni;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;

/**
 * STATUS of a network on a bridge of the kernel's.
 *
 * @param bridge the bridge's name
 * @param network the network's name
 */
record BridgeStatus(HostSnapshot host, String bridge, String network) {
  /**
   * Looks.
   *
   * @throws CniException with the code 51 if pods that are attached have lost their bridge, and
   *     with 50 if none can be attached
   */
  void run() {
    LinkState found = host.link(bridge).orElse(null);
    if (found != null && !found.kind().equals("bridge")) {
      throw new CniException(
          CniException.UNAVAILABLE, bridge + " is a link of another kind than bridge");
    }
    long cutOff = host.links().stream().filter(link -> isCutOff(link, found)).count();
    if (cutOff > 0) {
      throw new CniException(
          CniException.LIMITED_CONNECTIVITY,
          cutOff + " pods are cut off: " + bridge + " is gone, down, or not theirs");
    }
  }

  private boolean isCutOff(LinkState link, LinkState found) {
    return Aliases.vifId(link.alias())
        .filter(vifId -> !LimitRates.isLimiter(link))
        .flatMap(AttachmentId::ofVif)
        .filter(id -> id.network().equals(network))
        .map(id -> found == null || !found.up() || link.master() != found.index())
        .orElse(false);
  }
}
