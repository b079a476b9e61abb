package io.fastvif.plan;

import java.util.List;
import java.util.stream.Collectors;

/** A step on Open vSwitch, which is changed through its database and answers later. */
public sealed interface OvsStep extends Step {

  /**
   * Changes Open vSwitch's database, in one transaction: all of it or nothing. Equivalent to {@code
   * ovs-vsctl --no-wait CHANGE -- CHANGE ...}.
   */
  record ChangeOvs(List<OvsChange> changes) implements OvsStep {
    /** Copies the list. */
    public ChangeOvs {
      changes = List.copyOf(changes);
    }

    @Override
    public String toString() {
      return "ovs-vsctl "
          + changes.stream().map(OvsChange::toString).collect(Collectors.joining(" -- "));
    }
  }

  /**
   * Waits until ovs-vswitchd has applied what the database holds now; fails if it could not set up
   * one of these interfaces, of which there may be none. Equivalent to what {@code ovs-vsctl} does
   * at its end without {@code --no-wait}.
   */
  record AwaitOvs(List<String> interfaces) implements OvsStep {
    /** Copies the list. */
    public AwaitOvs {
      interfaces = List.copyOf(interfaces);
    }

    @Override
    public String toString() {
      return "wait for ovs-vswitchd to apply "
          + (interfaces.isEmpty() ? "all" : String.join(", ", interfaces));
    }
  }
}
