package io.fastvif.netlink.route.kind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.route.LinkMessage;
import org.junit.jupiter.api.Test;

/** Reads the kernel's answers. */
class MacvlanInfoTest {
  private final LinkMessage link = new LinkMessage();
  private final MacvlanInfo info = new MacvlanInfo();

  @Test
  void mode() {
    info.wrap(link.wrap(Captured.message("reply-link-macvtap-passthru")));
    assertEquals("macvtap", link.kind());
    assertEquals(MacvlanMode.PASSTHRU, info.mode());
    info.wrap(link.wrap(Captured.message("reply-link-macvtap-vepa")));
    assertEquals(MacvlanMode.VEPA, info.mode());
  }

  @Test
  void aLinkOfAnotherKindHasNone() {
    info.wrap(link.wrap(Captured.message("reply-link-veth")));
    assertNull(info.mode());
  }

  @Test
  void everyModeIsReadAsItIsWritten() {
    for (MacvlanMode mode : MacvlanMode.values()) {
      assertEquals(mode, MacvlanMode.of(mode.value()));
    }
    assertNull(MacvlanMode.of(0));
    assertNull(MacvlanMode.of(32));
  }
}
