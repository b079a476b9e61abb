package io.fastvif.engine;

import io.fastvif.netns.Netns;
import io.fastvif.trace.Tracing;
import java.util.function.Supplier;

/**
 * The end of an engine of a group that throws at every turn: what it has under way must not keep
 * the group's thread, so that a thread of its own waits for it.
 */
final class GroupFinish {
  private final EngineWork work;
  private final Netns namespace;
  private final Supplier<Tracing.Scope> scopes;
  private final Runnable onDone;
  private volatile boolean done;

  private GroupFinish(
      EngineWork work, Netns namespace, Supplier<Tracing.Scope> scopes, Runnable onDone) {
    this.scopes = scopes;
    this.work = work;
    this.namespace = namespace;
    this.onDone = onDone;
  }

  /**
   * Begins to finish it.
   *
   * @param name the thread's
   * @param namespace where the engine works; stays open until this is done
   * @param scopes gives the thread the engine's tracer and its namespace's name
   * @param onDone called on the thread at its end
   * @return null if there can be no thread
   */
  static GroupFinish begin(
      String name,
      EngineWork work,
      Netns namespace,
      Supplier<Tracing.Scope> scopes,
      Runnable onDone) {
    GroupFinish finish = new GroupFinish(work, namespace, scopes, onDone);
    Thread thread = new Thread(finish::run, name);
    thread.setDaemon(true);
    try {
      thread.start();
      return finish;
    } catch (OutOfMemoryError noThread) {
      return null;
    }
  }

  @SuppressWarnings("try") // it ends with the block
  private void run() {
    try (Tracing.Scope scope = scopes.get()) {
      work.finish(enter());
    } catch (RuntimeException | Error thrown) {
      work.errorHandler().accept(thrown);
      work.abandon();
    } finally {
      done = true;
      onDone.run();
    }
  }

  /** Null, or why the thread cannot be where the engine works. */
  private RuntimeException enter() {
    try {
      namespace.enter();
      return null;
    } catch (RuntimeException refused) {
      return refused;
    }
  }

  boolean isDone() {
    return done;
  }
}
