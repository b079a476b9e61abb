package io.fastvif.forward;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** A port of an {@link UplinkSwitch}, connected to the port of a guest or of a link of the host. */
public final class UplinkSwitchPort extends Port {
  private static final int NOT_JOINED = -1;

  private final UplinkSwitch owner;
  private final SwitchPortSettings settings;
  private final boolean isUplink;
  private final SwitchOutput[] outputs;
  private final BufferBurst gathered = new BufferBurst(Flow.BURST);
  private GuestReceiveQueue guest;
  private int number = NOT_JOINED;
  private int queue;

  UplinkSwitchPort(
      UplinkSwitch owner, String name, int queues, SwitchPortSettings settings, boolean isUplink) {
    super(name, queues);
    this.owner = owner;
    this.settings = settings;
    this.isUplink = isUplink;
    outputs = new SwitchOutput[queues];
  }

  @Override
  FrameSink sink(int ofQueue) {
    return new Input(ofQueue);
  }

  @Override
  Flow flow(int ofQueue, Port other) {
    if (ofQueue == 0) {
      guest = other instanceof VhostUserPort port ? port.receiveQueue(0) : null;
    }
    SwitchOutput output = new SwitchOutput(flowName(other), ofQueue, other.target(ofQueue));
    outputs[ofQueue] = output;
    return output;
  }

  @Override
  boolean sharesLoop(Port other) {
    return other instanceof UplinkSwitchPort port && port.owner == owner;
  }

  @Override
  boolean isOfOneLane() {
    return true;
  }

  @Override
  boolean mayMove(int ofQueue, int lanes) {
    return false;
  }

  @Override
  void attached(Lane lane, int ofQueue) {
    if (ofQueue == 0) {
      number = owner.join(this, settings, isUplink);
    }
  }

  @Override
  void detached(Lane lane, int ofQueue) {
    if (ofQueue == 0 && number != NOT_JOINED) {
      owner.leave(number);
      number = NOT_JOINED;
    }
  }

  int number() {
    return number;
  }

  /** Writes the frames that wait in its outputs. */
  void save(HandOverWriter writer) {
    for (SwitchOutput output : outputs) {
      output.save(writer);
    }
  }

  void restore(HandOverReader reader) {
    for (SwitchOutput output : outputs) {
      output.restore(reader);
    }
  }

  /** Whether frames go through it: a guest's device is running. */
  boolean isOpen() {
    return guest == null || guest.isOpen();
  }

  /** Frames that are to be delivered. */
  BufferBurst gathered() {
    return gathered;
  }

  /** Whether none are; the first says which of the receiver's queues they go to. */
  boolean isUnused(int sendersQueue) {
    if (gathered.count() > 0) {
      return false;
    }
    queue = sendersQueue % outputs.length;
    return true;
  }

  /**
   * Delivers what was gathered; see {@link SwitchOutput}.
   *
   * @param rest is used for that
   */
  void deliver(long features, BufferBurst rest) {
    if (gathered.count() > 0) {
      outputs[queue].send(gathered, features, rest);
      gathered.clear();
    }
  }

  /** Frames into the switch. */
  private final class Input implements FrameSink {
    private final int ofQueue;

    Input(int ofQueue) {
      this.ofQueue = ofQueue;
    }

    @Override
    public int accept(BufferBurst frames, int n, long features, FlowCounters counters) {
      if (number != NOT_JOINED) {
        owner.forward(number, ofQueue, frames, n, features, counters);
      }
      return n;
    }
  }

  /** Nothing to let go. */
  @Override
  void release() {}
}
