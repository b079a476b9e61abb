/**
 * Network namespaces: opening, making and deleting them, and running code in them. Uses
 * native-bindings only.
 *
 * <p>A namespace belongs to a thread, not to the process, and a new thread inherits that of the one
 * that starts it. So a thread that enters a namespace is one of its own, a platform thread (a
 * virtual one would take its carrier along), and ends there: it never goes back to a pool, and
 * never comes back to its first namespace. Sockets stay in the namespace that they were opened in,
 * whichever thread uses them: the usual way is to open what is needed inside {@link
 * io.fastvif.netns.Netns#call} and to use it from anywhere.
 *
 * <p>May use: {@code bindings}, {@code files}.
 */
package io.fastvif.netns;
