package io.fastvif.forward;

/**
 * What a loop has done since it was started.
 *
 * @param number the loop's, from 0
 * @param queues how many queues it serves now: those of both ports of a pair count as one
 * @param busyNanos for how many nanoseconds it moved frames, as an estimate from one round in 64
 * @param sleeps how often it went to sleep
 * @param moves how many queues have come to it from another loop
 */
public record LoopStatistics(int number, int queues, long busyNanos, long sleeps, long moves) {}
