package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Does the steps on the packet filter: all that have gathered in a round in one transaction, which
 * the kernel carries out whole or not at all. It is made from what the kernel has just before; when
 * anybody changes the rules meanwhile, the kernel refuses it, and it is made anew. What the kernel
 * refuses for one bridge is left out and fails, and the rest is sent again.
 */
final class FilterBatch implements AutoCloseable {
  /** How often others may be faster: each try is a millisecond or less. */
  private static final int MAX_TRIES = 50;

  private static final Set<String> TARGETS = Set.of("ACCEPT", "DROP", "RETURN", "REJECT", "LOG");

  /** Told what became of a plan's step. */
  interface Answers {
    /**
     * The step has ended.
     *
     * @param changed whether there was something to do
     * @param problem null if the step was done
     */
    void answered(PlanExecution plan, Step step, boolean changed, String problem);
  }

  private record Pending(PlanExecution plan, ForwardingStep step) {}

  private final Transport transport;
  private final List<Pending> gathered = new ArrayList<>();
  private NftExchange kernel;

  FilterBatch(Transport transport) {
    this.transport = transport;
  }

  /** Takes a step; it is answered by the next {@link #work}. */
  void add(PlanExecution plan, ForwardingStep step) {
    gathered.add(new Pending(plan, step));
  }

  /**
   * Does what has gathered.
   *
   * @return how many steps were answered
   */
  int work(Answers answers) {
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
      if (kernel == null) {
        kernel = transport.openFilters(NFPROTO_IPV4);
      }
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
      fail(left, answers, Fault.of(failed).detail());
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
    ForwardingTables present = ForwardingTables.read(kernel);
    refuse(left, present, answers);
    ForwardingWish wish = new ForwardingWish(present);
    List<Boolean> changes = left.stream().map(pending -> wish.apply(pending.step)).toList();
    int errno = 0;
    ForwardingMessages messages = null;
    if (changes.contains(true)) {
      messages = new ForwardingMessages(present, wish, kernel.begin(present.generation()));
      messages.write();
      errno = kernel.commit(messages);
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
