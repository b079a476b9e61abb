package io.fastvif.benchmarks.hardware;

import io.fastvif.benchmarks.report.Result;
import io.fastvif.plan.VfLinkState;
import io.fastvif.vif.MacAddress;
import java.util.List;
import java.util.Set;

/** What is done to all VFs of a NIC, and undone: the state that it leads to. */
enum NicWorkload {
  /** Every representor gets another name. */
  REPRESENTOR_RENAME("representor rename", "rename", "rename back", true) {
    @Override
    NicState target(NicState before, Set<VfAttribute> supported) {
      return before.withPorts(before.ports().stream().map(NicWorkload::renamed).toList());
    }
  },

  /** Every VF gets another value of each attribute that the driver takes. */
  VF_CONFIGURATION("VF configuration", "configure", "restore", false) {
    @Override
    NicState target(NicState before, Set<VfAttribute> supported) {
      return before.withVfs(
          before.vfs().stream().map(vf -> vf.with(supported, different(vf))).toList());
    }
  },

  /**
   * As a VIFHostDevice is plugged: the VF gets the VIF's address; its representor the VIF's name
   * and MTU, and it joins a bridge and comes up.
   */
  VF_PLUG("VF plug", "plug", "unplug", true) {
    @Override
    NicState target(NicState before, Set<VfAttribute> supported) {
      List<VfState> vfs =
          supported.contains(VfAttribute.MAC)
              ? before.vfs().stream().map(vf -> vf.withAddress(otherAddress(vf))).toList()
              : before.vfs();
      return before
          .withVfs(vfs)
          .withPorts(before.ports().stream().map(NicWorkload::plugged).toList());
    }
  };

  /** The bridge that representors join. */
  static final String BRIDGE = "fastvif-bench";

  private static final String NAME_PREFIX = "fastvif-vf";
  private static final String OTHER_NAME_PREFIX = "fastvif-rep";
  private static final long ADDRESSES = 0x02fa_5700_0000L;
  private static final long OTHER_ADDRESSES = 0x02fa_5800_0000L;
  private static final int FIRST_VLAN = 100;
  private static final int VLANS = 1000;
  private static final int MTU = 1400;
  private static final int OTHER_MTU = 1380;

  private final String title;
  private final String operation;
  private final String undo;
  private final boolean needsRepresentors;

  NicWorkload(String title, String operation, String undo, boolean needsRepresentors) {
    this.title = title;
    this.operation = operation;
    this.undo = undo;
    this.needsRepresentors = needsRepresentors;
  }

  /**
   * What a NIC is to be like after it.
   *
   * @param supported the VF's attributes that its driver takes
   */
  abstract NicState target(NicState before, Set<VfAttribute> supported);

  /** Its name in the report. */
  String title() {
    return title;
  }

  /** The name of what is done. */
  String operation() {
    return operation;
  }

  /** The name of what is done then. */
  String undo() {
    return undo;
  }

  /** Whether it needs the NIC in switchdev mode. */
  boolean needsRepresentors() {
    return needsRepresentors;
  }

  /** The rows of a system that cannot do it. */
  List<Result> withoutFigure(String system, int vfs, String problem) {
    return List.of(
        Result.ofRuns(title, system, operation, vfs, List.of(), null, problem),
        Result.ofRuns(title, system, undo, vfs, List.of(), null, problem));
  }

  private static PortState renamed(PortState port) {
    String name = NAME_PREFIX + port.vf();
    return port.withName(port.name().equals(name) ? OTHER_NAME_PREFIX + port.vf() : name);
  }

  private static PortState plugged(PortState port) {
    int mtu = port.mtu() == MTU ? OTHER_MTU : MTU;
    return new PortState(port.vf(), port.index(), renamed(port).name(), mtu, BRIDGE, true);
  }

  /** A VF that differs from that one in every attribute. */
  static VfState different(VfState vf) {
    int vlan = FIRST_VLAN + vf.number() % VLANS;
    return new VfState(
        vf.number(),
        otherAddress(vf),
        vf.vlan() == vlan ? vlan + VLANS : vlan,
        0,
        !vf.spoofCheck(),
        !vf.trust(),
        vf.linkState() == VfLinkState.ENABLE ? VfLinkState.AUTO : VfLinkState.ENABLE);
  }

  private static MacAddress otherAddress(VfState vf) {
    MacAddress address = new MacAddress(ADDRESSES + vf.number());
    return vf.address().equals(address) ? new MacAddress(OTHER_ADDRESSES + vf.number()) : address;
  }
}
