package io.fastvif.plugin;

import io.fastvif.plan.LinkState;
import io.fastvif.vif.MacAddress;
import java.util.List;

/** Links for snapshots in tests. */
public final class Links {
  private Links() {}

  /** A link that is down, with the kernel's defaults. */
  public static LinkState link(int index, String name, String kind) {
    return new LinkState(
        index, name, List.of(), kind, 1500, null, 0, 0, false, false, "", true, false, 0, 0);
  }

  /** The same link, up, with these settings. */
  public static LinkState up(
      LinkState link, String alias, int mtu, String mac, int master, boolean promiscuous) {
    return new LinkState(
        link.index(),
        link.name(),
        List.of(),
        link.kind(),
        mtu,
        MacAddress.parse(mac),
        master,
        0,
        true,
        promiscuous,
        alias,
        false,
        false,
        0,
        0);
  }
}
