package io.fastvif.forward;

/**
 * A queue pair of a guest's port: its two rings and the lane that they are in. Commands for the
 * rings are carried out in their order: by the lane's loop, or at once as long as there is none.
 */
final class QueuePair {
  private final GuestReceiveQueue receive;
  private final GuestTransmitQueue transmit;

  /** Held to give a command, and to change the lane; not while the lane's commands run. */
  private final Object lock = new Object();

  private volatile Lane lane;

  QueuePair(VhostUserPort port, int number) {
    receive = new GuestReceiveQueue(port, this, 2 * number, new FrameScratch());
    transmit = new GuestTransmitQueue(port, this, 2 * number + 1);
  }

  GuestReceiveQueue receive() {
    return receive;
  }

  GuestTransmitQueue transmit() {
    return transmit;
  }

  /** Ring 2q or 2q+1 of queue pair q. */
  GuestRing ring(int index) {
    return index % 2 == 0 ? receive : transmit;
  }

  /** The lane, null while the port is not connected; any thread. */
  Lane lane() {
    return lane;
  }

  void attached(Lane newLane) {
    synchronized (lock) {
      lane = newLane;
    }
  }

  /** The lane's commands are carried out in their order, the last ones without a lane. */
  void detached(Lane former) {
    boolean done = lane == null;
    while (!done) {
      former.runCommands();
      synchronized (lock) {
        if (former.isDrained()) {
          receive.unwatch();
          transmit.unwatch();
          lane = null;
          done = true;
        }
      }
    }
  }

  /** Has something done by the loop's thread, or at once if there is no loop. */
  void execute(Runnable command) {
    synchronized (lock) {
      if (lane == null) {
        command.run();
      } else {
        lane.execute(command);
      }
    }
  }

  /** Has the loop woken by a descriptor; throws what the kernel says. */
  void watch(int descriptor) {
    Lane in = lane;
    if (in != null && descriptor >= 0) {
      in.loop().watch(descriptor);
    }
  }

  void unwatch(int descriptor) {
    Lane in = lane;
    if (in != null && descriptor >= 0) {
      in.loop().unwatch(descriptor);
    }
  }

  /** A ring begins to run: frames for it need not go to another one any more. */
  void begins() {
    Lane in = lane;
    if (in != null) {
      in.leaveHome("its guest uses the queue");
    }
  }

  /** Both rings switch to the new memory. */
  void memoryChanged() {
    receive.memoryChanged();
    transmit.memoryChanged();
  }

  boolean revokeDamagedMemory() {
    boolean damaged = receive.revokeDamagedMemory();
    return transmit.revokeDamagedMemory() || damaged;
  }

  /** Empties pipes of kicks; whether memory was found gone. */
  boolean check() {
    receive.drainKicks();
    transmit.drainKicks();
    return receive.hasFaulted() || transmit.hasFaulted();
  }
}
