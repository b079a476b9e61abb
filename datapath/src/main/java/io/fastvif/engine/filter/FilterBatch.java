package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.OutcomeUnknownException;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Does the steps on the packet filter: all that have gathered in a round in one transaction, which
 * the kernel carries out whole or not at all. It is made from what the kernel has just before; when
 * anybody changes the rules meanwhile, the kernel refuses it, and it is made anew. What the kernel
 * refuses for one bridge is left out and fails, and the rest is sent again.
 */
public final class FilterBatch implements AutoCloseable {
  /** How often others may be faster: each try is a millisecond or less. */
  private static final int MAX_TRIES = 50;

  /** Steps of a batch whose rules the kernel is to tell: of more, the answers could be too many. */
  private static final int MAX_ECHOED = 16;

  private static final Set<String> TARGETS = Set.of("ACCEPT", "DROP", "RETURN", "REJECT", "LOG");

  /** Told what became of a plan's step. */
  public interface Answers {
    /**
     * The step has ended.
     *
     * @param changed whether there was something to do
     * @param problem null if the step was done
     */
    void answered(PlanUnderWay plan, Step step, boolean changed, String problem);

    /** The step was done, or not: nobody knows. To undo what was not done is nothing. */
    void lost(PlanUnderWay plan, Step step, FailureCause cause);
  }

  private record Pending(PlanUnderWay plan, ForwardingStep step) {}

  private final IntFunction<NftExchange> filters;
  private final KnownTables known;
  private final List<Pending> gathered = new ArrayList<>();
  private NftExchange kernel;

  /**
   * @param filters opens nf_tables of a family of protocols
   * @param known what others who read the same rules know
   */
  public FilterBatch(IntFunction<NftExchange> filters, KnownTables known) {
    this.filters = filters;
    this.known = known;
  }

  /** Takes a step; it is answered by the next {@link #work}. */
  public void add(PlanUnderWay plan, ForwardingStep step) {
    gathered.add(new Pending(plan, step));
  }

  /**
   * Does what has gathered.
   *
   * @return how many steps were answered
   */
  public int work(Answers answers) {
    int count = gathered.size();
    if (count > 0) {
      List<Pending> steps = List.copyOf(gathered);
      gathered.clear();
      perform(steps, answers);
    }
    return count;
  }

  private void perform(List<Pending> steps, Answers answers) {
    List<Pending> left = new ArrayList<>(steps);
    try {
      for (int tries = 0; !left.isEmpty() && tries < MAX_TRIES; tries++) {
        if (commit(left, answers) == Errno.EMSGSIZE) {
          List<Pending> half = List.copyOf(left.subList(0, left.size() / 2));
          left.removeAll(half);
          perform(half, answers);
        }
      }
      fail(left, answers, "the rules were changed by others all the time");
    } catch (IllegalArgumentException unfit) {
      if (left.size() > 1) {
        left.forEach(pending -> perform(List.of(pending), answers)); // it is one step's trouble
      } else {
        fail(left, answers, String.valueOf(unfit.getMessage()));
      }
    } catch (RuntimeException | Error failed) {
      fail(left, answers, FailureCause.of(failed).detail());
    }
  }

  private static void fail(List<Pending> steps, Answers answers, String problem) {
    for (Pending pending : steps) {
      answers.answered(pending.plan, pending.step, false, problem);
    }
    steps.clear();
  }

  /**
   * Sends what is left, and takes out what was answered.
   *
   * @return EMSGSIZE if it is too much for one batch
   */
  private int commit(List<Pending> left, Answers answers) {
    if (kernel == null) {
      kernel = filters.apply(NFPROTO_IPV4);
    }
    ForwardingTables present = known.read(kernel);
    refuse(left, present, answers);
    ForwardingWish wish = new ForwardingWish(present);
    List<Boolean> changes = left.stream().map(pending -> wish.apply(pending.step)).toList();
    int errno = 0;
    ForwardingMessages messages = null;
    if (changes.contains(true)) {
      NftRequest request = kernel.begin(present.generation());
      if (left.size() <= MAX_ECHOED) {
        request.echo();
      }
      messages = new ForwardingMessages(present, wish, request);
      messages.write();
      try {
        errno = kernel.commit(messages);
      } catch (OutcomeUnknownException unknown) {
        lost(left, changes, FailureCause.of(unknown), answers);
        return 0;
      }
    }
    if (messages != null && errno == 0) {
      messages.after().ifPresent(after -> known.replace(present, after));
    }
    if (errno == Errno.ERESTART || (errno == Errno.EMSGSIZE && left.size() > 1)) {
      return errno;
    }
    List<Pending> again = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      Pending pending = left.get(i);
      String refusal = errno == 0 ? null : messages.refusalOf(pending.step.bridge());
      if (errno == 0) {
        answers.answered(pending.plan, pending.step, changes.get(i), null);
      } else if (refusal != null) {
        answers.answered(
            pending.plan, pending.step, false, refusal.isEmpty() ? Errno.name(errno) : refusal);
      } else {
        again.add(pending);
      }
    }
    left.clear();
    left.addAll(again);
    return 0;
  }

  /** The next batch goes by another socket, on which no late answer comes. */
  private void lost(
      List<Pending> steps, List<Boolean> changes, FailureCause cause, Answers answers) {
    close();
    kernel = null;
    for (int i = 0; i < steps.size(); i++) {
      Pending pending = steps.get(i);
      if (changes.get(i)) {
        answers.lost(pending.plan, pending.step, cause);
      } else {
        answers.answered(pending.plan, pending.step, false, null);
      }
    }
    steps.clear();
  }

  /** Fails what cannot be done, before the kernel is asked for it. */
  private void refuse(List<Pending> left, ForwardingTables present, Answers answers) {
    left.removeIf(
        pending -> {
          String problem =
              pending.step instanceof ForwardingStep.EnsureForwarding ensure
                  ? problem(ensure, present)
                  : null;
          if (problem != null) {
            answers.answered(pending.plan, pending.step, false, problem);
          }
          return problem != null;
        });
  }

  private String problem(ForwardingStep.EnsureForwarding step, ForwardingTables present) {
    if (present.forward().isPresent() && !present.forward().get().isIptablesForward()) {
      return "the chain FORWARD of table ip filter is not iptables': expected type filter hook"
          + " forward priority 0";
    }
    for (ForwardingRule rule : step.rules()) {
      if (!TARGETS.contains(rule.target())
          && kernel.chain(ForwardingTables.TABLE, rule.target()).isEmpty()) {
        return "iptables_drop_action: "
            + rule.target()
            + ": expected one of ACCEPT, DROP, LOG, REJECT, RETURN, or a chain of iptables' table"
            + " filter";
      }
    }
    return null;
  }

  @Override
  public void close() {
    if (kernel != null) {
      kernel.close();
    }
  }
}
