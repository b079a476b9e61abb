package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * libvirt itself on every VIF with every profile and every option: its schema passes the XML, its
 * test driver takes the domain, and the domain it then writes has every line of the XML in it.
 */
class LibvirtMatrixTest {
  private static final int MIN_TAKEN = 300;

  @TempDir Path folder;

  /** What refused combinations say. */
  private final List<String> refusals = new ArrayList<>();

  private static InterfaceOptions.Builder virtio() {
    return InterfaceOptions.builder().model("virtio");
  }

  private static DriverOptions driver(String name, Integer tx) {
    return new DriverOptions(name, 4, 512, tx, true, true);
  }

  private static List<InterfaceOptions.Builder> options() {
    Bandwidth.Rate rate = new Bandwidth.Rate(1000, 2000, 512, null);
    Bandwidth.Rate average = new Bandwidth.Rate(1, null, null, null);
    FilterReference filter =
        new FilterReference("clean-traffic", Map.of("IP", "10.0.0.1", "MAC", "00:11"));
    VlanTags.Tag one = new VlanTags.Tag(42, null);
    VlanTags.Tag untagged = new VlanTags.Tag(7, VlanTags.NativeMode.UNTAGGED);
    return List.of(
        InterfaceOptions.builder(),
        InterfaceOptions.builder().model("e1000").linkUp(true),
        virtio().linkUp(false),
        virtio().driver(driver("vhost", null)),
        virtio().driver(driver("qemu", null)),
        virtio().driver(driver(null, 1024)),
        InterfaceOptions.builder().driver(DriverOptions.named("vfio")),
        InterfaceOptions.builder().mtu(9000),
        InterfaceOptions.builder().bandwidth(new Bandwidth(rate, average)),
        InterfaceOptions.builder().bandwidth(new Bandwidth(null, rate)),
        InterfaceOptions.builder().vlan(VlanTags.of(42)),
        InterfaceOptions.builder().vlan(new VlanTags(true, List.of(one, untagged))),
        InterfaceOptions.builder().filter(filter),
        virtio().mtu(1400).filter(filter).bandwidth(new Bandwidth(rate, rate)),
        InterfaceOptions.builder().virtualPort(new VirtualPort.Midonet(TestVifs.UUID)));
  }

  /** Everything that is not refused. Boot orders and aliases are unique in a domain. */
  private List<LibvirtInterface> matrix() {
    List<LibvirtInterface> taken = new ArrayList<>();
    for (IntFunction<VifBuilder<? extends Vif, ?>> vif : TestVifs.builders()) {
      for (PortProfile profile : TestVifs.profiles()) {
        for (InterfaceOptions.Builder options : options()) {
          add(taken, vif, HypervisorTask.CONNECT_DEVICE, profile, options);
        }
      }
      for (InterfaceOptions.Builder options : options()) {
        add(taken, vif, HypervisorTask.OPEN_DEVICE, null, options);
      }
    }
    for (Map<String, String> details : historical()) {
      for (InterfaceOptions.Builder options : options()) {
        int number = taken.size() + 1;
        Map<String, String> given = new HashMap<>(details);
        HistoricalVifType type = HistoricalVifType.parse(given.remove("type"));
        given.computeIfPresent("target", (key, target) -> target + number);
        given.computeIfPresent(
            "address",
            (key, address) ->
                "0001:%02x:%02x.%x".formatted(number / 256, number / 8 % 32, number % 8));
        given.put("mac_address", new MacAddress(TestVifs.MAC.value() + number).toString());
        InterfaceOptions all = options.bootOrder(number).alias("ua-" + number).build();
        try {
          taken.add(type.interfaceOf(given, all));
        } catch (InvalidInputException refused) {
          refusals.add(refused.getMessage());
        }
      }
    }
    return taken;
  }

  private void add(
      List<LibvirtInterface> taken,
      IntFunction<VifBuilder<? extends Vif, ?>> vif,
      HypervisorTask left,
      PortProfile profile,
      InterfaceOptions.Builder options) {
    int number = taken.size() + 1;
    VifBuilder<? extends Vif, ?> builder = vif.apply(number);
    builder.id(TestVifs.UUID);
    builder.address(new MacAddress(TestVifs.MAC.value() + number));
    if (profile != null) {
      builder.portProfile(profile);
    }
    InterfaceOptions all = options.bootOrder(number).alias("ua-" + number).build();
    try {
      taken.add(LibvirtInterface.of(builder.build(), left, all, address -> "eth5"));
    } catch (InvalidInputException refused) {
      refusals.add(refused.getMessage());
    }
  }

