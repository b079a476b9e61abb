package io.fastvif.xdp;

/**
 * What the kernel counted of a queue.
 *
 * @param dropped received frames that were dropped because they are too long, or for other reasons
 * @param ringFull received frames that were dropped because the receive ring was full
 * @param noFrames how often there was nothing to receive into
 * @param invalidReceived entries of the fill ring that the kernel refused
 * @param invalidSent entries of the transmit ring that the kernel refused
 */
public record XdpStatistics(
    long dropped, long ringFull, long noFrames, long invalidReceived, long invalidSent) {}
