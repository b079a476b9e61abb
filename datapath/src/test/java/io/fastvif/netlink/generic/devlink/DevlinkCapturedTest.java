package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.DEVLINK_CMD_PORT_DEL;
import static io.fastvif.bindings.linux.linux_h.DEVLINK_CMD_PORT_NEW;
import static io.fastvif.bindings.linux.linux_h.NLM_F_ACK;
import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.DamagedMessages;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.generic.GenericFamily;
import io.fastvif.netlink.generic.GenericHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The requests are what iproute2 sends, and what the kernel answered is read. */
class DevlinkCapturedTest {
  private static final DevlinkHandle CARD = DevlinkHandle.parse("pci/0000:01:00.0");
  private static final DevlinkHandle SIMULATED = DevlinkHandle.parse("netdevsim/netdevsim1");

  /** Offsets of {@code nlmsg_flags} and {@code genlmsghdr.version}. */
  private static final int FLAGS = 6;

  private static final int VERSION = 17;

  /** The number that devlink had where the bytes are from. */
  private static final int FAMILY = 0x15;

  private static void assertSent(String captured, Consumer<DevlinkRequest> write) {
    MessageEncoder encoder = new MessageEncoder(MemorySegment.ofArray(new byte[512]));
    DevlinkRequest request = new DevlinkRequest(encoder, FAMILY);
    write.accept(request);
    assertTrue(request.end());
    byte[] expected = Captured.bytes(captured);
    expected[VERSION] = 1; // iproute2 leaves it 0; the kernel looks at neither
    if ((expected[FLAGS + 1] & NLM_F_DUMP >> Byte.SIZE) != 0) {
      expected[FLAGS] &= ~NLM_F_ACK; // a dump has an end of its own
    }
    assertEquals(Captured.hex(expected), Captured.hex(Captured.bytes(encoder)));
  }

  private static <T> List<T> all(String captured, Function<MessageDecoder, T> read) {
    byte[] bytes = Captured.bytes(captured);
    MessageDecoder messages =
        new MessageDecoder().wrap(MemorySegment.ofArray(bytes), 0, bytes.length);
    List<T> all = new ArrayList<>();
    while (messages.next()) {
      all.add(read.apply(messages));
    }
    return all;
  }

  private static DevlinkPort port(DevlinkHandle device, int index, PortFlavour flavour) {
    return new DevlinkPort(
        device,
        index,
        flavour,
        0,
        null,
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        false,
        OptionalLong.empty(),
        null,
        null);
  }

  private static DevlinkPort physical(
      DevlinkHandle device, int index, int number, int link, String name) {
    DevlinkPort port = port(device, index, PortFlavour.PHYSICAL);
    return new DevlinkPort(
        device,
        index,
        port.flavour(),
        link,
        name,
        OptionalInt.of(number),
        port.controller(),
        port.pf(),
        port.vf(),
        port.sf(),
        false,
        port.functionAddress(),
        null,
        null);
  }

  private static DevlinkPort vf(
      DevlinkHandle device, int vf, int link, String name, OptionalLong address) {
    return new DevlinkPort(
        device,
        128 + vf,
        PortFlavour.PCI_VF,
        link,
        name,
        OptionalInt.empty(),
        OptionalInt.of(0),
        OptionalInt.of(0),
        OptionalInt.of(vf),
        OptionalInt.empty(),
        false,
        address,
        null,
        null);
  }

  @Test
  void requestsAreWhatIprouteSends() {
    assertSent("devlink-device-dump", DevlinkRequest::dumpDevices);
    assertSent("devlink-port-dump", DevlinkRequest::dumpPorts);
    assertSent("devlink-eswitch-get", request -> request.getEswitch(CARD));
    assertSent(
        "devlink-eswitch-set",
        request ->
            request
                .setEswitch(CARD)
                .mode(Eswitch.Mode.SWITCHDEV)
                .inlineMode(Eswitch.InlineMode.TRANSPORT));
    assertSent(
        "devlink-eswitch-set-encap",
        request -> request.setEswitch(CARD).encapMode(Eswitch.EncapMode.BASIC));
  }

  @Test
  void aFamilyWithItsGroup() {
    assertEquals(
        new GenericFamily(FAMILY, "devlink", 1, Map.of("config", 5)),
        GenericFamily.read(Captured.message("reply-controller-devlink")));
  }

