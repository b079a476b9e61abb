package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.Step;
import java.util.BitSet;

/**
 * Deletes links that leave together. Each RTM_DELLINK waits in the kernel for a grace period of its
 * own, some 17 ms; one that names an interface group waits once for the whole group. So exactly
 * these links are moved into a group that nobody else uses, and the group is deleted.
 *
 * <p>The kernel deletes a group wholly or not at all: a link that cannot be deleted (hardware, a
 * representor) is found by its having no kind, gets its group back and is refused alone, and the
 * others leave together still. Only where that was not the reason are they deleted one by one.
 */
final class LinkDeletions {
  private final Transport host;
  private final MessageExchange exchange;
  private final LinkRequest request;
  private final PlanExecution[] plans;
  private final Step.DeleteLink[] steps;
  private final int[] indexes;
  private final String[] aliases;
  private final int[] results;
  private final String[] messages;
  private final BitSet remaining = new BitSet();
  private final AckHandler record = this::record;
  private final int group;
  private int count;

  /** Which deletion each message of the send is about. */
  private final int[] subjects;

  private int sent;
  private int firstSequence;
  private int messagesEach;

  /**
   * @param host answers questions about links
   * @param exchange takes the deletions, and waits for them
   * @param group an interface group that nobody else uses; 0 to delete each link alone
   */
  LinkDeletions(Transport host, MessageExchange exchange, int group, int limit) {
    this.host = host;
    this.exchange = exchange;
    this.group = group;
    request = new LinkRequest(exchange.encoder());
    plans = new PlanExecution[limit];
    steps = new Step.DeleteLink[limit];
    indexes = new int[limit];
    aliases = new String[limit];
    results = new int[limit];
    messages = new String[limit];
    subjects = new int[limit];
  }

  /**
   * Adds a link, of which a plan wants to be told what became of it.
   *
   * @param own whether the link is given the alias of the plan's VIF while it leaves, because it
   *     loses the group by which it may have been known
   */
  void add(PlanExecution plan, Step.DeleteLink step, int index, boolean own) {
    aliases[count] = own ? Aliases.of(plan.plan().vifId()) : null;
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

  /** Deletes what was added. */
  void execute() {
    remaining.set(0, count);
    if (count == 1 || group == 0) {
      each(remaining, this::encodeDelete, 1);
    } else {
      each(remaining, this::encodeMove, 1);
      for (int i = 0; i < count; i++) {
        remaining.set(i, results[i] == 0); // one that cannot be moved is gone
      }
      int result = deleteGroup();
      if (result == -Errno.EOPNOTSUPP) {
        refuseUndeletable();
        result = deleteGroup();
      }
      if (result != 0) {
        each(remaining, this::encodeMoveBackAndDelete, 2);
      }
    }
    remaining.clear();
  }

  /** Tells each plan what became of its link, and forgets them. */
  void answer(AnswerHandler answers) {
    int answered = count;
    count = 0;
    for (int i = 0; i < answered; i++) {
      PlanExecution plan = plans[i];
      plans[i] = null;
      answers.answered(plan, steps[i], results[i], messages[i]);
    }
  }

  /** Lets every deletion have failed, because the kernel could not be asked. */
  void fail(Throwable broken) {
    Fault fault = Fault.of(broken);
    for (int i = 0; i < count; i++) {
      results[i] = -(fault.errno() == 0 ? Errno.EIO : fault.errno());
      messages[i] = fault.detail();
    }
    remaining.clear();
  }

  private void refuseUndeletable() {
    BitSet undeletable = new BitSet();
    for (int i = remaining.nextSetBit(0); i >= 0; i = remaining.nextSetBit(i + 1)) {
      undeletable.set(i, host.kind(indexes[i]).isEmpty());
    }
    each(undeletable, this::encodeMoveBackAndDelete, 2);
    remaining.andNot(undeletable);
  }

  private interface Encoding {
    boolean encode(int deletion);
  }

  private boolean encodeMove(int i) {
    request.set(indexes[i]).group(group);
    if (aliases[i] != null) {
      request.alias(aliases[i]);
    }
    return request.end();
  }

  private boolean encodeDelete(int i) {
    return request.delete(indexes[i]).end();
  }

  private boolean encodeMoveBackAndDelete(int i) {
    long start = exchange.encoder().mark();
    if (request.set(indexes[i]).group(steps[i].group()).end() && request.delete(indexes[i]).end()) {
      return true;
    }
    exchange.encoder().rollback(start);
    return false;
  }

  /** Sends messages for those deletions, in as many sends as they need. */
  private void each(BitSet which, Encoding encoding, int messagesForEach) {
    messagesEach = messagesForEach;
    int limit = exchange.messageLimit() / messagesEach;
    int next = which.nextSetBit(0);
    while (next >= 0) {
      exchange.encoder().reset();
      sent = 0;
      while (next >= 0 && sent < limit && encoding.encode(next)) {
        if (sent == 0) {
          firstSequence = request.sequence() - (messagesEach - 1);
        }
        subjects[sent++] = next;
        next = which.nextSetBit(next + 1);
      }
      if (sent == 0) {
        throw new IllegalStateException("a message does not fit into the send buffer");
      }
      exchange.exchange(record);
    }
  }

  /** Keeps the answer to the last message about a deletion. */
  private void record(int sequence, int errno, String message) {
    int i = subjects[(sequence - firstSequence) / messagesEach];
    results[i] = -errno;
    messages[i] = message;
  }

  private int groupResult;
  private final AckHandler recordGroup = (sequence, errno, message) -> groupResult = -errno;

  private int deleteGroup() {
    if (remaining.isEmpty()) {
      return 0;
    }
    exchange.encoder().reset();
    groupResult = 0;
    request.deleteGroup(group).end();
    exchange.exchange(recordGroup);
    return groupResult == -Errno.ENODEV ? 0 : groupResult;
  }
}
