package io.fastvif.plan;

/** A step on what hangs on a link. */
public sealed interface EntryStep extends NetlinkStep {

  /** The link that it is done to. */
  String name();

  /** What is put there or taken away. */
  LinkEntry entry();

  /**
   * Puts an entry on a link, beside those that have the same key; one that is there is no error. An
   * IPv6 address is not looked for in the network before, so that it can be used at once.
   * Equivalent to {@code ip address add ADDRESS dev NAME nodad}, {@code ip route append ROUTE dev
   * NAME} and their like.
   */
  record Add(String name, LinkEntry entry) implements EntryStep {
    @Override
    public String toString() {
      return "add " + entry + " to " + name;
    }
  }

  /**
   * Takes an entry off a link; one that is not there is no error. Equivalent to {@code ip address
   * delete ADDRESS dev NAME} and its like.
   */
  record Delete(String name, LinkEntry entry) implements EntryStep {
    @Override
    public String toString() {
      return "delete " + entry + " from " + name;
    }
  }

  /**
   * Puts an entry on a link, in the place of the one that is elsewhere. Equivalent to {@code ip
   * route replace ROUTE dev NAME} and {@code ip nexthop replace}.
   */
  record Replace(String name, LinkEntry entry) implements EntryStep {
    @Override
    public String toString() {
      return "move " + entry + " to " + name;
    }
  }

  /**
   * Gives a route back the metrics that it had; one that is gone stays so. Equivalent to {@code ip
   * route change ROUTE dev NAME}.
   */
  record Change(String name, LinkEntry entry) implements EntryStep {
    @Override
    public String toString() {
      return "give " + entry + " of " + name + " its MTU";
    }
  }

  /**
   * Gives an IPv6 address the flags that it is to have, after it was added so that it could be used
   * at once. Equivalent to {@code ip address change ADDRESS dev NAME}.
   */
  record Settle(String name, LinkEntry entry) implements EntryStep {
    @Override
    public String toString() {
      return "settle " + entry + " on " + name;
    }
  }
}
