package io.fastvif.portprofile;

import io.fastvif.netlink.route.PortInfo;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the switch has refused, for those who were not told. lldpad tells of all VSIs of a device at
 * once, and forgets one that was refused as soon as anybody was told: who awaits the answer about
 * another one hands it on here. From any thread.
 */
final class ToldRefusals {
  /** The time when lldpad was asked, as {@link System#nanoTime()}. */
  private record Told(long asked, int response) {}

  private static final Told NOTHING = new Told(0, PortInfo.NO_RESPONSE);

  private static final Map<UUID, Told> AWAITED = new ConcurrentHashMap<>();

  private ToldRefusals() {}

  /** Somebody is going to {@link #take} what others are told of that VSI, until {@link #forget}. */
  static void await(UUID instance) {
    AWAITED.put(instance, NOTHING);
  }

  static void forget(UUID instance) {
    AWAITED.remove(instance);
  }

  /**
   * Hands on what lldpad has said.
   *
   * @param asked when it was asked, as {@link System#nanoTime()}
   */
  static void tell(Map<UUID, Integer> responses, long asked) {
    responses.forEach(
        (instance, response) -> {
          if (PortResponse.isRefusal(response)) {
            AWAITED.computeIfPresent(instance, (vsi, before) -> new Told(asked, response));
          }
        });
  }

  /**
   * What somebody was told of a VSI.
   *
   * @param since what was said to earlier questions is about an earlier request
   * @return {@link PortInfo#NO_RESPONSE} for nothing
   */
  static int take(UUID instance, long since) {
    Told told = AWAITED.getOrDefault(instance, NOTHING);
    return told.asked - since >= 0 ? told.response : PortInfo.NO_RESPONSE;
  }
}
