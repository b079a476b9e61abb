package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Violation.Rule;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.linux.linux_h;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugOperation;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.PlugPlan;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Something that an engine may do wrong, once, after a while. */
enum Sabotage {
  DROPS_AN_ANSWER(Rule.ANSWERED_ONCE),
  ANSWERS_TWICE(Rule.ANSWERED_ONCE),
  LIES_ABOUT_A_PLUG(Rule.ACKNOWLEDGED_STATE, Rule.OUTCOME),
  LEAVES_A_DEVICE(Rule.ACKNOWLEDGED_STATE, Rule.OUTCOME, Rule.DEVICES),
  SAYS_UNCHANGED(Rule.OUTCOME),
  LEAKS_A_SOCKET(Rule.DESCRIPTORS),
  LEAKS_A_THREAD(Rule.THREADS),
  LEAVES_A_GROUP(Rule.GROUPS),
  TOUCHES_A_FOREIGN_DEVICE(Rule.DEVICES),
  LEAVES_A_BRIDGE(Rule.DEVICES),
  BREAKS(Rule.ENGINE);

  private static final int AFTER = 30;

  /** Behind the first check, which takes for good what is open then. */
  private static final int LEAK_AFTER = 400;

  /** One lie may be about a VIF of which nothing was known, or be the truth. */
  private static final int LIES = 10;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<Rule> foundAs;

  private static volatile Thread leaked;

  Sabotage(Rule... foundAs) {
    this.foundAs = Set.of(foundAs);
  }

  /** The rules that it breaks: which is seen first depends on what comes next. */
  Set<Rule> foundAs() {
    return foundAs;
  }

  private boolean isLie() {
    return this == LIES_ABOUT_A_PLUG || this == LEAVES_A_DEVICE || this == SAYS_UNCHANGED;
  }

  /** Ends what {@link #LEAKS_A_THREAD} has left. */
  static void endLeak() throws InterruptedException {
    if (leaked != null) {
      leaked.interrupt();
      leaked.join();
      leaked = null;
    }
  }

  /** Makes engines of which one does it. */
  SoakEngine.Factory factory() {
    AtomicInteger left = new AtomicInteger(foundAs.contains(Rule.OUTCOME) ? AFTER : LEAK_AFTER);
    return (namespace, batchLimit, errorHandler) ->
        new Saboteur(
            this,
            namespace,
            SoakEngine.start(namespace, batchLimit, errorHandler),
            errorHandler,
            left);
  }

  private static final class Saboteur implements SoakEngine {
    private final Sabotage sabotage;
    private final Netns namespace;
    private final SoakEngine engine;
    private final Consumer<Throwable> errorHandler;
    private final AtomicInteger left;

    Saboteur(
        Sabotage sabotage,
        Netns namespace,
        SoakEngine engine,
        Consumer<Throwable> errorHandler,
        AtomicInteger left) {
      this.sabotage = sabotage;
      this.namespace = namespace;
      this.engine = engine;
      this.errorHandler = errorHandler;
      this.left = left;
    }

    private boolean isNow(PlugPlan plan) {
      boolean fits =
          switch (sabotage) {
            case LIES_ABOUT_A_PLUG ->
                plan.action() == Action.PLUG
                    && plan.steps().stream()
                        .anyMatch(
                            planned ->
                                planned.step() instanceof LocalStep.CreateTap tap
                                    && tap.name().equals(plan.name())
                                    && !tap.name().equals(OperationChooser.FOREIGN));
            case LEAVES_A_DEVICE, SAYS_UNCHANGED ->
                plan.action() == Action.UNPLUG && !plan.steps().isEmpty();
            default -> true;
          };
      if (!fits) {
        return false;
      }
      int now = left.decrementAndGet();
      return now == 0 || (sabotage.isLie() && now < 0 && now > -LIES);
    }

    @Override
    public boolean offer(PlugOperation operation) {
      if (!(operation instanceof SoakOperation) || !isNow(operation.plan())) {
        return engine.offer(operation);
      }
      switch (sabotage) {
        case DROPS_AN_ANSWER -> {
          return true;
        }
        case LIES_ABOUT_A_PLUG -> {
          operation.completed(Outcome.PLUGGED, null);
          return true;
        }
        case LEAVES_A_DEVICE -> {
          operation.completed(Outcome.UNPLUGGED, null);
          return true;
        }
        case SAYS_UNCHANGED -> {
          return engine.offer(new Answering(operation, Outcome.UNCHANGED, 1));
        }
        case ANSWERS_TWICE -> {
          return engine.offer(new Answering(operation, null, 2));
        }
        default -> {
          harm();
          return engine.offer(operation);
        }
      }
    }

    /** Hands the engine's answer on in another way. */
    private record Answering(PlugOperation operation, Outcome outcome, int times)
        implements PlugOperation {
      @Override
      public PlugPlan plan() {
        return operation.plan();
      }

      @Override
      public void completed(Outcome real, PlugFailure failure) {
        for (int i = 0; i < times; i++) {
          operation.completed(outcome == null ? real : outcome, failure);
        }
      }
    }

    private void harm() {
      switch (sabotage) {
        case LEAKS_A_SOCKET ->
            FileDescriptor.check(
                Sockets.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW, linux_h.NETLINK_ROUTE),
                "socket",
                "AF_NETLINK");
        case LEAKS_A_THREAD ->
            leaked = Thread.ofPlatform().daemon().name("fastvif-x").start(Saboteur::stay);
        case LEAVES_A_GROUP ->
            change(socket -> socket.execute(socket.link().set("lo").group(0x4000_0001)));
        case TOUCHES_A_FOREIGN_DEVICE ->
            change(socket -> socket.execute(socket.link().set(OperationChooser.FOREIGN).mtu(1400)));
        case LEAVES_A_BRIDGE ->
            change(socket -> socket.execute(socket.link().create("nbx").kind(new Bridge())));
        case BREAKS -> errorHandler.accept(new IllegalStateException("the transport broke"));
        default -> throw new AssertionError(sabotage);
      }
    }

    private static void stay() {
      while (!Thread.currentThread().isInterrupted()) {
        LockSupport.park();
      }
    }

    private void change(Consumer<RouteSocket> change) {
      namespace.call(
          () -> {
            try (RouteSocket socket = RouteSocket.open()) {
              change.accept(socket);
            }
            return null;
          });
    }

    @Override
    public Optional<CompletionStage<PlugResult>> submit(PlugPlan plan) {
      return engine.submit(plan);
    }

    @Override
    public HostSnapshot snapshot() {
      return engine.snapshot();
    }

    @Override
    public boolean close(Duration bound) {
      return engine.close(bound);
    }
  }
}
