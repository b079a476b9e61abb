package io.fastvif.vhostuser.session;

import io.fastvif.handover.HandOverWriter;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Hands a backend over to another process, step by step: {@link #freeze}, {@link #save}, {@link
 * #pause}, {@link #bases}, {@link #abandon}. At any time before the last it may go on instead:
 * {@link #start}. Frontends notice neither. What {@link VhostUserBackend#restore} has made in the
 * other process is started by {@link #start} with the bases.
 *
 * <p>Any thread but the session loop's may call it, one at a time.
 */
public final class BackendHandOver {
  private static final int[] NO_RINGS = {};

  private final VhostUserBackend backend;
  private final SessionLoop loop;
  private final int rings;

  /** Written by the loop's thread before it counts down what is waited for. */
  private volatile int[] bases = NO_RINGS;

  /** Hands over that backend, or starts one that was restored. */
  public BackendHandOver(VhostUserBackend backend) {
    this.backend = backend;
    loop = backend.loop();
    int[] count = new int[1];
    loop.run(() -> count[0] = backend.owner() == null ? 0 : backend.options().rings());
    rings = count[0];
  }

  /** Listens to no frontend any more; what was begun goes on. The rings run. */
  public void freeze() {
    loop.run(backend::freeze);
  }

  /**
   * Whether all that frontends had asked for before {@link #freeze} is done and answered. Sessions
   * that are to end, as where a guest's memory became shorter, are ended.
   */
  public boolean isQuiet() {
    boolean[] quiet = new boolean[1];
    loop.run(
        () -> {
          Set.copyOf(backend.sessions()).forEach(BackendSession::endIfDue);
          quiet[0] = backend.sessions().stream().allMatch(BackendSession::isQuiet);
        });
    return quiet[0];
  }

  /** Writes all but where the rings are. */
  public void save(HandOverWriter writer) {
    loop.run(() -> backend.save(writer));
  }

  /** Begins to stop all rings; counts down when they have stopped. */
  public void pause(CountDownLatch stopped) {
    loop.execute(
        () -> {
          BackendSession owner = backend.owner();
          if (owner == null) {
            stopped.countDown();
          } else {
            owner.pause(
                () -> {
                  bases = owner.device().bases();
                  stopped.countDown();
                });
          }
        });
  }

  /** Where the paused rings go on, once they have stopped; empty without a frontend. */
  public int[] bases() {
    return bases.clone();
  }

  /** Says where the rings of a restored backend go on. */
  public void bases(int[] stoppedAt) {
    bases = stoppedAt.clone();
  }

  /** How many rings have a place to go on at: none without a frontend. */
  public int rings() {
    return rings;
  }

  /**
   * Starts the rings that were paused, and listens to frontends.
   *
   * @param isPaused whether the rings were paused; if not they run already
   * @param isTaken whether another process has paused them: the observer is told
   * @param started counted down when the rings have started
   */
  public void start(boolean isPaused, boolean isTaken, CountDownLatch started) {
    loop.execute(
        () -> {
          BackendSession owner = backend.owner();
          if (owner == null || !isPaused) {
            backend.thaw();
            started.countDown();
            return;
          }
          if (isTaken) {
            owner.device().bases(bases);
            Contained.run("an observer", backend.observer()::connected);
          }
          owner.resume(
              () -> {
                started.countDown();
                backend.thaw();
              });
        });
  }

  /**
   * Lets everything go, which another process has: frontends and guests notice nothing. The rings
   * must have been paused.
   */
  public void abandon() {
    loop.run(() -> backend.abandon("another process has taken it over"));
  }
}
