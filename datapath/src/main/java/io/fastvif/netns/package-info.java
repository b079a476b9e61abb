/**
 * Network namespaces: opening, making and deleting them, and running code in them.
 *
 * <p>A namespace belongs to a thread, not to the process, and a new thread inherits that of the one
 * that starts it. So a thread that enters a namespace is one of its own, a platform thread (a
 * virtual one would take its carrier along), and ends there. A thread that has to work in several
 * namespaces makes a {@link io.fastvif.netns.NetnsStay} in each, and is given back where it came
 * from. Sockets stay in the namespace that they were opened in, whichever thread uses them: the
 * usual way is to open what is needed inside {@link io.fastvif.netns.Netns#visit} and to use it
 * from anywhere. Visits are made by a few threads of this package's own, which belong to no
 * namespace; what takes longer has {@link io.fastvif.netns.Netns#call}.
 *
 * <p>May use: {@code trace}, {@code bindings}, {@code files}.
 */
package io.fastvif.netns;