  @Test
  void devices() {
    assertEquals(List.of(CARD, SIMULATED), all("reply-devlink-devices", DevlinkMessages::handle));
  }

  @Test
  void ports() {
    assertEquals(
        List.of(
            physical(CARD, 0, 0, 2, "eth0"),
            vf(CARD, 0, 5, "eth3", OptionalLong.of(0x001122334455L)),
            vf(CARD, 1, 6, "eth4", OptionalLong.of(0)),
            physical(SIMULATED, 0, 1, 7, "eth5"),
            physical(SIMULATED, 1, 2, 8, "eth6"),
            vf(SIMULATED, 0, 9, "eth7", OptionalLong.empty()),
            vf(SIMULATED, 1, 10, "eth8", OptionalLong.empty())),
        all("reply-devlink-ports", DevlinkPort::read));
    assertEquals(
        vf(CARD, 0, 5, "eth3", OptionalLong.of(0x001122334455L)),
        DevlinkPort.read(Captured.message("reply-devlink-port")));
  }

  @Test
  void eswitch() {
    assertEquals(
        new Eswitch(CARD, Eswitch.Mode.SWITCHDEV, null, null),
        Eswitch.read(Captured.message("reply-devlink-eswitch")));
  }

  @Test
  void events() {
    assertEquals(
        List.of(
            DEVLINK_CMD_PORT_NEW, DEVLINK_CMD_PORT_DEL, DEVLINK_CMD_PORT_NEW, DEVLINK_CMD_PORT_DEL),
        all("event-devlink-ports", GenericHeader::command));
    assertEquals(
        List.of(
            vf(CARD, 0, 0, null, OptionalLong.of(0x001122334466L)),
            vf(CARD, 0, 0, null, OptionalLong.of(0x001122334466L)),
            vf(CARD, 1, 0, null, OptionalLong.of(0)),
            vf(CARD, 1, 0, null, OptionalLong.of(0))),
        all("event-devlink-ports", DevlinkPort::read));
    List<DevlinkPort> made = all("event-devlink-port-new", DevlinkPort::read);
    assertNull(made.get(0).linkName());
    assertEquals("eth3", made.get(1).linkName());
    assertTrue(made.get(1).link() > 0);
    assertEquals(made.get(0).index(), made.get(1).index());
  }

  @Test
  void whatIsDamagedIsRefused() {
    DamagedMessages.assertNeverOverRead("reply-devlink-port", DevlinkPort::read);
    DamagedMessages.assertNeverOverRead("reply-devlink-eswitch", Eswitch::read);
    DamagedMessages.assertNeverOverRead("reply-controller-devlink", GenericFamily::read);
    byte[] nameless = Captured.bytes("devlink-port-dump");
    MessageDecoder message =
        new MessageDecoder().wrap(MemorySegment.ofArray(nameless), 0, nameless.length);
    assertTrue(message.next());
    assertThrows(MalformedMessageException.class, () -> DevlinkPort.read(message));
  }

  @Test
  void requestsAreDescribed() {
    byte[] set = Captured.bytes("devlink-function-address");
    assertEquals(
        "devlink port function set pci/0000:01:00.0/128",
        DevlinkMessages.describe(MemorySegment.ofArray(set), 0, set.length));
    byte[] ask = Captured.bytes("controller-get-devlink");
    assertEquals(
        "CTRL_CMD_GETFAMILY devlink",
        DevlinkMessages.describe(MemorySegment.ofArray(ask), 0, ask.length));
    byte[] mode = Captured.bytes("devlink-eswitch-set");
    assertEquals(
        "devlink dev eswitch set pci/0000:01:00.0",
        DevlinkMessages.describe(MemorySegment.ofArray(mode), 0, mode.length));
  }

  @Test
  void handles() {
    assertEquals(CARD, new DevlinkHandle("pci", "0000:01:00.0"));
    assertTrue(CARD.isPci());
    assertFalse(SIMULATED.isPci());
    assertEquals("netdevsim/netdevsim1", SIMULATED.toString());
    for (String wrong : List.of("", "pci", "/x", "pci/", "a/b/c")) {
      assertThrows(IllegalArgumentException.class, () -> DevlinkHandle.parse(wrong), wrong);
    }
  }
}
