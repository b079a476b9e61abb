package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.Step;
import java.util.function.Consumer;

/** Takes the kernel's answers to plans' steps on links, and tells the plans what they mean. */
public final class LinkAnswers implements AnswerHandler {
  private final LinkQuestions links;
  private final RetiredBridges retired;
  private final PlansBeside beside;
  private final Retries retries;
  private final Consumer<Throwable> errorHandler;
  private final Refusals refusals;

  /**
   * @param retired takes the bridges that were retired
   * @param errorHandler told what is thrown where nobody else can be told
   */
  public LinkAnswers(
      LinkQuestions links,
      RetiredBridges retired,
      PlansBeside beside,
      Retries retries,
      Consumer<Throwable> errorHandler) {
    this.links = links;
    this.retired = retired;
    this.beside = beside;
    this.retries = retries;
    this.errorHandler = errorHandler;
    refusals = new Refusals(links, beside);
  }

  /** The kernel has done a plan's step, or not: its answer was lost. */
  void lost(LinkPlan plan, Throwable broken) {
    Step step = plan.next();
    FailureCause fault = FailureCause.of(broken);
    if (step instanceof NetlinkStep.RenameLink) {
      plan.renaming().reset();
      plan.failedWhenDone(step, fault); // giving a link the name that it has is nothing
      return;
    }
    try {
      String name = Refusals.takenName(step, Errno.EEXIST);
      int index = name == null ? 0 : links.linkIndex(name);
      if (index > 0 && links.ownership(index, plan.vifId()) == Ownership.OWN) {
        plan.failedWhenDone(step, fault);
        return;
      }
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
    plan.unknown(step, fault);
  }

  @Override
  public void answered(LinkPlan plan, Step step, int result, String message) {
    try {
      judge(plan, step, result, message);
    } catch (RuntimeException | Error thrown) {
      FailureCause fault = FailureCause.of(thrown);
      if (result == 0) {
        plan.failedWhenDone(step, fault);
      } else {
        String words = message == null ? "" : message + "; ";
        plan.failed(step, -result, words + "what is there is not known: " + fault.detail());
      }
      if (fault.isOurs()) {
        errorHandler.accept(thrown);
      }
    }
  }

  private void judge(LinkPlan plan, Step step, int result, String message) {
    if (step instanceof NetlinkStep.RenameLink rename) {
      renamed(plan, rename, plan.renaming().answered(rename, result, message, otherLinks));
    } else if (isOfReused(step) && result != 0 && result != -Errno.EEXIST) {
      plan.retry(); // it is gone or not as was thought, and was not given the name
    } else if (result == 0) {
      noteMade(plan, step);
      if (step instanceof NetlinkStep.RetireBridge bridge) {
        retired.add(bridge);
      }
      plan.succeeded();
    } else {
      switch (refusals.meaning(plan, step, -result)) {
        case AS_WANTED -> plan.satisfied();
        case ADOPTED -> plan.adopted();
        case RETRY -> {
          plan.waits();
          retries.awaitRelease(plan, links.linkIndex(Refusals.takenName(step, -result)));
        }
        case IGNORED -> plan.ignored(step);
        case FAILED -> plan.failed(step, -result, refusals.detail(step, -result, message));
      }
    }
  }

  private void renamed(LinkPlan plan, Step step, Renaming.Verdict verdict) {
    Renaming renaming = plan.renaming();
    switch (verdict) {
      case AGAIN -> {
        plan.retry();
        return;
      }
      case LATER -> {
        retries.pause(plan);
        return;
      }
      case DONE -> plan.succeeded();
      case FAILED -> plan.failed(step, renaming.errno(), renaming.detail());
    }
    renaming.reset();
  }

  private final Renaming.Links otherLinks =
      new Renaming.Links() {
        @Override
        public int linkIndex(String name) {
          return links.linkIndex(name);
        }

        @Override
        public boolean isLeaving(int index) {
          return beside.isLeaving(index);
        }
      };

  private boolean isOfReused(Step step) {
    return step instanceof NetlinkStep.CreateBridge bridge && retired.wasReused(bridge);
  }

  private void noteMade(LinkPlan plan, Step step) {
    // Not a switch over types, of which the JVM makes a class anew at each start of the command.
    if (step instanceof NetlinkStep.CreateVeth veth) {
      made(plan, veth.name());
      if (veth.peerNamespace() < 0) {
        made(plan, veth.peer());
      }
    } else if (step instanceof LocalStep.CreateTap tap) {
      made(plan, tap.name());
    } else if (step instanceof NetlinkStep.CreateMacvtap macvtap) {
      made(plan, macvtap.name());
    } else if (step instanceof NetlinkStep.CreateBridge bridge && !plan.isShared()) {
      retired.made(bridge, made(plan, bridge.name()));
    }
  }

  private int made(LinkPlan plan, String name) {
    int index = links.linkIndex(name);
    plan.made(name, index);
    return index;
  }
}
