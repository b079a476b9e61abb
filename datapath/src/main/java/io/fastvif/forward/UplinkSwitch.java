package io.fastvif.forward;

import io.fastvif.forward.bridge.LearningSwitch;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A small learning switch between a link of the host and the guests that share it. Its ports are
 * connected one to the link's port and one to each guest's, by the same forwarder, which serves
 * them all in one loop:
 *
 * <pre>{@code
 * XdpPort card = XdpPort.open("eth1", XdpOptions.DEFAULT);
 * UplinkSwitch bridge = new UplinkSwitch("eth1");
 * forwarder.connect(card, bridge.uplink(card.queues()));
 * VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
 * forwarder.connect(guest, bridge.port("guest", 1, SwitchPortSettings.DEFAULT));
 * }</pre>
 *
 * <p>A port whose receiver has no buffers loses frames at once, so that it holds up nobody else.
 * Frames over the receiver's rate ({@link VhostUserPort#limit}) wait in a queue of the port: what
 * passes in 100 ms, and 128 KiB to 1 MiB.
 *
 * @see io.fastvif.forward.bridge
 */
public final class UplinkSwitch {
  /** Bytes of an address that is handed over: VLAN and address, port, seconds. */
  private static final int LEARNED = 16;

  private final String name;
  private final LearningSwitch decisions = new LearningSwitch();
  private final UplinkSwitchPort[] ports = new UplinkSwitchPort[LearningSwitch.MAX_PORTS];
  private final SwitchedFrame frame = new SwitchedFrame();
  private final BufferBurst rest = new BufferBurst(Flow.BURST);

  /** The ports for which frames are gathered. */
  private final UplinkSwitchPort[] waiting = new UplinkSwitchPort[LearningSwitch.MAX_PORTS];

  private int waits;

  /**
   * Makes a switch without ports.
   *
   * @param name for reports
   */
  public UplinkSwitch(String name) {
    this.name = name;
  }

  /**
   * Makes the port for the link of the host.
   *
   * @param queues as many as the link's port has
   */
  public UplinkSwitchPort uplink(int queues) {
    return new UplinkSwitchPort(this, "switch of " + name, queues, SwitchPortSettings.UPLINK, true);
  }

  /**
   * Makes a port for a guest, which joins when it is connected.
   *
   * @param guest its name, for reports
   * @param queues as many as the guest's port has
   * @param settings how it is treated
   */
  public UplinkSwitchPort port(String guest, int queues, SwitchPortSettings settings) {
    return new UplinkSwitchPort(this, "port of " + guest, queues, settings, false);
  }

  /**
   * Writes the addresses that it knows, and the frames that wait, while its pairs are held.
   *
   * @param in its ports, in an order that {@link #restore} is told too
   */
  public void save(HandOverWriter writer, List<UplinkSwitchPort> in) {
    ByteArrayOutputStream learned = new ByteArrayOutputStream();
    decisions.forEachLearned(
        (key, port, seconds) -> {
          int place = in.indexOf(ports[port]);
          if (place >= 0) {
            ByteBuffer entry = ByteBuffer.allocate(LEARNED);
            entry.putLong(key).putInt(place).putInt(seconds);
            learned.writeBytes(entry.array());
          }
        });
    writer.bytes(learned.toByteArray());
    in.forEach(port -> port.save(writer));
  }

  /** Takes what another process has written, while its pairs are held. */
  public void restore(HandOverReader reader, List<UplinkSwitchPort> in) {
    ByteBuffer learned = ByteBuffer.wrap(reader.bytes());
    while (learned.remaining() >= LEARNED) {
      long key = learned.getLong();
      int place = learned.getInt();
      int seconds = learned.getInt();
      if (place >= 0 && place < in.size() && in.get(place).number() >= 0 && seconds > 0) {
        decisions.learn(key, in.get(place).number(), seconds);
      }
    }
    in.forEach(port -> port.restore(reader));
  }

  /** The loop's thread only, as all that follows. */
  int join(UplinkSwitchPort port, SwitchPortSettings settings, boolean isUplink) {
    int number = decisions.join(settings, isUplink, port::isOpen);
    ports[number] = port;
    return number;
  }

  void leave(int number) {
    dropWaiting();
    decisions.leave(number);
    ports[number] = null;
  }

  /** Sends each frame of a burst where it goes. What cannot go there is dropped and counted. */
  void forward(
      int from, int queue, BufferBurst frames, int n, long features, FlowCounters counters) {
    decisions.time(System.nanoTime());
    dropWaiting(); // of a burst during which memory was found gone
    int header = VirtioNetHeader.length(features);
    int sent = 0;
    long bytes = 0;
    for (int i = 0; i < n; i++) {
      long length = frames.total(i) - header;
      if (length < VirtioNetHeader.ETHERNET) {
        counters.dropped(DropReason.TOO_SHORT, 1);
        continue;
      }
      if (length > FrameScratch.MAX_FRAME) {
        counters.dropped(DropReason.TOO_LONG, 1);
        continue;
      }
      frame.look(frames, i, features);
      int decision = decisions.decide(from, frame.address(), frame.length());
      DropReason problem = send(decision, queue, features);
      if (problem == null) {
        sent++;
        bytes += length;
      } else {
        counters.dropped(problem, 1);
      }
    }
    deliver(features);
    if (sent > 0) {
      counters.moved(sent, bytes);
    }
  }

  /** Sends a frame where it was decided to go; null, or why it goes nowhere. */
  private DropReason send(int decision, int queue, long features) {
    if (decision < LearningSwitch.FLOOD) {
      return DropReason.of(LearningSwitch.refusal(decision));
    }
    frame.tagged(decisions.isTagged());
    if (decision != LearningSwitch.FLOOD) {
      if (!frame.isWhole()) {
        deliver(features); // what came before it goes before it
      }
      boolean fits = add(ports[decision], queue);
      if (!frame.isWhole()) {
        deliver(features);
      }
      return fits ? null : DropReason.TOO_LONG;
    }
    return flood(queue, features);
  }

  private DropReason flood(int queue, long features) {
    deliver(features);
    DropReason outcome = DropReason.NO_RECEIVER;
    for (int to = 0; to < decisions.end(); to++) {
      if (decisions.floodsTo(to)) {
        outcome = add(ports[to], queue) ? null : DropReason.TOO_LONG;
        deliver(features); // the next port may take it in another form
      }
    }
    return outcome;
  }

  private boolean add(UplinkSwitchPort to, int queue) {
    frame.form(decisions.goesTagged(to.number()), decisions.tag());
    if (to.isUnused(queue)) {
      waiting[waits++] = to;
    }
    return frame.addTo(to.gathered());
  }

  private void deliver(long features) {
    for (int i = 0; i < waits; i++) {
      waiting[i].deliver(features, rest);
    }
    waits = 0;
  }

  private void dropWaiting() {
    for (int i = 0; i < waits; i++) {
      waiting[i].gathered().clear();
    }
    waits = 0;
  }

  @Override
  public String toString() {
    return "switch of " + name;
  }
}
