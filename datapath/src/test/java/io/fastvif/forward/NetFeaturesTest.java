package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.vhostuser.protocol.DeviceFeature;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What ports offer. A feature that is added here needs an answer to how the backend sees what it
 * obliges a device to; see {@link NetFeatures#BASE}.
 */
class NetFeaturesTest {
  private static final List<String> SEEN_IN_THE_RING =
      List.of("INDIRECT_DESC", "EVENT_IDX", "VERSION_1", "RING_PACKED", "IN_ORDER", "ANY_LAYOUT");
  private static final List<String> SEEN_IN_BUFFERS = List.of("MRG_RXBUF");
  private static final List<String> SEEN_IN_HEADERS =
      List.of(
          "CSUM",
          "GUEST_CSUM",
          "GUEST_TSO4",
          "GUEST_TSO6",
          "GUEST_ECN",
          "GUEST_USO4",
          "GUEST_USO6",
          "HOST_TSO4",
          "HOST_TSO6",
          "HOST_ECN",
          "HOST_USO");

  /** SET_FEATURES and SET_LOG_BASE, SET_VRING_ENABLE, NET_SET_MTU, SEND_RARP. */
  private static final List<String> TOLD_BY_REQUESTS =
      List.of("LOG_ALL", "MQ", "MTU", "GUEST_ANNOUNCE");

  /** A guest could use neither several pairs nor announcements without a control queue. */
  private static final List<String> DONE_BY_THE_FRONTEND = List.of("CTRL_VQ", "CTRL_RX");

  @SafeVarargs
  private static List<String> sorted(List<String>... lists) {
    List<String> all = new ArrayList<>();
    for (List<String> list : lists) {
      all.addAll(list);
    }
    return all.stream().sorted().toList();
  }

  private static List<String> offered(VhostUserPort port) {
    return sorted(DeviceFeature.names(port.features()));
  }

  @Test
  void portsOfferOnlyFeaturesTheyCanHonour() {
    List<String> whole =
        sorted(SEEN_IN_THE_RING, SEEN_IN_BUFFERS, TOLD_BY_REQUESTS, DONE_BY_THE_FRONTEND);
    assertEquals(whole, offered(VhostUserPort.toHandler("handler", 1)));
    List<String> all = sorted(whole, SEEN_IN_HEADERS);
    assertEquals(all, offered(VhostUserPort.toGuest("guest", 1)));
    assertEquals(all, offered(VhostUserPort.toHost("host", 1)));
  }
}
