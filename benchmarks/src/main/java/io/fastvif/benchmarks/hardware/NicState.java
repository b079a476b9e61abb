package io.fastvif.benchmarks.hardware;

import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_DISABLE;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_ENABLE;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.VfInfo;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.VfLinkState;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the benchmarks change of a NIC, as it is or as it is to be.
 *
 * @param pf the PF's network device
 * @param pfIndex that device's index
 * @param ports the representors, by VF
 * @param vfs the VFs, by number
 */
record NicState(String pf, int pfIndex, List<PortState> ports, List<VfState> vfs) {

  /** Keeps copies of the lists. */
  NicState {
    ports = List.copyOf(ports);
    vfs = List.copyOf(vfs);
  }

  /**
   * Reads a NIC. Its representors are told by their indexes.
   *
   * @throws io.fastvif.netlink.NetlinkException if the kernel refuses
   */
  static NicState read(RouteSocket route, PhysicalFunction function) {
    Map<Integer, Integer> vfOfPort = new HashMap<>();
    function.representors().forEach(port -> vfOfPort.put(port.index(), port.vf()));
    Map<Integer, String> names = new HashMap<>();
    names.put(0, "");
    List<PortState> ports = new ArrayList<>();
    Map<Integer, Integer> masters = new HashMap<>();
    LinkMessage link = new LinkMessage();
    route.dump(
        route.link().dump(false),
        message -> {
          link.wrap(message);
          int index = link.index();
          names.put(index, link.name());
          if (vfOfPort.containsKey(index)) {
            masters.put(index, link.master());
            ports.removeIf(port -> port.index() == index); // a dump may begin again
            ports.add(
                new PortState(
                    vfOfPort.get(index), index, link.name(), link.mtu(), "", link.isUp()));
          }
        });
    ports.replaceAll(port -> port.withMaster(names.get(masters.get(port.index()))));
    ports.sort(Comparator.comparingInt(PortState::vf));
    List<VfState> vfs = new ArrayList<>();
    route.query(route.link().getWithVfs(function.index()), message -> readVfs(message, vfs));
    return new NicState(names.get(function.index()), function.index(), ports, vfs);
  }

  private static void readVfs(MessageDecoder message, List<VfState> vfs) {
    VfInfo vf = new VfInfo().wrap(message);
    while (vf.next()) {
      vfs.add(
          new VfState(
              vf.number(),
              new MacAddress(vf.address()),
              vf.vlan(),
              vf.qos(),
              vf.isSpoofChecked(),
              vf.isTrusted(),
              linkState(vf.linkState())));
    }
  }

  private static VfLinkState linkState(int number) {
    return switch (number) {
      case IFLA_VF_LINK_STATE_ENABLE -> VfLinkState.ENABLE;
      case IFLA_VF_LINK_STATE_DISABLE -> VfLinkState.DISABLE;
      default -> VfLinkState.AUTO;
    };
  }

  /** The same NIC with other ports. */
  NicState withPorts(List<PortState> others) {
    return new NicState(pf, pfIndex, others, vfs);
  }

  /** The same NIC with other VFs. */
  NicState withVfs(List<VfState> others) {
    return new NicState(pf, pfIndex, ports, others);
  }

  /**
   * What leads from this state to another one: for each VF that differs, or whose port does, the
   * changes in the order in which they are to be made.
   */
  List<List<NicChange>> changesTo(NicState target) {
    List<List<NicChange>> all = new ArrayList<>();
    for (VfState vf : vfs) {
      List<NicChange> changes = new ArrayList<>();
      target.vfs.stream()
          .filter(to -> to.number() == vf.number())
          .forEach(to -> addVfChange(changes, vf, to));
      for (PortState port : ports) {
        if (port.vf() == vf.number()) {
          target.ports.stream()
              .filter(to -> to.index() == port.index())
              .forEach(to -> addPortChanges(changes, port, to));
        }
      }
      if (!changes.isEmpty()) {
        all.add(List.copyOf(changes));
      }
    }
    return all;
  }

  private void addVfChange(List<NicChange> changes, VfState from, VfState to) {
    Set<VfAttribute> different = EnumSet.allOf(VfAttribute.class);
    different.removeIf(attribute -> attribute.isEqual(from, to));
    if (!different.isEmpty()) {
      changes.add(new NicChange.OfVf(pf, pfIndex, from, to, different));
    }
  }

  private static void addPortChanges(List<NicChange> changes, PortState from, PortState to) {
    PortState now = from;
    boolean renamed = !from.name().equals(to.name());
    LinkSettings before = LinkSettings.NONE;
    LinkSettings after = LinkSettings.NONE;
    if (from.mtu() != to.mtu()) {
      after = after.withMtu(to.mtu());
    }
    if (!from.master().equals(to.master())) {
      after = after.withMaster(to.master());
    }
    if (renamed && from.up()) {
      // Kernels before 6.2 refuse to rename what is up.
      before = after.withUp(false);
      changes.add(new NicChange.OfPort(from, null, before));
      now = from.withUp(false);
      after = LinkSettings.NONE;
    }
    if (now.up() != to.up()) {
      after = after.withUp(to.up());
    }
    if (renamed || !after.isEmpty()) {
      changes.add(new NicChange.OfPort(now, renamed ? to.name() : null, after));
    }
  }
}
