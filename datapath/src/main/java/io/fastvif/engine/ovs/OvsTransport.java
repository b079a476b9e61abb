package io.fastvif.engine.ovs;

import io.fastvif.engine.side.FailureCause;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.Step;

/**
 * All that the engine asks of Open vSwitch. Unlike the kernel it answers later, so that plans for
 * other things go on while it does not answer at all. Used by the engine's thread alone, but for
 * {@link #snapshot()}.
 */
public interface OvsTransport extends AutoCloseable {

  /** Told what became of a plan's step. */
  interface Answers {
    /** The step was done and changed something. */
    void done(OvsPlanUnderWay plan, Step step);

    /** Before its step is answered: something was left as it is, and why. */
    void left(OvsPlanUnderWay plan, String note);

    /** There was nothing to do. */
    void satisfied(OvsPlanUnderWay plan, Step step);

    /** The step failed, and nothing of it was done. */
    void failed(OvsPlanUnderWay plan, Step step, FailureCause problem);

    /** The step was asked for, and nobody knows whether it was done, or will be. */
    void unknown(OvsPlanUnderWay plan, Step step, FailureCause problem);
  }

  /** No Open vSwitch: every step on it fails. */
  static OvsTransport none(String reason) {
    return new NoOvs(reason);
  }

  /** Takes a step that changes or awaits Open vSwitch; it is answered by a later {@link #work}. */
  void add(OvsPlanUnderWay plan, OvsStep step);

  /**
   * Hands on what was answered, and sends what has gathered unless something is under way.
   *
   * @return how many steps were answered
   */
  int work(Answers answers);

  /** Whether {@link #work} would have something to do. */
  boolean isReady();

  /**
   * Whether the database is connected and its rows are known, that of Open_vSwitch among them,
   * without asking for it; from any thread.
   */
  default boolean isConnected() {
    return false;
  }

  /**
   * Has somebody told which rows change, whoever changes them; from any thread.
   *
   * @param changes null for nobody any more
   */
  default void watch(HostChanges changes) {}

  /** Reads the rows, for planning; from any thread. */
  OvsSnapshot snapshot();

  @Override
  void close();
}
