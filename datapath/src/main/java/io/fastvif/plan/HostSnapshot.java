package io.fastvif.plan;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What planning knows of the host: its links, and the addresses and routes of links. Never changes,
 * and may be read by any thread.
 */
public interface HostSnapshot {

  /** The link of that name or alternative name, if there is one. */
  Optional<LinkState> link(String name);

  /** The link of that index, if there is one. */
  Optional<LinkState> link(int index);

  /** Every link, by index. */
  Collection<LinkState> links();

  /** The links that bear the alias of the VIF of that id, see {@link Aliases}. */
  List<LinkState> linksOf(String vifId);

  /** The addresses of the link of that index. */
  List<AddressState> addresses(int index);

  /** The routes of the main table that leave by the link of that index. */
  List<RouteState> routes(int index);
}
