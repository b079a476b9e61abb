package io.fastvif.vhostuser.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.memory.MemoryRegion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Messages byte by byte: those whose payload is a structure of {@code linux/vhost_types.h} beside
 * what a C compiler makes of it, the others as the specification has them.
 */
class MessageLayoutTest {
  private static final String PROGRAM =
      """
      #include <linux/vhost_types.h>
      #include <stdio.h>
      static void show(const void *what, size_t size) {
        for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)what)[i]);
        printf("\\n");
      }
      int main(void) {
        struct vhost_vring_state state = {.index = 0x01020304, .num = 0x05060708};
        struct vhost_vring_addr addr = {.index = 3, .flags = 1,
          .desc_user_addr = 0x1112131415161718, .used_user_addr = 0x2122232425262728,
          .avail_user_addr = 0x3132333435363738, .log_guest_addr = 0x4142434445464748};
        struct vhost_memory_region region = {.guest_phys_addr = 0x5152535455565758,
          .memory_size = 0x6162636465666768, .userspace_addr = 0x7172737475767778,
          .flags_padding = 0x0807060504030201};
        show(&state, sizeof state);
        show(&addr, sizeof addr);
        show(&region, sizeof region);
        printf("%zu\\n", sizeof(struct vhost_iotlb_msg));
        return 0;
      }
      """;
  private static final MemoryRegion REGION =
      new MemoryRegion(
          0x5152535455565758L, 0x6162636465666768L, 0x7172737475767778L, 0x0807060504030201L);

  @TempDir Path folder;
  private final Message message = new Message(Arena.ofAuto());

  private String payload() {
    MemorySegment bytes = message.segment().asSlice(Message.HEADER_SIZE, message.size());
    return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void payloadsMatchTheKernelsStructures() throws Exception {
    Path source = Files.writeString(folder.resolve("layout.c"), PROGRAM);
    Path program = folder.resolve("layout");
    Peer.require("gcc", "gcc libc6-dev linux-libc-dev")
        .run(List.of("-Wall", "-Werror", "-o", program.toString(), source.toString()));
    Process process = new ProcessBuilder(program.toString()).start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor());

    message.beginRequest(FrontendRequest.SET_VRING_NUM.id(), false);
    message.putRingState(0x01020304, 0x05060708);
    assertEquals(lines.get(0), payload());
    assertEquals(0x01020304, message.ringIndex());
    assertEquals(0x05060708, message.ringNumber());

    RingAddresses addresses =
        new RingAddresses(
            3,
            1,
            0x1112131415161718L,
            0x2122232425262728L,
            0x3132333435363738L,
            0x4142434445464748L);
    message.putRingAddresses(addresses);
    assertEquals(lines.get(1), payload());
    assertEquals(addresses, message.ringAddresses());

    // A region ends with its offset in the file, where the kernel's has padding.
    message.putRegions(List.of(REGION, REGION));
    assertEquals("0200000000000000" + lines.get(2) + lines.get(2), payload());
    assertEquals(List.of(REGION, REGION), message.regions());
    message.putRegion(REGION);
    assertEquals("0000000000000000" + lines.get(2), payload());
    assertEquals(REGION, message.region());

    assertEquals(lines.get(3), "" + Payload.IOTLB.maxSize());
  }

  @Test
  void otherPayloadsMatchTheSpecification() {
    message.beginRequest(FrontendRequest.SET_FEATURES.id(), true);
    message.putU64(0x0102030405060708L);
    assertEquals(
        "02000000" + "09000000" + "08000000" + "0807060504030201",
        HexFormat.of()
            .formatHex(
                message.segment().asSlice(0, message.length()).toArray(ValueLayout.JAVA_BYTE)));
    message.beginReply(FrontendRequest.GET_FEATURES.id());
    assertEquals(
        "010000000500000000000000",
        HexFormat.of()
            .formatHex(
                message.segment().asSlice(0, message.length()).toArray(ValueLayout.JAVA_BYTE)));
    message.putLog(0x1000, 0x20);
    assertEquals("00100000000000002000000000000000", payload());
    message.putInflight(new InflightDescription(0x1000, 0x20, 0xfffe, 0x8000));
    assertEquals("00100000000000002000000000000000feff008000000000", payload());
    assertEquals(new InflightDescription(0x1000, 0x20, 0xfffe, 0x8000), message.inflight());
  }

  /** Each number of the specification has a row, and none beyond. */
  @Test
  void requestTablesHaveNoGaps() {
    for (int id = 1; id <= 44; id++) {
      assertEquals(id, FrontendRequest.of(id).id());
    }
    assertNull(FrontendRequest.of(0));
    assertNull(FrontendRequest.of(45));
    assertNull(FrontendRequest.of(-1));
    for (int id = 1; id <= 10; id++) {
      assertEquals(id, BackendRequest.of(id).id());
      assertNotNull(BackendRequest.of(id).refusal());
    }
    assertNull(BackendRequest.of(11));
    long bit = 1;
    for (ProtocolFeature feature : ProtocolFeature.values()) {
      assertEquals(bit, feature.bit());
      bit <<= 1;
    }
    assertEquals(23, ProtocolFeature.values().length);
  }

  /** What is refused for want of a feature is refused because that is not offered. */
  @Test
  void refusedRequestsDependOnFeaturesNotOffered() {
    for (FrontendRequest request : FrontendRequest.values()) {
      if (request.feature() != null) {
        assertEquals(
            request.refusal() == null,
            request.feature().isIn(ProtocolFeature.OFFERED),
            request::name);
      }
    }
  }
}
