/**
 * System calls for Java: the hand-written layer over the generated bindings, and the only place
 * that makes downcalls.
 *
 * <p>One class for each area ({@link io.fastvif.bindings.Sockets}, {@link
 * io.fastvif.bindings.FileIo}, {@link io.fastvif.bindings.Memory}, {@link
 * io.fastvif.bindings.Polling}, {@link io.fastvif.bindings.Namespaces}). Every call is a static
 * method that returns the call's result or, as the kernel itself does, the negated errno. errno is
 * captured per call into memory of the calling thread, so all methods may be called from any
 * thread. Calls that take segments do not allocate; the segments must be native ones. {@link
 * io.fastvif.bindings.SystemCallException#check(int, String, Object...)} turns a failure into an
 * exception where speed does not matter: a {@link io.fastvif.bindings.FastvifException}, as all
 * that fastvif throws, which says of what {@link io.fastvif.bindings.FailureKind kind} it is.
 * {@link io.fastvif.bindings.Cmsg} has the header macros that a generator cannot see. Downcalls are
 * linked when first needed.
 *
 * <p>Uses {@code java.base} only. Constants and layouts are in {@code io.fastvif.bindings.linux}.
 */
package io.fastvif.bindings;
