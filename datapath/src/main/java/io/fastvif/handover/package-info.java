/**
 * Hands what a process serves over to another on the same host, with its descriptors, while both
 * run: the wire format. Who knows what a port or session is writes itself ({@link
 * io.fastvif.handover.HandOverWriter}) and is made again from what it wrote ({@link
 * io.fastvif.handover.HandOverReader}); {@link io.fastvif.handover.HandOverChannel} carries both.
 *
 * <p>The protocol, between the process that serves (O) and the one that takes over (N):
 *
 * <pre>
 *  N  HELLO      the format versions that it reads
 *  O  OFFER      O reads no message of frontends any more; its rings run on. All but their bases
 *  N  PREPARED   all is made and mapped, nothing is started
 *  O  GIVEN      O has stopped the rings: where they go on
 *  N  TAKEN      from here on they are N's; it starts them
 *  O  WITHDRAWN  instead of OFFER or GIVEN, or after GIVEN if N takes too long: O goes on
 * </pre>
 *
 * <p>At each instant one of both serves, or is about to. O goes on if N ends, or is silent, before
 * TAKEN: it then closes the direction from N, which the kernel does atomically to N's sending, so
 * that TAKEN either was sent and is read, or never will be. N starts nothing before TAKEN was
 * accepted by the socket. If it is not accepted, or O ended after GIVEN, an end of the connection
 * without WITHDRAWN says that O does not live any more: N goes on. If O ends before GIVEN, N closes
 * what it has got, and frontends see what they see of any backend that was killed.
 *
 * <p>May use: {@code bindings}.
 */
package io.fastvif.handover;
