package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.plan.Step;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Deletes the links that a batch wants gone. Each RTM_DELLINK waits in the kernel for a grace
 * period of its own, some 17 ms; one that names an interface group waits once for the whole group.
 * So exactly these links are moved into a group that nobody else uses, and the group is deleted.
 *
 * <p>The kernel deletes a group wholly or not at all: if one of the links is of a kind that cannot
 * be deleted, all get their groups back and are deleted one by one, each with its own answer.
 */
final class LinkDeletions {
  /** Group numbers are drawn from above this: far from those that people give by hand. */
  private static final int LEAST_GROUP = 0x4000_0000;

  private static final int DRAWS = 16;

  private final Transport transport;
  private final LinkRequest request;
  private final AnswerHandler answers;
  private final PlanExecution[] plans;
  private final Step.DeleteLink[] steps;
  private final int[] indexes;
  private final int[] results;
  private final String[] messages;
  private final AckHandler record = this::record;
  private int count;
  private int group;

  /**
   * Which deletion the message with {@link #firstSequence} is about, and how many messages each.
   */
  private int firstSent;

  private int firstSequence;
  private int messagesEach;

  LinkDeletions(Transport transport, int limit, AnswerHandler answers) {
    this.transport = transport;
    this.answers = answers;
    request = new LinkRequest(transport.encoder());
    plans = new PlanExecution[limit];
    steps = new Step.DeleteLink[limit];
    indexes = new int[limit];
    results = new int[limit];
    messages = new String[limit];
  }

  /** Adds a link, of which a plan wants to be told what became of it. */
  void add(PlanExecution plan, Step.DeleteLink step, int index) {
    plans[count] = plan;
    steps[count] = step;
    indexes[count] = index;
    results[count] = 0;
    messages[count] = null;
    count++;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Forgets what was added. */
  void forget() {
    count = 0;
  }

  /** Deletes what was added and answers each plan. */
  void execute() {
    if (count == 1) {
      each(this::encodeDelete, 1);
    } else {
      if (group == 0) {
        group = unusedGroup();
      }
      each(this::encodeMove, 1);
      int result = deleteGroup();
      if (result != 0 && result != -Errno.ENODEV) {
        each(this::encodeMoveBackAndDelete, 2);
      }
    }
    int answered = count;
    count = 0;
    for (int i = 0; i < answered; i++) {
      PlanExecution plan = plans[i];
      plans[i] = null;
      answers.answered(plan, steps[i], results[i], messages[i]);
    }
  }

  private int unusedGroup() {
    for (int i = 0; i < DRAWS; i++) {
      int drawn = ThreadLocalRandom.current().nextInt(LEAST_GROUP, Integer.MAX_VALUE);
      if (!transport.isGroupUsed(drawn)) {
        return drawn;
      }
    }
    throw new IllegalStateException("no interface group is free");
  }

  private interface Encoding {
    boolean encode(int deletion);
  }

  private boolean encodeMove(int i) {
    return request.set(indexes[i]).group(group).end();
  }

  private boolean encodeDelete(int i) {
    return request.delete(indexes[i]).end();
  }

  private boolean encodeMoveBackAndDelete(int i) {
    long start = transport.encoder().mark();
    if (request.set(indexes[i]).group(steps[i].group()).end() && request.delete(indexes[i]).end()) {
      return true;
    }
    transport.encoder().rollback(start);
    return false;
  }

  /** Sends messages for every deletion, in as many sends as they need. */
  private void each(Encoding encoding, int messagesForEach) {
    messagesEach = messagesForEach;
    int next = 0;
    while (next < count) {
      transport.encoder().reset();
      firstSent = next;
      int limit = transport.messageLimit() / messagesEach;
      while (next < count && next - firstSent < limit && encoding.encode(next)) {
        if (next == firstSent) {
          firstSequence = request.sequence() - (messagesEach - 1);
        }
        next++;
      }
      if (next == firstSent) {
        throw new IllegalStateException("a message does not fit into the send buffer");
      }
      transport.exchange(record);
    }
  }

  /** Keeps the answer to the last message about a deletion. */
  private void record(int sequence, int errno, String message) {
    int i = firstSent + (sequence - firstSequence) / messagesEach;
    results[i] = -errno;
    messages[i] = message;
  }

  private int groupResult;
  private final AckHandler recordGroup = (sequence, errno, message) -> groupResult = -errno;

  private int deleteGroup() {
    transport.encoder().reset();
    groupResult = 0;
    request.deleteGroup(group).end();
    transport.exchange(recordGroup);
    return groupResult;
  }
}
