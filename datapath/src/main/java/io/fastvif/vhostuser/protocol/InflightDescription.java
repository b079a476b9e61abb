package io.fastvif.vhostuser.protocol;

/**
 * An in-flight area: the payload of GET_INFLIGHT_FD, its reply, and SET_INFLIGHT_FD.
 *
 * @param size bytes of the area; does not count in a request for one
 * @param offset where it begins in its file
 * @param queues how many rings have a part, 0 to 65,535
 * @param queueSize descriptors of each, 0 to 65,535
 */
public record InflightDescription(long size, long offset, int queues, int queueSize) {}
