package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapStep;
import java.util.ArrayList;
import java.util.List;

/** Devices that macvtaps and VLANs lie on, in the namespace of the calling thread. */
final class LowerDevices {
  private LowerDevices() {}

  /**
   * Sets a device down, unless something lies on it. Whoever puts a link on a device brings it up
   * afterwards. So a link that came meanwhile, and whose maker found the device still up, is there
   * when this looks again, and the device comes up again.
   *
   * @return false if there was nothing to do
   */
  static boolean setDownIfUnused(MacvtapStep.SetDownIfUnused step) {
    try (RouteSocket socket = RouteSocket.open()) {
      int index = step.index() != 0 ? step.index() : socket.indexOf(step.name());
      LinkState found = index == 0 ? null : find(socket, index);
      if (found == null || !found.up()) {
        return false;
      }
      boolean marked = found.alias().equals(Aliases.BROUGHT_UP);
      if ((step.marked() && !marked) || isUsed(socket, index, step.except())) {
        return false;
      }
      set(socket, index, false, step.marked() ? "" : null);
      if (isUsed(socket, index, step.except())) {
        set(socket, index, true, step.marked() ? Aliases.BROUGHT_UP : null);
        return false;
      }
      return true;
    }
  }

  /**
   * Whether a VLAN, macvlan or macvtap lies on the device.
   *
   * @param except the names of links that do not count, unless another lies on them
   */
  static boolean isUsed(RouteSocket socket, int index, List<String> except) {
    HostStates states = new HostStates();
    List<LinkState> upper = new ArrayList<>();
    socket.dump(
        socket.link().dump(false),
        new DumpHandler() {
          @Override
          public void onBegin() {
            upper.clear();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            // Most links lie on none: they are not kept.
            if (states.link(message).link() != 0 && states.linkState().lower() != null) {
              upper.add(states.linkState());
            }
          }
        });
    return isUsed(upper, index, except);
  }

  private static boolean isUsed(List<LinkState> upper, int index, List<String> except) {
    return upper.stream()
        .filter(link -> link.lower().index() == index)
        .anyMatch(link -> !except.contains(link.name()) || isUsed(upper, link.index(), except));
  }

  /** The device; null if it is gone. */
  private static LinkState find(RouteSocket socket, int index) {
    HostStates states = new HostStates();
    LinkState[] found = {null};
    try {
      socket.query(
          socket.link().get(index),
          message -> {
            states.link(message);
            found[0] = states.linkState();
          });
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
    }
    return found[0];
  }

  private static void set(RouteSocket socket, int index, boolean up, String alias) {
    LinkRequest request = socket.link().set(index);
    if (alias != null) {
      request.alias(alias);
    }
    if (up) {
      request.up();
    } else {
      request.down();
    }
    socket.execute(request);
  }
}
