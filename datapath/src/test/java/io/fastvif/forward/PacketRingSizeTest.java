package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketRingSizeTest {
  /** TPACKET_ALIGNMENT of linux/if_packet.h. */
  private static final int ALIGNMENT = 16;

  /** What packet_set_ring asks for, of kernels with other pages too. */
  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 32, 64})
  void isWhatAKernelWithSuchPagesTakes(int kib) {
    PacketRingSize size = PacketRingSize.forPages(kib << 10);
    assertEquals(0, size.block() % (kib << 10), size + ": a block is a multiple of a page");
    assertEquals(0, size.frame() % ALIGNMENT);
    assertEquals(size.framesPerBlock(), size.block() / size.frame());
    assertEquals(size.frames(), size.blocks() * (size.block() / size.frame()));
    assertTrue(size.frame() >= 68 << 10, "room for 64 KiB and headers");
    assertTrue(size.block() <= 256 << 10, "not too much in one piece");
    assertEquals(192, size.frames());
  }
}
