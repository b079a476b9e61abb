package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import java.util.function.Consumer;
import org.agrona.collections.ObjectHashSet;

/**
 * Executes a batch of plans in rounds: in each round every plan takes its next step, and all steps
 * that are netlink messages go to the kernel in one send. Used by the engine's thread alone.
 */
final class BatchExecutor {
  private final Transport transport;
  private final Consumer<Throwable> errorHandler;
  private final PlanExecution[] batch;
  private final ObjectHashSet<String> vifIds;
  private final StepEncoder steps;
  private final LinkDeletions deletions;
  private int size;
  private int active;
  private boolean putOff;

  /** The plans whose messages are in the encoder, in the messages' order. */
  private final PlanExecution[] sent;

  private final AckHandler acknowledgements = this::acknowledged;
  private int sentCount;
  private int firstSequence;
  private boolean sendFull;

  BatchExecutor(Transport transport, int batchLimit, Consumer<Throwable> errorHandler) {
    this.transport = transport;
    this.errorHandler = errorHandler;
    batch = new PlanExecution[batchLimit];
    for (int i = 0; i < batchLimit; i++) {
      batch[i] = new PlanExecution();
    }
    vifIds = new ObjectHashSet<>(2 * batchLimit);
    steps = new StepEncoder(transport);
    deletions = new LinkDeletions(transport, batchLimit, this::answered);
    sent = new PlanExecution[batchLimit];
  }

  /**
   * Adds a request to the next batch.
   *
   * @return false if the batch is full, or has an operation on the same VIF already: that one must
   *     be finished first
   */
  boolean add(PlugOperation request) {
    if (size == batch.length || !vifIds.add(request.plan().vifId())) {
      return false;
    }
    batch[size++].begin(request);
    active++;
    return true;
  }

  /**
   * Executes the batch to its end and tells every request of its own.
   *
   * @param admission calls {@link #add} with what has come in meanwhile, if anything has
   * @return how many requests there were
   */
  int execute(Runnable admission) {
    int executed;
    try {
      admission.run();
      while (active > 0) {
        round(admission);
      }
    } catch (RuntimeException broken) {
      failRemaining(broken);
    } catch (Error broken) {
      failRemaining(broken);
      throw broken;
    } finally {
      executed = size;
      size = 0;
      active = 0;
      putOff = false;
      vifIds.clear();
    }
    return executed;
  }

  private void round(Runnable admission) {
    if (deletions.isEmpty()) {
      admission.run();
    }
    transport.encoder().reset();
    sentCount = 0;
    sendFull = false;
    for (int i = 0; i < size; i++) {
      if (batch[i].isActive() && !batch[i].waiting) {
        advance(batch[i]);
      }
    }
    if (sentCount > 0) {
      transport.exchange(acknowledgements);
    }
    if (deletions.isEmpty()) {
      return;
    }
    if (sentCount > 0) {
      putOff = true;
      return;
    }
    // Nobody can go on without the deletions now. They are one long wait, so what has come in since
    // had better share it; but plugs put them off once only, or a stream of them would for ever.
    if (!putOff) {
      int before = size;
      admission.run();
      if (size > before) {
        return;
      }
    }
    putOff = false;
    deletions.execute();
  }

  /** Takes a plan forward until it waits for the kernel, for room in a send, or has ended. */
  private void advance(PlanExecution plan) {
    for (Step step = plan.next(); step != null; step = plan.next()) {
      if (plan.isSharedUndoUndecided()) {
        if (isAnyGoingForward()) {
          return; // one of them may be about to use what would be undone
        }
        plan.decideSharedUndo(isInUse(plan.plan().shared()));
      } else if (!take(plan, step)) {
        return;
      }
    }
    active--;
    vifIds.remove(plan.plan().vifId());
    try {
      plan.complete();
    } catch (RuntimeException thrown) {
      errorHandler.accept(thrown);
    }
  }

  private boolean isAnyGoingForward() {
    for (int i = 0; i < size; i++) {
      if (batch[i].isActive() && !batch[i].isUndoing()) {
        return true;
      }
    }
    return false;
  }

  private boolean isInUse(SharedBridge shared) {
    int bridge = transport.linkIndex(shared.bridge());
    int uplink = shared.uplink() == null ? 0 : transport.linkIndex(shared.uplink());
    return bridge > 0 && transport.hasOtherPorts(bridge, uplink);
  }

