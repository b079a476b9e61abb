package io.fastvif.libvirt;

import io.fastvif.vif.DatapathOffloadRepresentor;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileBase;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifBuilder;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** One of each: VIFs that libvirt can have, and port profiles. */
final class TestVifs {
  static final String UUID = "09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f";
  static final MacAddress MAC = MacAddress.parse("fa:16:3e:88:75:34");
  static final String PROFILE = "a>b\"c é漢";
  static final String AWKWARD = "<a&b>\"c'd é漢";

  private TestVifs() {}

  /** One address for each number: a domain has each host device once. */
  static PciAddress pci(int number) {
    return new PciAddress(0, 1 + (number >> 8), number >> 3 & 0x1f, number & 7);
  }

  /** The builders of all VIFs; a host device has its address by the number. */
  static List<IntFunction<VifBuilder<? extends Vif, ?>>> builders() {
    List<IntFunction<VifBuilder<? extends Vif, ?>>> builders = new ArrayList<>();
    builders.add(n -> VifGeneric.builder().vifName("tap1"));
    builders.add(n -> VifBridge.builder().vifName("tap1").bridgeName("br0"));
    builders.add(n -> VifOpenVSwitch.builder().vifName("tap1").bridgeName("br-int"));
    for (VhostUserMode mode : VhostUserMode.values()) {
      builders.add(n -> VifVhostUser.builder().path("/run/" + AWKWARD).mode(mode));
    }
    for (HostDeviceType type : HostDeviceType.values()) {
      builders.add(n -> VifHostDevice.builder().devType(type).devAddress(pci(n)));
    }
    for (DirectMode mode : DirectMode.values()) {
      builders.add(n -> VifDirect.builder().vifName("mv1").devAddress(pci(n)).mode(mode));
      builders.add(
          n -> VifDirect.builder().vifName("mv2").devAddress(pci(n)).mode(mode).vlanName("eth0.7"));
    }
    return builders;
  }

  /** Every profile; null is none. */
  static List<PortProfile> profiles() {
    List<PortProfile> profiles = new ArrayList<>();
    profiles.add(null);
    profiles.add(PortProfileOpenVSwitch.builder().interfaceId(UUID).build());
    profiles.add(PortProfileOpenVSwitch.builder().interfaceId(UUID).profileId(PROFILE).build());
    profiles.add(PortProfileOpenVSwitch.builder().interfaceId(UUID).createPort(true).build());
    profiles.add(
        PortProfileOpenVSwitch.builder()
            .datapathOffload(DatapathOffloadRepresentor.builder().representorName("rep0").build())
            .build());
    profiles.add(PortProfileFpOpenVSwitch.builder().interfaceId(UUID).bridgeName("br-fp").build());
    profiles.add(
        PortProfileOvsRepresentor.builder().interfaceId(UUID).representorName("rep0").build());
    profiles.add(
        PortProfile8021Qbg.builder()
            .managerId(11)
            .typeId(1193047)
            .typeIdVersion(2)
            .instanceId(UUID)
            .build());
    profiles.add(PortProfile8021Qbh.builder().profileId(PROFILE).build());
    profiles.add(PortProfileBase.builder().build());
    profiles.add(PortProfileFpBridge.builder().bridgeName("br-fp").build());
    profiles.add(PortProfileFpTap.builder().macAddress(MAC).build());
    profiles.add(PortProfileK8sDpdk.builder().l3Setup(true).selflink("/a").build());
    return profiles;
  }
}
