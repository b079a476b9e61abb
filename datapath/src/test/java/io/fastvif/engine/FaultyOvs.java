package io.fastvif.engine;

import io.fastvif.engine.ovs.OvsPlanUnderWay;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;

/**
 * Open vSwitch of an engine that dies where its {@link Faults} say: just before it changes the
 * database. What the database refuses, and connections that are lost, are {@link
 * io.fastvif.ovsdb.OvsdbProxy}'s.
 */
final class FaultyOvs implements OvsTransport {
  private final OvsTransport transport;
  private final Faults faults;

  FaultyOvs(OvsTransport transport, Faults faults) {
    this.transport = transport;
    this.faults = faults;
  }

  @Override
  public void add(OvsPlanUnderWay plan, OvsStep step) {
    if (step instanceof OvsStep.ChangeOvs && faults.kills()) {
      faults.isRefused();
    }
    transport.add(plan, step);
  }

  @Override
  public int work(Answers answers) {
    return transport.work(answers);
  }

  @Override
  public boolean isReady() {
    return transport.isReady();
  }

  @Override
  public OvsSnapshot snapshot() {
    return transport.snapshot();
  }

  @Override
  public void close() {
    transport.close();
  }
}