  /** Does a step or puts it into the send; returns whether the plan can go on at once. */
  private boolean take(PlanExecution plan, Step step) {
    switch (step) {
      case Step.CreateTap tap -> {
        int result = transport.createTap(tap);
        answered(plan, step, result, result == -Errno.EBUSY ? "the name is taken" : null);
      }
      case Step.DisableIpv6 ipv6 ->
          answered(plan, step, transport.disableIpv6(ipv6.name(), ipv6.disabled()), null);
      case Step.DeleteLink delete -> {
        int index = steps.index(plan, delete.name(), delete.index());
        if (index > 0) {
          plan.waiting = true;
          deletions.add(plan, delete, index);
          return false;
        }
        answered(plan, step, index, null);
      }
      default -> {
        return encode(plan, step);
      }
    }
    return true;
  }

  /** Puts a step into the send; returns whether it was answered instead. */
  private boolean encode(PlanExecution plan, Step step) {
    if (sendFull || sentCount == transport.messageLimit()) {
      return false;
    }
    int result = steps.encode(plan, step);
    if (result > 0) {
      if (sentCount == 0) {
        firstSequence = steps.sequence();
      }
      plan.waiting = true;
      sent[sentCount++] = plan;
      return false;
    }
    if (result == 0 && sentCount > 0) {
      sendFull = true; // its turn comes with the next send
      return false;
    }
    answered(plan, step, result == 0 ? -Errno.EMSGSIZE : result, steps.problem());
    return true;
  }

  private void acknowledged(int sequence, int errno, String message) {
    PlanExecution plan = sent[sequence - firstSequence];
    answered(plan, plan.next(), -errno, message);
  }

  /**
   * What became of a plan's step: 0, or a negated error number with the kernel's message if any.
   */
  private void answered(PlanExecution plan, Step step, int result, String message) {
    if (result == 0) {
      noteMade(plan, step);
      plan.succeeded();
    } else if (isAsWanted(plan, step, -result)) {
      plan.satisfied();
    } else {
      plan.failed(step, -result, message == null ? "" : message);
    }
  }

  private void noteMade(PlanExecution plan, Step step) {
    String name =
        switch (step) {
          case Step.CreateTap tap -> tap.name();
          case Step.CreateVeth veth -> veth.name();
          default -> null;
        };
    if (name != null) {
      plan.made(name, transport.linkIndex(name));
    }
  }

  /** Whether the kernel's refusal means that the host is already as the step would make it. */
  private boolean isAsWanted(PlanExecution plan, Step step, int errno) {
    return switch (step) {
      case Step.CreateBridge bridge -> errno == Errno.EEXIST;
      case Step.CreateVlan vlan -> errno == Errno.EEXIST;
      case Step.CreateTap tap -> errno == Errno.EBUSY && isOwn(plan, tap.name());
      case Step.CreateVeth veth -> errno == Errno.EEXIST && isOwn(plan, veth.name());
      case Step.DisableIpv6 ipv6 -> errno == Errno.ENOENT; // the link has no IPv6 to disable
      case Step.DeleteLink delete -> errno == Errno.ENODEV;
      case Step.AddAddress address -> errno == Errno.EEXIST;
      case Step.AddRoute route -> errno == Errno.EEXIST;
      case Step.DeleteAddress address -> errno == Errno.EADDRNOTAVAIL;
      case Step.DeleteRoute route -> errno == Errno.ESRCH;
      default -> false;
    };
  }

  private boolean isOwn(PlanExecution plan, String name) {
    int index = transport.linkIndex(name);
    return index > 0 && transport.alias(index).equals(Aliases.of(plan.plan().vifId()));
  }

  /** The transport broke: no answer can be had for what was under way. */
  private void failRemaining(Throwable broken) {
    errorHandler.accept(broken);
    deletions.forget();
    for (int i = 0; i < size; i++) {
      PlanExecution plan = batch[i];
      if (plan.isActive()) {
        Step step = plan.next();
        String at = step == null ? "at its end" : step.toString();
        try {
          plan.abandon(at, String.valueOf(broken.getMessage()));
        } catch (RuntimeException thrown) {
          errorHandler.accept(thrown);
        }
      }
    }
  }
}
