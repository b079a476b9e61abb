package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkGroups;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

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
  private static final int MAX_QUESTIONS = 8;

  private final LinkQuestions host;
  private final MessageExchange exchange;
  private final LinkRequest request;

  /** Those that were added, and behind them those to be used again. */
  private final List<Deletion> deletions = new ArrayList<>();

  private final BitSet remaining = new BitSet();

  /** Those that are, or may be, in the group that is to be deleted. */
  private final BitSet inGroup = new BitSet();

  private final AckHandler acknowledged = this::acknowledged;
  private final Recording recordDeleted = this::recordResult;
  private final Recording recordBack = (i, errno, message) -> recordMovedBack(i, errno);
  private final Recording recordMoved =
      (i, errno, message) -> {
        recordResult(i, errno, message);
        inGroup.set(i, errno == 0);
      };
  private final Recording recordBackAndDeleted =
      (i, errno, message) -> {
        recordResult(i, errno, message);
        recordMovedBack(i, errno); // if it was deleted it is there no more either
      };
  private final int group;
  private int count;

  /** Which deletion each message of the send is about; as many as there are deletions. */
  private int[] subjects = new int[0];

  private int sent;
  private int firstSequence;
  private int messagesEach;
  private Recording recording;

  private static final class Deletion {
    LinkPlan plan;
    DeleteLink step;
    int index;

    /** What the link is to be known by while it leaves; null to leave its alias alone. */
    String alias;

    /** 0, or a negative errno. */
    int result;

    String message;
  }

  /**
   * @param host answers questions about links
   * @param exchange takes the deletions, and waits for them
   * @param group an interface group that nobody else uses; 0 to delete each link alone
   */
  LinkDeletions(LinkQuestions host, MessageExchange exchange, int group) {
    this.host = host;
    this.exchange = exchange;
    this.group = group;
    request = new LinkRequest(exchange.encoder());
  }

  /**
   * Adds a link, of which a plan wants to be told what became of it.
   *
   * @param own whether the link is given the alias of the plan's VIF while it leaves, because it
   *     loses the group by which it may have been known
   */
  void add(LinkPlan plan, DeleteLink step, int index, boolean own) {
    if (count == deletions.size()) {
      deletions.add(new Deletion());
    }
    Deletion added = deletions.get(count++);
    added.plan = plan;
    added.step = step;
    added.index = index;
    added.alias = own ? Aliases.of(plan.vifId()) : null;
    added.result = 0;
    added.message = null;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** How many links were added. */
  int count() {
    return count;
  }

  /** The index of one of them. */
  int index(int i) {
    return deletions.get(i).index;
  }

  LinkPlan plan(int i) {
    return deletions.get(i).plan;
  }

  DeleteLink step(int i) {
    return deletions.get(i).step;
  }

  /**
   * Deletes what was added. When it throws, the kernel could not be asked. Either way what is left
   * has its former group again, unless {@link #isStranded()} says that even this could not be done.
   */
  void execute() {
    remaining.set(0, count);
    try {
      delete();
      leaveGroup();
    } catch (RuntimeException | Error broken) {
      leaveGroup();
      failRemaining(FailureCause.of(broken));
      throw broken;
    } finally {
      nameStranded();
      remaining.clear();
    }
  }

  /** Whether links may have stayed in the group: it must not be deleted any more. */
  boolean isStranded() {
    return !inGroup.isEmpty();
  }

  private void delete() {
    if (subjects.length < count) {
      subjects = new int[deletions.size()];
    }
    if (count == 1 || group == 0) {
      each(remaining, this::encodeDelete, 1, recordDeleted);
      return;
    }
    inGroup.set(0, count);
    each(remaining, this::encodeMove, 1, recordMoved);
    remaining.and(inGroup); // one that cannot be moved is gone
    int result = deleteGroup();
    if (result == -Errno.EOPNOTSUPP) {
      refuseUndeletable();
      result = deleteGroup();
    }
    if (result != 0) {
      each(remaining, this::encodeMoveBackAndDelete, 2, recordBackAndDeleted);
    }
  }

  /** Tries once more what the kernel may not have taken. */
  private void leaveGroup() {
    if (!inGroup.isEmpty()) {
      try {
        each((BitSet) inGroup.clone(), this::encodeMoveBack, 1, recordBack);
      } catch (RuntimeException | Error stranded) {
        // what is still in the group is named
      }
    }
  }

  /** Nobody knows whether these were deleted, so the kernel is asked. */
  private void failRemaining(FailureCause fault) {
    for (int i = remaining.nextSetBit(0); i >= 0; i = remaining.nextSetBit(i + 1)) {
      Deletion deletion = deletions.get(i);
      deletion.result = -(fault.errno() == 0 ? Errno.EIO : fault.errno());
      deletion.message = fault.detail() + "; whether it was deleted is not known";
      askWhetherLeft(deletion, fault);
    }
  }

  /** More than once: what has just kept the kernel from answering may not be over. */
  private void askWhetherLeft(Deletion deletion, FailureCause fault) {
    for (int i = 0; i < MAX_QUESTIONS; i++) {
      try {
        boolean isGone = host.ownership(deletion.index, "") == Ownership.GONE;
        deletion.result = isGone ? 0 : deletion.result;
        deletion.message = isGone ? null : fault.detail();
        return;
      } catch (RuntimeException | Error unknown) {
        // the last one leaves it so
      }
    }
  }

  private void nameStranded() {
    for (int i = inGroup.nextSetBit(0); i >= 0; i = inGroup.nextSetBit(i + 1)) {
      deletions.get(i).message += "; may be left in the interface group " + group;
    }
  }

  /** Tells each plan what became of its link, and forgets them. */
  void answer(AnswerHandler answers) {
    int answered = count;
    count = 0;
    for (int i = 0; i < answered; i++) {
      Deletion deletion = deletions.get(i);
      LinkPlan plan = deletion.plan;
      deletion.plan = null;
      answers.answered(plan, deletion.step, deletion.result, deletion.message);
    }
  }

  /** Forgets them: their plans were told. */
  void forget() {
    for (int i = 0; i < count; i++) {
      deletions.get(i).plan = null;
    }
    count = 0;
  }

  private void refuseUndeletable() {
    BitSet undeletable = new BitSet();
    for (int i = remaining.nextSetBit(0); i >= 0; i = remaining.nextSetBit(i + 1)) {
      undeletable.set(i, host.kind(deletions.get(i).index).isEmpty());
    }
    each(undeletable, this::encodeMoveBackAndDelete, 2, recordBackAndDeleted);
    remaining.andNot(undeletable);
  }

  private interface Encoding {
    boolean encode(int deletion);
  }

  private boolean encodeMove(int i) {
    Deletion moved = deletions.get(i);
    request.set(moved.index).group(group);
    if (moved.alias != null) {
      request.alias(moved.alias);
    }
    return request.end();
  }

  private boolean encodeDelete(int i) {
    return request.delete(deletions.get(i).index).end();
  }

  private boolean encodeMoveBack(int i) {
    int former = deletions.get(i).step.group();
    int group = LinkGroups.isPassing(former) ? LinkGroups.DEFAULT : former;
    return request.set(deletions.get(i).index).group(group).end();
  }

  private boolean encodeMoveBackAndDelete(int i) {
    long start = exchange.encoder().mark();
    if (encodeMoveBack(i) && encodeDelete(i)) {
      return true;
    }
    exchange.encoder().rollback(start);
    return false;
  }

  private interface Recording {
    void record(int deletion, int errno, String message);
  }

  /** Sends messages for those deletions, in as many sends as they need. */
  private void each(BitSet which, Encoding encoding, int messagesForEach, Recording record) {
    messagesEach = messagesForEach;
    recording = record;
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
      exchange.exchange(acknowledged);
    }
  }

  private void acknowledged(int sequence, int errno, String message) {
    recording.record(subjects[(sequence - firstSequence) / messagesEach], errno, message);
  }

  /** Keeps the answer to the last message about a deletion. */
  private void recordResult(int i, int errno, String message) {
    deletions.get(i).result = -errno;
    deletions.get(i).message = message;
  }

  private void recordMovedBack(int i, int errno) {
    if (errno == 0 || errno == Errno.ENODEV) {
      inGroup.clear(i);
    }
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
    if (groupResult != 0 && groupResult != -Errno.ENODEV) {
      return groupResult;
    }
    inGroup.andNot(remaining);
    return 0;
  }
}
