package io.fastvif.ovsdb;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The servers of one database, in the form that ovs-vsctl's {@code --db} takes: addresses separated
 * by commas, which are tried in turn, and with {@code cid:UUID} among them the cluster that they
 * must belong to.
 *
 * @param addresses at least one
 * @param cluster null for any cluster, or none
 */
public record OvsdbRemotes(List<OvsdbAddress> addresses, UUID cluster) {
  /** A comma ends an address only where another method of connecting follows (ovsdb(7)). */
  private static final Pattern SEPARATOR = Pattern.compile(",[ \t]*(?=[a-z]+:)");

  private static final String CLUSTER = "cid:";

  /** Checks that there is an address. */
  public OvsdbRemotes {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no address of OVSDB");
    }
  }

  /** A single server. */
  public static OvsdbRemotes of(OvsdbAddress address) {
    return new OvsdbRemotes(List.of(address), null);
  }

  /**
   * Reads a list.
   *
   * @throws IllegalArgumentException if one of its elements has none of the forms above
   */
  public static OvsdbRemotes parse(String text) {
    List<OvsdbAddress> addresses = new ArrayList<>();
    UUID cluster = null;
    for (String element : SEPARATOR.split(text, -1)) {
      if (element.startsWith(CLUSTER)) {
        cluster = UUID.fromString(element.substring(CLUSTER.length()));
      } else {
        addresses.add(OvsdbAddress.parse(element));
      }
    }
    return new OvsdbRemotes(addresses, cluster);
  }

  /** Whether one of the servers is connected to with TLS. */
  public boolean usesTls() {
    return addresses.stream()
        .anyMatch(address -> address instanceof OvsdbAddress.Tcp tcp && tcp.tls());
  }

  @Override
  public String toString() {
    String list = addresses.stream().map(OvsdbAddress::toString).collect(Collectors.joining(","));
    return cluster == null ? list : CLUSTER + cluster + "," + list;
  }
}
