package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.linux.ifreq;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import org.junit.jupiter.api.Test;

/** The layout written by hand against the generated one, which is checked against gcc's. */
class InterfaceRequestTest {
  private static final MemoryLayout GENERATED = ifreq.layout();

  @Test
  void layoutIsTheHeaders() {
    assertEquals(GENERATED.byteSize(), InterfaceRequest.SIZE);
    assertEquals(GENERATED.byteAlignment(), InterfaceRequest.ALIGNMENT);
    assertEquals(offset("ifr_ifrn", "ifrn_name"), InterfaceRequest.NAME_OFFSET);
    assertEquals(linux_h.IFNAMSIZ(), InterfaceRequest.NAME_SIZE);
    assertEquals(offset("ifr_ifru", "ifru_flags"), InterfaceRequest.FLAGS_OFFSET);
    assertEquals(offset("ifr_ifru", "ifru_ivalue"), InterfaceRequest.INDEX_OFFSET);
    assertEquals(offset("ifr_ifru", "ifru_data"), InterfaceRequest.DATA_OFFSET);
  }

  private static long offset(String union, String member) {
    return GENERATED.byteOffset(PathElement.groupElement(union), PathElement.groupElement(member));
  }
}