  /** The old VIF types, each in all its forms. */
  private static List<Map<String, String>> historical() {
    String id = TestVifs.UUID;
    return List.of(
        Map.of("type", "ovs", "bridge", "br0", "target", "old", "interface_id", id),
        Map.of("type", "ovs", "bridge", "br0", "target", "old", "filtered", "true"),
        Map.of("type", "ivs", "target", "old"),
        Map.of("type", "ivs", "bridge", "br0", "target", "old", "filtered", "true"),
        Map.of("type", "iovisor", "target", "old"),
        Map.of("type", "bridge", "bridge", "br0", "target", "old"),
        Map.of(
            "type",
            "802.1qbg",
            "source",
            "eth0",
            "manager_id",
            "11",
            "type_id",
            "1193047",
            "type_id_version",
            "2",
            "instance_id",
            id),
        Map.of("type", "802.1qbh", "source", "eth0", "profile_id", "manager"),
        Map.of("type", "802.1qbh", "address", "0000:02:10.2", "profile_id", "manager"),
        Map.of("type", "hostdev_physical", "address", "0000:02:10.2"),
        Map.of("type", "ib_hostdev", "address", "0000:02:10.2"),
        Map.of("type", "tap", "target", "old"),
        Map.of("type", "hw_veb", "source", "eth0"),
        Map.of("type", "hw_veb", "address", "0000:02:10.2", "vlan", "3"),
        Map.of("type", "mlnx_direct", "source", "eth0"),
        Map.of("type", "midonet", "target", "old"),
        Map.of("type", "vhostuser", "path", "/some/sock", "mode", "server"),
        Map.of("type", "vrouter", "target", "old"),
        Map.of("type", "macvtap", "source", "eth0", "mode", "bridge"));
  }

  private Path domain(String name, List<LibvirtInterface> interfaces) throws IOException {
    StringBuilder xml = new StringBuilder("<domain type='test'>\n<name>" + name + "</name>\n");
    xml.append("<memory>1024</memory><os><type>hvm</type></os>\n<devices>\n");
    for (LibvirtInterface described : interfaces) {
      xml.append(described.xml());
    }
    return Files.writeString(folder.resolve(name), xml.append("</devices></domain>\n").toString());
  }

  @Test
  void libvirtTakesAll() throws Exception {
    Peer virsh = Peer.require("virsh", "libvirt-clients libvirt-daemon");
    Peer validate = Peer.require("virt-xml-validate", "libvirt-clients libxml2-utils");
    List<LibvirtInterface> taken = matrix();
    assertTrue(taken.size() >= MIN_TAKEN, "only " + taken.size() + " combinations");
    Path domain = domain("matrix", taken);
    validate.run(domain + " domain");
    Map<String, List<String>> devices =
        Libvirt.devicesByAlias(Libvirt.define(virsh, domain, "matrix"));
    assertEquals(taken.size(), devices.size(), "devices that libvirt keeps");
    for (LibvirtInterface described : taken) {
      List<String> kept = devices.get(described.options().alias());
      for (String line : described.xml().lines().map(Libvirt::normal).toList()) {
        assertTrue(kept.contains(line), () -> line + " is lost in:\n" + String.join("\n", kept));
      }
    }
    System.out.printf(
        "libvirt matrix: %d combinations pass the schema and are taken by libvirt, line by line;"
            + " %d are refused here%n",
        taken.size(), refusals.size());
  }

  /** The check above would pass nothing wrong: libvirt and its schema see each of these. */
  @Test
  void libvirtRefusesWhatIsWrong() throws Exception {
    Peer validate = Peer.require("virt-xml-validate", "libvirt-clients libxml2-utils");
    Path domain = domain("wrong", matrix().subList(0, 2));
    String right = Files.readString(domain);
    Files.writeString(domain, right.replace("<target dev='tap1'/>", "<target dev='a b'/>"));
    AssertionError schema =
        assertThrows(AssertionError.class, () -> validate.run(domain + " domain"));
    assertTrue(schema.getMessage().contains("fails to validate"), schema.getMessage());
  }

  @Test
  void everyRefusalNamesBoth() {
    matrix();
    Consumer<String> check = text -> assertTrue(text.contains(" does not go with "), text);
    refusals.forEach(check);
    assertTrue(refusals.size() > 100);
  }
}
