package io.fastvif.cni;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What is asked of one attachment is done in that order, from its addresses to its answer. A
 * runtime that gave up an ADD sends DEL while that ADD may still go on; without turns the DEL would
 * find nothing, and the ADD would make what nobody takes away any more.
 */
final class AttachmentTurns {
  private final Map<AttachmentId, CompletableFuture<?>> last = new ConcurrentHashMap<>();

  /**
   * Does it at once, or when all that was asked before of the attachment has ended.
   *
   * @return completes as what the verb returns, or with what it throws
   */
  <T> CompletableFuture<T> take(AttachmentId id, Supplier<CompletableFuture<T>> verb) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<?> before = last.put(id, answer);
    if (before == null) {
      begin(id, verb, answer);
    } else {
      var unused =
          before.whenCompleteAsync((ended, failed) -> begin(id, verb, answer), WaitingThreads.POOL);
    }
    return answer;
  }

  private <T> void begin(
      AttachmentId id, Supplier<CompletableFuture<T>> verb, CompletableFuture<T> answer) {
    CompletableFuture<T> begun;
    try {
      begun = verb.get();
    } catch (RuntimeException | Error failed) {
      begun = CompletableFuture.failedFuture(failed);
    }
    var unused =
        begun.whenComplete(
            (done, failed) -> {
              last.remove(id, answer);
              if (failed == null) {
                answer.complete(done);
              } else {
                answer.completeExceptionally(failed);
              }
            });
  }
}
