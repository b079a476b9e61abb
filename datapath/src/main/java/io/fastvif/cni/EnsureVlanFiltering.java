package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.IFLA_BR_VLAN_FILTERING;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.plan.PluginStep;
import java.io.IOException;

/**
 * Has a bridge forward frames within their VLANs only. Equivalent to {@code ip link set NAME type
 * bridge vlan_filtering 1}. It stays on with the bridge, as other pods rely on it.
 */
record EnsureVlanFiltering(String bridge) implements PluginStep {
  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(bridge)) {
      return !isOn(link) && set(link, true);
    }
  }

  @Override
  public boolean undo() throws IOException {
    try (LinkSocket link = LinkSocket.open(bridge)) {
      return isOn(link) && set(link, false);
    }
  }

  static boolean isOn(LinkSocket link) {
    boolean[] on = new boolean[1];
    AttributeIterator options = new AttributeIterator();
    link.read(
        message ->
            on[0] =
                message.kindOptions(options)
                    && options.find(IFLA_BR_VLAN_FILTERING)
                    && options.getByte() != 0);
    return on[0];
  }

  private static boolean set(LinkSocket link, boolean on) {
    Bridge kind = new Bridge().vlanFiltering(on);
    link.socket().execute(link.socket().link().change(link.index()).kind(kind));
    return true;
  }

  @Override
  public String toString() {
    return "set " + bridge + ": vlan_filtering on";
  }
}
