package io.fastvif.testing;

import io.fastvif.plan.LinkState;
import io.fastvif.vif.MacAddress;

/** Links for snapshots in tests. */
public final class Links {
  private Links() {}

  /** A link that is down, with the kernel's defaults. */
  public static LinkState link(int index, String name, String kind) {
    return LinkState.builder(index, name, kind).build();
  }

  /** The same link, up, with these settings. */
  public static LinkState up(
      LinkState link, String alias, int mtu, String mac, int master, boolean promiscuous) {
    return LinkState.builder(link.index(), link.name(), link.kind())
        .mtu(mtu)
        .address(MacAddress.parse(mac))
        .master(master)
        .up(true)
        .promiscuous(promiscuous)
        .alias(alias)
        .ipv6AddressGeneration(false)
        .build();
  }
}
