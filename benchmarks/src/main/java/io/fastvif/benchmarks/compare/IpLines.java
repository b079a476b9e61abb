package io.fastvif.benchmarks.compare;

import java.util.stream.Stream;

/** The arguments that {@code ip} takes for a VIF: as few and as full commands as it allows. */
final class IpLines {
  private static final String ONE_QUEUE = " numtxqueues 1 numrxqueues 1";

  private IpLines() {}

  /**
   * The commands that plug a VIF.
   *
   * @param tuned whether the links are kept from making IPv6 addresses and have one queue each, as
   *     fastvif's; the command that creates a link does not take the former, so there is one more
   */
  static Stream<String> plug(BenchVif vif, boolean tuned) {
    String create =
        "link add %s mtu %d address %s%s type veth peer name %s mtu %d address %s%s"
            .formatted(
                vif.host(),
                BenchVif.MTU,
                vif.hostAddress(),
                tuned ? ONE_QUEUE : " master " + vif.bridge() + " up",
                vif.guest(),
                BenchVif.MTU,
                vif.guestAddress(),
                tuned ? ONE_QUEUE : "");
    return tuned
        ? Stream.of(
            create,
            "link set " + vif.host() + " master " + vif.bridge() + " addrgenmode none up",
            "link set " + vif.guest() + " addrgenmode none up")
        : Stream.of(create, "link set " + vif.guest() + " up");
  }

  /** The command that unplugs a VIF. */
  static String unplug(BenchVif vif) {
    return "link delete " + vif.host();
  }
}
