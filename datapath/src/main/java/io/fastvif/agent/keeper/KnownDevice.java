package io.fastvif.agent.keeper;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.vif.MacAddress;
import java.util.List;

/**
 * A link that was seen as a VIF's, with the VIF's mark, by this process. Its index is of this
 * namespace and boot, and of no other link until the kernel has counted through all numbers.
 *
 * @param address null if it has none
 */
record KnownDevice(int index, String name, String kind, MacAddress address) {

  /** Those of a VIF among devices of these names. */
  static List<KnownDevice> of(HostSnapshot host, String vifId, List<String> names) {
    return host.linksOf(vifId).stream()
        .filter(link -> !link.isUnfinished() && names.contains(link.name()))
        .map(link -> new KnownDevice(link.index(), link.name(), link.kind(), link.address()))
        .toList();
  }

  /** Whether it has another name now, and still the mark. */
  boolean isRenamed(LinkState link, String vifId) {
    return isSame(link) && link.isOf(vifId) && !link.name().equals(name);
  }

  /** Whether nothing of it is gone but the mark, and nobody has put his own in its place. */
  boolean isUnmarked(LinkState link) {
    return isSame(link)
        && link.name().equals(name)
        && address != null
        && address.equals(link.address())
        && link.alias().isEmpty()
        && link.group() == LinkGroups.DEFAULT;
  }

  private boolean isSame(LinkState link) {
    return link.index() == index && link.kind().equals(kind) && !link.isUnfinished();
  }
}
