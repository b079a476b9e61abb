package io.fastvif.observe.reader;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.VfInfo;
import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfRates;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VlanProtocol;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the settings of virtual functions from their physical function's link. Done only when
 * somebody wants to know: a driver may have to ask its firmware for each.
 */
public final class VfReader {
  private VfReader() {}

  /**
   * The settings of all virtual functions of a link, by number.
   *
   * @throws io.fastvif.netlink.NetlinkException ENODEV if there is no such link
   */
  public static List<VfSettings> read(RouteSocket socket, int index) {
    List<VfSettings> settings = new ArrayList<>();
    VfInfo vf = new VfInfo();
    socket.query(
        socket.link().getWithVfs(index),
        message -> {
          vf.wrap(message);
          while (vf.next()) {
            settings.add(settings(vf));
          }
        });
    return settings;
  }

  static VfSettings settings(VfInfo vf) {
    VlanProtocol protocol = VlanProtocol.ofEtherType(vf.vlanProtocol());
    return VfSettings.of(vf.number())
        .withAddress(new MacAddress(vf.address()))
        .withVlan(new VfVlan(vf.vlan(), vf.qos(), protocol))
        .withSpoofCheck(vf.saysSpoofCheck() ? vf.isSpoofChecked() : null)
        .withTrust(vf.saysTrust() ? vf.isTrusted() : null)
        .withLinkState(linkState(vf.linkState()))
        .withRates(new VfRates(vf.minRate(), vf.maxRate()))
        .withRssQuery(vf.saysRssQuery() ? vf.isRssQueryAllowed() : null)
        .withGuids(
            vf.saysGuids() ? (Long) vf.nodeGuid() : null,
            vf.saysGuids() ? (Long) vf.portGuid() : null);
  }

  private static VfLinkState linkState(int state) {
    VfLinkState[] states = VfLinkState.values(); // in the order of linux/if_link.h
    return state < 0 || state >= states.length ? null : states[state];
  }
}
