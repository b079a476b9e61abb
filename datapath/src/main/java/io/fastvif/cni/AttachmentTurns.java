package io.fastvif.cni;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What is asked of one attachment is done in the order in which it came, from its addresses to its
 * answer. A runtime that gave up an ADD sends DEL while that ADD may still go on, or has not begun;
 * without turns the DEL would find nothing, and the ADD would make what nobody takes away any more.
 */
final class AttachmentTurns {
  private final Map<String, CompletableFuture<?>> last = new ConcurrentHashMap<>();

  /**
   * Takes the next turn, and does it when all that was asked before of the attachment has ended.
   *
   * @param interfaceOfPod by which the attachment is known, before any configuration is read
   * @param threads do it if there is nothing to wait for
   * @return completes as what the verb returns, or with what it throws
   */
  <T> CompletableFuture<T> take(
      String interfaceOfPod, Executor threads, Supplier<CompletableFuture<T>> verb) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<?> before = last.put(interfaceOfPod, answer);
    if (before == null) {
      threads.execute(() -> begin(interfaceOfPod, verb, answer));
    } else {
      var unused =
          before.whenCompleteAsync(
              (ended, failed) -> begin(interfaceOfPod, verb, answer), WaitingThreads.POOL);
    }
    return answer;
  }

  private <T> void begin(
      String interfaceOfPod, Supplier<CompletableFuture<T>> verb, CompletableFuture<T> answer) {
    CompletableFuture<T> begun;
    try {
      begun = verb.get();
    } catch (RuntimeException | Error failed) {
      begun = CompletableFuture.failedFuture(failed);
    }
    var unused =
        begun.whenComplete(
            (done, failed) -> {
              last.remove(interfaceOfPod, answer);
              if (failed == null) {
                answer.complete(done);
              } else {
                answer.completeExceptionally(failed);
              }
            });
  }
}
