package io.fastvif.engine.kernel;

import io.fastvif.engine.filter.KnownTables;
import io.fastvif.engine.local.DeviceActions;
import io.fastvif.engine.local.StepWait;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.WaitingStep;

/**
 * All of a kernel that an engine works with, each part for who needs it; a fake one serves the unit
 * tests. Used by the engine's thread alone, but for what says otherwise.
 */
public interface Transport extends LinkTransport, LocalActions, DeviceActions, HostObservation {

  /** Opens a transport on the engine's thread. */
  interface Factory {
    Transport open();
  }

  /**
   * Opens nf_tables of the same kernel, on the engine's thread.
   *
   * @param family such as NFPROTO_IPV4
   */
  NftExchange openFilters(int family);

  /** What is known of the rules on what the host forwards. From any thread. */
  default KnownTables knownFilters() {
    return new KnownTables();
  }

  /** Begins to wait for somebody outside this process. From any thread. */
  default StepWait begin(WaitingStep step) {
    return StepWait.of(step);
  }

  @Override
  void close();
}
