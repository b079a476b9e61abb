package io.fastvif.benchmarks.vhostuser;

import io.fastvif.forward.FrameBurst;
import io.fastvif.forward.FrameHandler;
import io.fastvif.forward.FrameOutput;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Takes turns with the ports of a loop, in that loop's own thread: at a port of its own it has a
 * turn in each round. There the driver takes its buffers back and fills the rings, or the loop is
 * held until it is wanted again.
 */
final class Turns implements FrameHandler {
  /** Rounds of the loop that empty a full ring. */
  private static final int ROUNDS = Guest.RING_SIZE / FastvifBackend.BURST;

  private static final int CLOCK_ROUNDS = 64;
  private static final long ANSWER_SECONDS = 60;
  private static final long LOOK_MILLIS = 1;

  private record Request(int turns, long nanos) {}

  private record Result(double median, String problem) {}

  private final GuestDevice device;
  private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(1);
  private final BlockingQueue<Result> results = new ArrayBlockingQueue<>(1);

  /** Whether the loop waits for requests; before and after it serves sessions' commands too. */
  private volatile boolean measuring;

  private long[] taken = {};
  private int done;
  private int round;
  private long begin;
  private long end;

  /**
   * @param device the driver; null if it is in another process
   */
  Turns(GuestDevice device) {
    this.device = device;
  }

  @Override
  public int handle(FrameBurst frames, FrameOutput toGuest) {
    return frames.count();
  }

  @Override
  public int poll(FrameOutput toGuest) {
    round++;
    if (done < taken.length) {
      if (round == ROUNDS) {
        turn();
      }
    } else if (end != 0) {
      if (round >= CLOCK_ROUNDS) {
        round = 0;
        if (System.nanoTime() - end >= 0) {
          end = 0;
          results.add(new Result(0, null));
        }
      }
    } else {
      await();
    }
    return 0;
  }

  private void turn() {
    taken[done++] = System.nanoTime() - begin;
    // The last turn only takes back, and what it gives is emptied by the next request.
    int frames = device.turn();
    boolean whole = frames == Guest.RING_SIZE;
    if (done == taken.length || !whole) {
      done = taken.length;
      Arrays.sort(taken);
      String problem = whole ? null : "the rings were not emptied in " + ROUNDS + " rounds";
      results.add(new Result(taken[taken.length / 2], problem));
    }
    round = 0;
    begin = System.nanoTime();
  }

  private void await() {
    try {
      Request request =
          measuring ? requests.take() : requests.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (request == null) {
        return;
      }
      round = 0;
      begin = System.nanoTime();
      if (request.turns > 0) {
        taken = new long[request.turns];
        done = 0;
      } else if (request.nanos > 0) {
        end = begin + request.nanos;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has the driver fill the rings for the first time; the loop is held from then on. */
  void start() throws InterruptedException {
    measuring = true;
    if (device != null) {
      // Whatever the first turn is, it does not count.
      requests.put(new Request(1, 0));
      result(false);
    }
  }

  /** The median nanoseconds in which the loop empties the rings. */
  double turns(int count) throws InterruptedException {
    requests.put(new Request(count, 0));
    return result(true);
  }

  void serve(long nanos) throws InterruptedException {
    requests.put(new Request(0, nanos));
  }

  void awaitPause() throws InterruptedException {
    result(true);
  }

  private double result(boolean mustBeWhole) throws InterruptedException {
    Result result = results.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
    if (result == null || (mustBeWhole && result.problem != null)) {
      throw new IllegalStateException(result == null ? "no answer of the loop" : result.problem);
    }
    return result.median;
  }

  /** Lets the loop go on for ever. */
  void end() {
    measuring = false;
    requests.offer(new Request(0, 0));
  }
}
