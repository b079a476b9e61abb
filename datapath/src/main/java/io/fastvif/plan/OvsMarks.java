package io.fastvif.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The external_ids by which Open vSwitch's database remembers which interface fastvif made, or took
 * over, for which VIF. They are beside those that os-vif writes, whose {@code iface-id} need not be
 * the VIF's id and says nothing of who plugged it. They come with the transaction that makes the
 * port, so that there never is a port of fastvif's without them.
 *
 * <p>os-vif takes over a port of the same name from another VIF, by a new iface-id, and leaves the
 * rest as it is. So the mark names the iface-id that it came with, and holds as long as the
 * interface has that one.
 */
public final class OvsMarks {
  /** The id of the VIF. */
  private static final String VIF_ID = "fastvif-vif-id";

  /** The iface-id that the interface was given with the mark; without this one, none. */
  private static final String INTERFACE_ID = "fastvif-iface-id";

  private OvsMarks() {}

  /**
   * The same external_ids with a VIF's mark.
   *
   * @param vifId the VIF's id
   * @param externalIds with the interface's iface-id, if it is to have one
   */
  public static Map<String, String> with(String vifId, Map<String, String> externalIds) {
    Map<String, String> marked = new LinkedHashMap<>(externalIds);
    marked.put(VIF_ID, vifId);
    String interfaceId = OvsSnapshot.interfaceId(externalIds);
    if (!interfaceId.isEmpty()) {
      marked.put(INTERFACE_ID, interfaceId);
    }
    return marked;
  }

  /** The id of the VIF whose mark an interface with these external_ids bears; empty for none's. */
  public static Optional<String> vifId(Map<String, String> externalIds) {
    boolean holds =
        externalIds.getOrDefault(INTERFACE_ID, "").equals(OvsSnapshot.interfaceId(externalIds));
    return holds ? Optional.ofNullable(externalIds.get(VIF_ID)) : Optional.empty();
  }
}
