package io.fastvif.cni;

import io.fastvif.netlink.route.Tbf;

/**
 * What a pod's traffic is limited to, by the keys of the reference plugin {@code bandwidth}.
 *
 * @param ingress of what the pod gets; null for no limit
 * @param egress of what the pod sends; null for no limit
 * @see <a href="https://www.cni.dev/plugins/current/meta/bandwidth/">bandwidth</a>
 */
record PodRates(Tbf ingress, Tbf egress) {
  static final PodRates UNLIMITED = new PodRates(null, null);

  private static final String KEY = "bandwidth";
  private static final String INGRESS = "ingress";
  private static final String EGRESS = "egress";
  private static final String RATE = "Rate";
  private static final String BURST = "Burst";

  /** As the reference plugin has it. */
  private static final long LATENCY_MICROS = 25_000;

  private static final long MAX_BURST = 8 * 0xffff_ffffL - 1;
  private static final int DEFAULT_MTU = 1500;
  private static final int ETHERNET_HEADER = 14;

  /** A burst is rounded down by less than so much of a second. */
  private static final int ROUNDING = 900_000;

  /**
   * Reads it: the keys of the network itself go before those of the runtime.
   *
   * @throws CniException if the network's attachment cannot limit anything
   */
  static PodRates read(ConfigObject top, NetworkConfiguration network) {
    int frame = (network.mtu() == 0 ? DEFAULT_MTU : network.mtu()) + ETHERNET_HEADER;
    PodRates ofNetwork = read(top, frame);
    PodRates ofPod =
        network.runtime().object(KEY).map(given -> readAll(given, frame)).orElse(UNLIMITED);
    boolean isOfNetwork =
        top.has(INGRESS + RATE)
            || top.has(INGRESS + BURST)
            || top.has(EGRESS + RATE)
            || top.has(EGRESS + BURST);
    PodRates rates = isOfNetwork ? ofNetwork : ofPod;
    if (rates.limits() && !network.attachment().limitsRates()) {
      throw isOfNetwork
          ? CniException.unsupported(INGRESS + RATE + " or " + EGRESS + RATE, rates.toString())
          : CniException.unsupported("runtimeConfig." + KEY, rates.toString());
    }
    return rates;
  }

  private static PodRates readAll(ConfigObject given, int frame) {
    PodRates rates = read(given, frame);
    given.requireNoOthers();
    return rates;
  }

  private static PodRates read(ConfigObject given, int frame) {
    return new PodRates(read(given, INGRESS, frame), read(given, EGRESS, frame));
  }

  private static Tbf read(ConfigObject given, String direction, int frame) {
    long rate = given.number(direction + RATE, 0L, 0, Long.MAX_VALUE);
    long burst = given.number(direction + BURST, 0L, 0, MAX_BURST);
    if (rate == 0 && burst == 0) {
      return null;
    }
    long bytes = rate / Byte.SIZE;
    int slowest = frame / Tbf.MAX_FRAME_SECONDS + 1;
    if (bytes < slowest) {
      throw CniException.ofKey(
          given.place(direction + RATE),
          rate,
          "at least " + slowest * Byte.SIZE + ", or the kernel lets no frame of the MTU pass");
    }
    Tbf tbf = Tbf.of(bytes, burst / Byte.SIZE, LATENCY_MICROS);
    if (tbf.longestFrame() < frame) {
      long rounding = bytes / ROUNDING + 2;
      throw CniException.ofKey(
          given.place(direction + BURST),
          burst,
          "at least " + (frame + rounding) * Byte.SIZE + ", or no frame of the MTU passes");
    }
    return tbf;
  }

  /** What the pod gets alone. */
  PodRates ingressOnly() {
    return new PodRates(ingress, null);
  }

  /** Whether anything is limited. */
  boolean limits() {
    return ingress != null || egress != null;
  }

  @Override
  public String toString() {
    return (ingress == null ? "" : "to the pod " + text(ingress))
        + (ingress == null || egress == null ? "" : ", ")
        + (egress == null ? "" : "from the pod " + text(egress));
  }

  private static String text(Tbf tbf) {
    return tbf.rate() + " bytes a second with a burst of " + tbf.burstBytes();
  }
}
