package io.fastvif.cli;

import io.fastvif.agent.Agent;
import io.fastvif.agent.AgentHandOver;
import io.fastvif.agent.AgentOptions;
import io.fastvif.agent.systemd.JournalLog;
import io.fastvif.agent.systemd.ServiceManager;
import io.fastvif.agent.systemd.Watchdog;
import io.fastvif.config.HostConfiguration;
import io.fastvif.trace.Log;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * An agent from its start to its end, as signals say. The main thread sleeps until one comes: at
 * rest nothing here wakes, but for the watchdog where systemd asks for it.
 */
final class AgentRun {
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(15);
  private static final long GUARD_NANOS = Duration.ofSeconds(25).toNanos();
  private static final long READY_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long READY_PAUSE_NANOS = 5_000_000;

  /** As a shell says it of a process that SIGTERM has ended. */
  private static final int TERMINATED = 128 + 15;

  private enum Asked {
    RELOAD,
    RELOADED,
    END
  }

  private final Map<String, String> environment;
  private final Supplier<HostConfiguration> configuration;
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final AtomicInteger ends = new AtomicInteger();

  /**
   * @param configuration reads the configuration again
   */
  AgentRun(Map<String, String> environment, Supplier<HostConfiguration> configuration) {
    this.environment = environment;
    this.configuration = configuration;
  }

  /**
   * How its ports go to the next agent.
   *
   * @param takesOver whether this one takes them over from the one before
   */
  AgentHandOver handOver(Path socket, boolean takesOver) {
    return new AgentHandOver(
        socket,
        takesOver,
        () -> ServiceManager.of(environment).mainProcess(),
        () -> {
          guard();
          asked.add(Asked.END);
        });
  }

  /** Runs it; returns the exit status. */
  @SuppressWarnings("try") // the watchdog ends with the block
  int run(AgentOptions options) {
    JournalLog.begin(environment);
    ServiceManager manager = ServiceManager.of(environment);
    for (String signal : List.of("TERM", "INT")) {
      Signals.handle(signal, this::end);
    }
    Signals.handle("HUP", () -> asked.add(Asked.RELOAD));
    if (options.handOver() != null) {
      NextAgent next = new NextAgent();
      Signals.handle("USR2", next::start);
    }
    noteOptions(options.configuration());
    try (Agent agent = Agent.open(options)) {
      agent.giveBackMemoryAtRest();
      awaitReady(agent);
      manager.ready(status(agent));
      Log.info(
          AgentRun.class, "the agent answers at " + options.socket().path() + ": " + status(agent));
      try (Watchdog unused = Watchdog.start(manager, agent.parts())) {
        awaitEnd(agent, manager);
      }
      if (agent.isGiven()) {
        Log.info(AgentRun.class, "the agent ends; the next one has its ports");
      } else {
        manager.stopping(); // which the next agent's manager is not to hear
        Log.info(AgentRun.class, "the agent ends; its VIFs stay plugged");
      }
      boolean isInOrder = agent.close(CLOSE_BOUND);
      if (!isInOrder) {
        Log.warning(AgentRun.class, "not all that was under way has ended in time");
      }
      return isInOrder ? Fastvif.DONE : Fastvif.FAILED;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Fastvif.FAILED;
    }
  }

  /** Until the agent is to end; a file that cannot be read to its end keeps nobody from that. */
  private void awaitEnd(Agent agent, ServiceManager manager) throws InterruptedException {
    boolean isReading = false;
    boolean isAskedAgain = false;
    for (Asked next = asked.take(); next != Asked.END; next = asked.take()) {
      boolean isToRead = next == Asked.RELOAD ? !isReading : isAskedAgain;
      isAskedAgain = next == Asked.RELOAD && isReading;
      if (isAskedAgain) {
        Log.warning(
            AgentRun.class,
            "the configuration is still being read: it is read again when that has ended");
      }
      if (next == Asked.RELOADED) {
        isReading = false;
        manager.ready(status(agent));
      }
      if (isToRead) {
        isReading = true;
        manager.reloading();
        Thread.ofPlatform().daemon().name("fastvif-reload").start(() -> reload(agent));
      }
    }
  }

  private void end() {
    if (ends.incrementAndGet() > 1) {
      Log.warning(AgentRun.class, "told to end a second time: the agent ends at once");
      Runtime.getRuntime().halt(TERMINATED);
    }
    guard();
    asked.add(Asked.END);
  }

  /** Whatever keeps the end from coming, it comes. */
  private static void guard() {
    Thread.ofPlatform()
        .daemon()
        .name("fastvif-end")
        .start(
            () -> {
              LockSupport.parkNanos(GUARD_NANOS);
              Log.warning(AgentRun.class, "the agent does not end in order: it ends at once");
              Runtime.getRuntime().halt(Fastvif.FAILED);
            });
  }

  /** Whoever starts after the agent finds what was declared; what cannot come is not waited for. */
  private void awaitReady(Agent agent) {
    long deadline = System.nanoTime() + READY_NANOS;
    while (!agent.unreadiness().isEmpty() && System.nanoTime() - deadline < 0 && asked.isEmpty()) {
      LockSupport.parkNanos(READY_PAUSE_NANOS);
    }
    agent.unreadiness().forEach(reason -> Log.warning(AgentRun.class, reason));
  }

  private static String status(Agent agent) {
    long declared = agent.keeper().statistics().declared();
    List<String> reasons = agent.unreadiness();
    return declared
        + (declared == 1 ? " VIF" : " VIFs")
        + " declared"
        + (reasons.isEmpty() ? "" : "; " + reasons.getFirst());
  }

  private static void noteOptions(HostConfiguration configuration) {
    configuration.notes().forEach(note -> Log.warning(AgentRun.class, note));
  }

  /** A configuration that is wrong leaves the one before in its place. */
  private void reload(Agent agent) {
    try {
      HostConfiguration read = configuration.get();
      noteOptions(read);
      List<String> unchanged = agent.reload(read);
      Log.info(AgentRun.class, "the configuration was read again");
      unchanged.forEach(
          what ->
              Log.warning(AgentRun.class, what + " has changed, which takes a start of the agent"));
    } catch (IllegalStateException closed) {
      Log.warning(AgentRun.class, "the configuration was not taken: " + closed.getMessage());
    } catch (InvalidInputException | WrongInputException | IOException wrong) {
      Log.warning(
          AgentRun.class,
          "the configuration stays as it was, because the new one is wrong: " + wrong.getMessage());
    } finally {
      asked.add(Asked.RELOADED);
    }
  }
}
