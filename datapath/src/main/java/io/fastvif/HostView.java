package io.fastvif;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.OvsReader;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.filter.FilterReader;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.HostReader;
import io.fastvif.plan.HostParts;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.vif.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Looks at a host without an engine: changes nothing, and needs no privilege but to enter another
 * namespace. What a {@link VifHost} lists and plans, without one.
 */
public final class HostView {
  private final HostConfiguration configuration;
  private final Netns namespace;
  private final Path leases;

  private HostView(VifHostOptions options) {
    configuration = options.configuration();
    namespace = options.namespace();
    leases = options.leases();
  }

  /** The host with these options; those of the queue and the forwarder do not matter. */
  public static HostView of(VifHostOptions options) {
    return new HostView(options);
  }

  /**
   * Reads the host.
   *
   * @param withOvs whether to read Open vSwitch's rows; they are unknown if its database does not
   *     answer
   * @param reading gets what was read; also what is read only on demand is good for the time of the
   *     call
   * @throws InvalidInputException if an option for Open vSwitch has a value that it does not take
   * @throws io.fastvif.bindings.SystemCallException if the namespace may not be entered
   */
  public <T> T read(boolean withOvs, Function<HostSnapshot, T> reading) {
    OvsSettings ovs = withOvs ? configuration.ovs() : null;
    return namespace == null
        ? readHere(ovs, reading)
        : namespace.call(() -> readHere(ovs, reading));
  }

  private <T> T readHere(OvsSettings ovs, Function<HostSnapshot, T> reading) {
    try (NamespaceFunctions functions = new NamespaceFunctions();
        Netns here = Netns.current();
        FilterReader filters = new FilterReader(here);
        RouteSocket socket = RouteSocket.open()) {
      OvsSnapshot rows = ovs == null ? OvsSnapshot.UNKNOWN : OvsReader.read(ovs);
      DeviceLeases held = new DeviceLeases(leases);
      HostParts parts =
          new HostParts(
              index -> HostReader.readEntries(socket, index),
              index -> HostReader.readMovedLinks(here, index),
              () -> rows,
              functions::snapshot,
              filters::read,
              host -> HostReader.devices(socket, host, held, here.identity()),
              Map.of());
      return reading.apply(HostReader.read(socket).with(parts));
    }
  }

  /** The VIFs that the host has something of; see {@link VifHost#plugged()}. */
  public List<PluggedVif> plugged() {
    return read(expectsOvs(), host -> PluggedVif.all(host, List.of()));
  }

  /**
   * Whether there is a reason to look at Open vSwitch whatever VIFs there are: an option says where
   * its database is, or somebody listens where it is by default.
   *
   * @throws io.fastvif.bindings.SystemCallException as {@link #read}
   */
  public boolean expectsOvs() {
    if (configuration.namesOvs()) {
      return true;
    }
    return namespace == null
        ? OvsReader.isListeningByDefault()
        : namespace.visit(OvsReader::isListeningByDefault);
  }

  /**
   * What operations would do if they were submitted together, in their order; nothing of the host
   * is changed. One that cannot be planned does not keep the others from it.
   *
   * @throws InvalidInputException as {@link #read}
   */
  public List<PlannedOperation> plan(List<VifOperation> operations) {
    boolean withOvs = operations.stream().anyMatch(VifOperation::needsOvs);
    return read(withOvs || configuration.namesOvs(), host -> plan(operations, host));
  }

  /** The same on a host that was read before, or is only thought of. */
  public List<PlannedOperation> plan(List<VifOperation> operations, HostSnapshot host) {
    return plan(configuration, operations, host);
  }

  static List<PlannedOperation> plan(
      HostConfiguration configuration, List<VifOperation> operations, HostSnapshot host) {
    PlanClaims claims = new PlanClaims(host);
    List<PlannedOperation> planned = new ArrayList<>(operations.size());
    for (VifOperation operation : operations) {
      VifPlugins own = configuration.plugins(operation.options());
      try {
        planned.add(new PlannedOperation(operation, operation.plan(own, host, claims), null));
      } catch (InvalidInputException wrong) {
        planned.add(new PlannedOperation(operation, null, wrong));
      }
    }
    return planned;
  }
}
