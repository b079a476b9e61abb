package io.fastvif.engine.ovs;

import io.fastvif.plan.HostChanges;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import java.util.function.Supplier;

/**
 * Open vSwitch for an engine: most operations and most namespaces have nothing of it, so what it
 * costs, a thread among it, is only made when it is first asked for.
 */
public final class LazyOvs implements OvsTransport {
  private final Supplier<OvsTransport> factory;
  private final Runnable whenClosed;
  private volatile OvsTransport made;
  private boolean closed;
  private HostChanges changes;

  /**
   * @param factory makes the real one, from any thread, in the engine's namespace
   * @param whenClosed gives up what the factory needed
   */
  public LazyOvs(Supplier<OvsTransport> factory, Runnable whenClosed) {
    this.factory = factory;
    this.whenClosed = whenClosed;
  }

  private synchronized OvsTransport make() {
    if (made == null) {
      made =
          closed
              ? OvsTransport.none("the engine was closed before it was answered")
              : factory.get();
      if (changes != null) {
        made.watch(changes);
      }
    }
    return made;
  }

  @Override
  public void add(OvsPlanUnderWay plan, OvsStep step) {
    make().add(plan, step);
  }

  @Override
  public int work(Answers answers) {
    OvsTransport ovs = made;
    return ovs == null ? 0 : ovs.work(answers);
  }

  @Override
  public boolean isReady() {
    OvsTransport ovs = made;
    return ovs != null && ovs.isReady();
  }

  @Override
  public boolean isConnected() {
    OvsTransport ovs = made;
    return ovs != null && ovs.isConnected();
  }

  @Override
  public synchronized void watch(HostChanges told) {
    changes = told;
    if (made != null) {
      made.watch(told);
    }
  }

  @Override
  public OvsSnapshot snapshot() {
    return make().snapshot();
  }

  @Override
  public void close() {
    OvsTransport ovs;
    synchronized (this) {
      closed = true;
      ovs = made;
    }
    try {
      if (ovs != null) {
        ovs.close();
      }
    } finally {
      whenClosed.run();
    }
  }
}
