package io.fastvif.benchmarks.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.plan.VfLinkState;
import io.fastvif.vif.MacAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What leads from one state of a NIC to another, as ip's commands. */
class NicStateTest {
  private static final Set<VfAttribute> ALL = EnumSet.allOf(VfAttribute.class);

  private static VfState vf(int number) {
    MacAddress address = new MacAddress(number);
    return new VfState(number, address, 0, 0, true, false, VfLinkState.AUTO);
  }

  private static NicState nic(boolean up) {
    return new NicState(
        "p0",
        3,
        List.of(
            new PortState(0, 10, "rep0", 1500, "", false),
            new PortState(1, 11, "rep1", 1500, "", up)),
        List.of(vf(0), vf(1)));
  }

  private static List<String> there(NicWorkload workload, NicState before) {
    return NicChange.words(before.changesTo(workload.target(before, ALL)));
  }

  private static List<String> back(NicWorkload workload, NicState before) {
    return NicChange.words(workload.target(before, ALL).changesTo(before));
  }

  @Test
  void fromAStateToItselfThereIsNothingToDo() {
    assertEquals(List.of(), nic(true).changesTo(nic(true)));
  }

  @Test
  void renaming() {
    NicState nic = nic(false);
    assertEquals(
        List.of("link set dev rep0 name fastvif-vf0", "link set dev rep1 name fastvif-vf1"),
        there(NicWorkload.REPRESENTOR_RENAME, nic));
    assertEquals(
        List.of("link set dev fastvif-vf0 name rep0", "link set dev fastvif-vf1 name rep1"),
        back(NicWorkload.REPRESENTOR_RENAME, nic));
  }

  @Test
  void whatIsUpIsRenamedWhileItIsDown() {
    assertEquals(
        List.of(
            "link set dev rep0 name fastvif-vf0",
            "link set dev rep1 down",
            "link set dev rep1 name fastvif-vf1 up"),
        there(NicWorkload.REPRESENTOR_RENAME, nic(true)));
  }

  @Test
  void whatBearsTheNameAlreadyGetsAnother() {
    NicState renamed = NicWorkload.REPRESENTOR_RENAME.target(nic(false), ALL);
    assertEquals(
        List.of(
            "link set dev fastvif-vf0 name fastvif-rep0",
            "link set dev fastvif-vf1 name fastvif-rep1"),
        there(NicWorkload.REPRESENTOR_RENAME, renamed));
  }

  @Test
  void configuring() {
    NicState nic = nic(false);
    assertEquals(
        List.of(
            "link set dev p0 vf 0 mac 02:fa:57:00:00:00 vlan 100 qos 0 spoofchk off trust on"
                + " state enable",
            "link set dev p0 vf 1 mac 02:fa:57:00:00:01 vlan 101 qos 0 spoofchk off trust on"
                + " state enable"),
        there(NicWorkload.VF_CONFIGURATION, nic));
    assertEquals(
        List.of(
            "link set dev p0 vf 0 mac 00:00:00:00:00:00 vlan 0 qos 0 spoofchk on trust off state"
                + " auto",
            "link set dev p0 vf 1 mac 00:00:00:00:00:01 vlan 0 qos 0 spoofchk on trust off state"
                + " auto"),
        back(NicWorkload.VF_CONFIGURATION, nic));
  }

  @Test
  void configuringOnlyWhatTheDriverTakes() {
    Set<VfAttribute> some = EnumSet.of(VfAttribute.TRUST);
    NicState target = NicWorkload.VF_CONFIGURATION.target(nic(false), some);
    assertEquals(
        List.of("link set dev p0 vf 0 trust on", "link set dev p0 vf 1 trust on"),
        NicChange.words(nic(false).changesTo(target)));
  }

  /** Two runs one after the other must differ too, or nothing would be measured. */
  @Test
  void everyAttributeDiffersFromWhateverItWas() {
    VfState once = NicWorkload.different(vf(1));
    VfState twice = NicWorkload.different(once);
    for (VfAttribute attribute : VfAttribute.values()) {
      assertEquals(false, attribute.isEqual(vf(1), once), attribute::name);
      assertEquals(false, attribute.isEqual(once, twice), attribute::name);
    }
  }

  @Test
  void plugging() {
    NicState nic = nic(false);
    assertEquals(
        List.of(
            "link set dev p0 vf 0 mac 02:fa:57:00:00:00",
            "link set dev rep0 name fastvif-vf0 mtu 1400 master fastvif-bench up",
            "link set dev p0 vf 1 mac 02:fa:57:00:00:01",
            "link set dev rep1 name fastvif-vf1 mtu 1400 master fastvif-bench up"),
        there(NicWorkload.VF_PLUG, nic));
    assertEquals(
        List.of(
            "link set dev p0 vf 0 mac 00:00:00:00:00:00",
            "link set dev fastvif-vf0 mtu 1500 nomaster down",
            "link set dev fastvif-vf0 name rep0",
            "link set dev p0 vf 1 mac 00:00:00:00:00:01",
            "link set dev fastvif-vf1 mtu 1500 nomaster down",
            "link set dev fastvif-vf1 name rep1"),
        back(NicWorkload.VF_PLUG, nic));
  }
}
