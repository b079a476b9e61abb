package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.event.BatchEvent;
import io.fastvif.event.Events;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.trace.Tracing;
import java.util.function.Consumer;

/**
 * One send: plans' netlink steps are encoded behind one another and go to the kernel together, and
 * each is answered before {@link #exchange} returns. Made once and used for every round, without
 * allocation.
 */
public final class NetlinkRound {
  /** Enough that a send costs nothing beside its messages. */
  private static final int SEND_MESSAGES = 512;

  private final LinkTransport transport;
  private final HostObservation observation;
  private final LinkAnswers answers;
  private final Consumer<Throwable> errorHandler;
  private final String namespace = Tracing.namespace();
  private final RoundChanges changes = new RoundChanges();
  private final StepEncoder steps;

  /** The plans whose messages are in the encoder, in the messages' order. */
  private final LinkPlan[] sent;

  /** The step of each message that was sent before the plan's step before it was answered. */
  private final NetlinkStep[] ahead;

  private final AckHandler acknowledgements =
      new AckHandler() {
        @Override
        public void acknowledged(int sequence, int errno, String message) {
          NetlinkRound.this.acknowledged(sequence, errno, message);
        }

        @Override
        public String vifId(int sequence) {
          return sent[sequence - firstSequence].vifId();
        }
      };
  private int sentCount;
  private int firstSequence;
  private boolean full;
  private boolean told;

  /**
   * @param observation told what each round has changed
   * @param answers told what became of each step
   * @param errorHandler told what kept the kernel from being asked
   */
  public NetlinkRound(
      LinkTransport transport,
      HostObservation observation,
      LinkAnswers answers,
      Consumer<Throwable> errorHandler) {
    this.transport = transport;
    this.observation = observation;
    this.answers = answers;
    this.errorHandler = errorHandler;
    steps = new StepEncoder(transport, changes);
    sent = new LinkPlan[Math.min(SEND_MESSAGES, transport.messageLimit())];
    ahead = new NetlinkStep[sent.length];
  }

  /** Begins the next round. */
  public void begin() {
    transport.encoder().reset();
    changes.clear();
    told = false;
    sentCount = 0;
    full = false;
  }

  /** How many steps are in it. */
  public int size() {
    return sentCount;
  }

  /** The index of a link: known from the snapshot, or of this plan's making, or asked for. */
  public int index(LinkPlan plan, String name, int known) {
    return steps.index(plan, name, known);
  }

  /** Where the encoder is, to go back to if a step cannot be encoded. */
  public long mark() {
    return transport.encoder().mark();
  }

  /** Takes out what was encoded since then. */
  public void rollback(long mark) {
    transport.encoder().rollback(mark);
    full = true; // the sequence numbers that were taken are not used again
  }

  /**
   * Puts a step into the send, if there is room.
   *
   * @return whether it was answered instead
   */
  public boolean encode(LinkPlan plan, NetlinkStep step) {
    if (isPlaceForUndo(step)) {
      answers.answered(plan, step, 0, null); // an empty message would take a send of its own
      return true;
    }
    if (full || sentCount == sent.length) {
      return false;
    }
    int result = steps.encode(plan, step);
    if (result > 0) {
      if (sentCount == 0) {
        firstSequence = steps.sequence();
      }
      plan.waits();
      ahead[sentCount] = null;
      sent[sentCount++] = plan;
      return false;
    }
    if (result == 0 && sentCount > 0) {
      full = true; // its turn comes with the next send
      return false;
    }
    answers.answered(plan, step, result == 0 ? -Errno.EMSGSIZE : result, steps.problem());
    return true;
  }

  /** Whether it changes nothing on a link that was there, so that the plan may undo something. */
  private static boolean isPlaceForUndo(NetlinkStep step) {
    return step instanceof NetlinkStep.ConfigureLink link
        && link.index() != 0 // one that the plan has made leaves the group in which it was made
        && link.settings().isEmpty();
  }

  /**
   * Puts one more step of a plan into the send, behind those that it waits for, if there is room.
   * It is answered only if all of these are done.
   *
   * @return whether it is in the send
   */
  public boolean encodeAhead(LinkPlan plan, NetlinkStep step) {
    if (full || sentCount == sent.length) {
      return false;
    }
    if (steps.encode(plan, step) <= 0) {
      full = true; // its turn comes with a later send
      return false;
    }
    ahead[sentCount] = step;
    sent[sentCount++] = plan;
    return true;
  }

  /** Whether a plan has failed before the step that it sent ahead: it is on its way back. */
  @SuppressWarnings("ReferenceEquality") // that very step, not one that says the same
  private boolean isPassedOver(int place) {
    return ahead[place] != null && ahead[place] != sent[place].next();
  }

  /** Sends what was encoded. */
  public void exchange() {
    if (!Events.recordBatches()) {
      send();
      return;
    }
    BatchEvent event = new BatchEvent();
    event.namespace = namespace == null ? "" : namespace;
    event.plans = sentCount;
    event.messages = transport.encoder().messageCount();
    event.begin();
    send();
    event.commit();
  }

  private void send() {
    try {
      transport.exchange(acknowledgements);
    } catch (RuntimeException | Error broken) {
      errorHandler.accept(broken);
      tell(); // what of it was done is not known
      for (int i = 0; i < sentCount; i++) {
        if (sent[i] != null && !isPassedOver(i)) {
          answers.lost(sent[i], broken);
        }
      }
    }
    int messages = sentCount;
    sentCount = 0;
    observation.answered(messages);
  }

  /** With the first acknowledgement the kernel has been through all that was sent. */
  private void tell() {
    if (!told) {
      told = true;
      observation.changed(changes);
    }
  }

  private void acknowledged(int sequence, int errno, String message) {
    tell();
    int place = sequence - firstSequence;
    if (place >= 0 && place < sentCount && sent[place] != null) { // not one of an exchange before
      LinkPlan plan = sent[place];
      boolean isPassedOver = isPassedOver(place);
      sent[place] = null;
      if (isPassedOver) {
        return;
      }
      answers.answered(plan, plan.next(), -errno, message);
    }
  }
}
