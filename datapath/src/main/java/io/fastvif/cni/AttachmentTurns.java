package io.fastvif.cni;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What is asked of one attachment is done in the order in which it came, from its addresses to its
 * answer. A runtime that gave up an ADD sends DEL while that ADD may still go on, or has not begun;
 * without turns the DEL would find nothing, and the ADD would make what nobody takes away any more.
 *
 * <p>For the same reason a collection of a network begins when all has ended that was asked of its
 * attachments before, and what is asked of them later begins when the collection has ended: it
 * would free the addresses of an ADD that is under way, and those of a pod that its list does not
 * have yet.
 */
final class AttachmentTurns {
  private final Map<String, CompletableFuture<?>> ofAttachments = new HashMap<>();
  private final Map<String, NetworkTurns> ofNetworks = new HashMap<>();

  /** Those of one network that have not ended. */
  private static final class NetworkTurns {
    /** Also one that has ended, as long as there are others. */
    CompletableFuture<?> collection = CompletableFuture.completedFuture(null);

    /** By something that stands for each. */
    final Map<Object, CompletableFuture<?>> sinceThen = new HashMap<>();

    boolean isIdle() {
      return collection.isDone() && sinceThen.isEmpty();
    }
  }

  /**
   * Takes the next turn, and does it when all that was asked before of the attachment, and a
   * collection of its network, have ended.
   *
   * @param network its name
   * @param interfaceOfPod by which the attachment is known, before any configuration is read
   * @param threads do it if there is nothing to wait for
   * @return completes as what the verb returns, or with what it throws
   */
  <T> CompletableFuture<T> take(
      String network,
      String interfaceOfPod,
      Executor threads,
      Supplier<CompletableFuture<T>> verb) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Object turn = new Object();
    List<CompletableFuture<?>> before = new ArrayList<>();
    synchronized (this) {
      CompletableFuture<?> last = ofAttachments.put(interfaceOfPod, answer);
      if (last != null) {
        before.add(last);
      }
      NetworkTurns turns = ofNetworks.computeIfAbsent(network, name -> new NetworkTurns());
      before.add(turns.collection);
      turns.sinceThen.put(turn, answer);
    }
    beginAfter(before, threads, verb, answer, () -> ended(network, interfaceOfPod, turn, answer));
    return answer;
  }

  /** The same for a collection of a network, which is alone with it. */
  <T> CompletableFuture<T> takeAlone(
      String network, Executor threads, Supplier<CompletableFuture<T>> verb) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    List<CompletableFuture<?>> before;
    synchronized (this) {
      NetworkTurns turns = ofNetworks.computeIfAbsent(network, name -> new NetworkTurns());
      before = new ArrayList<>(turns.sinceThen.values());
      before.add(turns.collection);
      turns.sinceThen.clear();
      turns.collection = answer;
    }
    beginAfter(before, threads, verb, answer, () -> ended(network, "", null, answer));
    return answer;
  }

  private synchronized void ended(
      String network, String interfaceOfPod, Object turn, CompletableFuture<?> answer) {
    ofAttachments.remove(interfaceOfPod, answer);
    NetworkTurns turns = ofNetworks.get(network);
    if (turns != null) {
      turns.sinceThen.remove(turn);
      if (turns.collection == answer) {
        turns.collection = CompletableFuture.completedFuture(null);
      }
      if (turns.isIdle()) {
        ofNetworks.remove(network);
      }
    }
  }

  private static <T> void beginAfter(
      List<CompletableFuture<?>> before,
      Executor threads,
      Supplier<CompletableFuture<T>> verb,
      CompletableFuture<T> answer,
      Runnable ended) {
    if (before.stream().allMatch(CompletableFuture::isDone)) {
      threads.execute(() -> begin(verb, answer, ended));
    } else {
      var unused =
          CompletableFuture.allOf(before.toArray(CompletableFuture[]::new))
              .whenCompleteAsync((done, failed) -> begin(verb, answer, ended), WaitingThreads.POOL);
    }
  }

  private static <T> void begin(
      Supplier<CompletableFuture<T>> verb, CompletableFuture<T> answer, Runnable ended) {
    CompletableFuture<T> begun;
    try {
      begun = verb.get();
    } catch (RuntimeException | Error failed) {
      begun = CompletableFuture.failedFuture(failed);
    }
    var unused =
        begun.whenComplete(
            (done, failed) -> {
              ended.run();
              if (failed == null) {
                answer.complete(done);
              } else {
                answer.completeExceptionally(failed);
              }
            });
  }
}
