package io.fastvif.plan;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Gathers what has changed on a host, for somebody who looks at it later: those who see the changes
 * add to it from any thread, and only the first after a look wakes whoever looks. What is gathered
 * is a hint where to look, not what is there now. It is bounded: of too many changes nothing is
 * remembered but that anything may have changed.
 */
public final class HostChanges {
  /** Beyond it, a look at everything costs as much. */
  private static final int MAX_NAMES = 1 << 16;

  private final Runnable wake;
  private Set<String> vifs = new HashSet<>();
  private Set<String> names = new HashSet<>();
  private Set<String> otherNames = new HashSet<>();
  private boolean everything;
  private boolean openVSwitch;
  private boolean filters;
  private boolean isAny;

  /**
   * What has changed since the look before.
   *
   * @param vifs the ids of VIFs whose marks something bears, or bore, that has changed
   * @param names of links, ports and bridges that have changed, also former ones
   * @param otherNames alternative names and PCI addresses that a link has got or lost
   * @param everything whether anything may have changed, because events were lost
   * @param openVSwitch whether anything of Open vSwitch may have changed: its rows were read anew
   * @param filters whether somebody else has changed rules of the packet filter
   */
  public record Seen(
      Set<String> vifs,
      Set<String> names,
      Set<String> otherNames,
      boolean everything,
      boolean openVSwitch,
      boolean filters) {}

  /**
   * Gathers nothing yet.
   *
   * @param wake called by whoever adds the first change after a look, with locks held that a
   *     snapshot takes: it must be quick, and must not look itself
   */
  public HostChanges(Runnable wake) {
    this.wake = Objects.requireNonNull(wake);
  }

  /**
   * A link was made, changed or deleted.
   *
   * @param before null if it was not there
   * @param now null if it is gone
   */
  public void link(LinkState before, LinkState now) {
    if (before == null && now == null) {
      return;
    }
    boolean isFirst;
    synchronized (this) {
      if (before != null) {
        add(before);
        addOthers(before, now);
      }
      if (now != null) {
        add(now);
        addOthers(now, before);
      }
      isFirst = added();
    }
    tell(isFirst);
  }

  private void add(LinkState link) {
    names.add(link.name());
    Aliases.vifId(link.alias()).ifPresent(vifs::add);
  }

  /** Those that a link has at one of two moments only. */
  private void addOthers(LinkState one, LinkState other) {
    for (String altname : one.altnames()) {
      if (other == null || !other.altnames().contains(altname)) {
        otherNames.add(altname);
      }
    }
    if (other == null && one.device() != null) {
      otherNames.add(one.device().toString());
    }
  }

  /**
   * A port of Open vSwitch, or its interface, was added, changed or removed.
   *
   * @param vifId whose mark, or iface-id, it bears or bore; empty for none
   */
  public void port(String name, String vifId) {
    boolean isFirst;
    synchronized (this) {
      names.add(name);
      if (!vifId.isEmpty()) {
        vifs.add(vifId);
      }
      isFirst = added();
    }
    tell(isFirst);
  }

  /** A bridge of Open vSwitch was added, changed or removed. */
  public void bridge(String name) {
    boolean isFirst;
    synchronized (this) {
      names.add(name);
      isFirst = added();
    }
    tell(isFirst);
  }

  /** Anything may have changed. */
  public void everything() {
    boolean isFirst;
    synchronized (this) {
      everything = true;
      isFirst = added();
    }
    tell(isFirst);
  }

  /** Anything of Open vSwitch may have changed. */
  public void openVSwitch() {
    boolean isFirst;
    synchronized (this) {
      openVSwitch = true;
      isFirst = added();
    }
    tell(isFirst);
  }

  /** Somebody else has changed rules of the packet filter. */
  public void filters() {
    boolean isFirst;
    synchronized (this) {
      filters = true;
      isFirst = added();
    }
    tell(isFirst);
  }

  /** Whether it is the first one. */
  private boolean added() {
    if (vifs.size() + names.size() + otherNames.size() > MAX_NAMES) {
      everything = true;
      forget();
    }
    boolean isFirst = !isAny;
    isAny = true;
    return isFirst;
  }

  private void tell(boolean isFirst) {
    if (isFirst) {
      wake.run();
    }
  }

  /** Takes what was gathered; the next change wakes again. */
  public synchronized Seen take() {
    Seen seen = new Seen(vifs, names, otherNames, everything, openVSwitch, filters);
    forget();
    everything = false;
    openVSwitch = false;
    filters = false;
    isAny = false;
    return seen;
  }

  private void forget() {
    vifs = new HashSet<>();
    names = new HashSet<>();
    otherNames = new HashSet<>();
  }
}
