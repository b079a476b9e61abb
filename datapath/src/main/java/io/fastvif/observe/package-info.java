/**
 * The live host snapshot: what planning knows of a network namespace, read when it is asked for
 * ({@code HostReader}) or kept current from the kernel's events ({@code HostMonitor}).
 *
 * <p>Reading 10,000 links takes the kernel some 6 us each, and the reader next to nothing more. An
 * agent that plans often has a {@link io.fastvif.observe.HostMonitor} instead, with {@code
 * monitorHost()}: callers take in waiting events under a lock, and so does the engine after each
 * exchange; there is no thread for it. Link events replace what was known; addresses and routes are
 * read again where an event hints at a change, because the kernel drops IPv4 routes without one.
 * After a loss the buffer is emptied, everything read again, and what came in meanwhile applied.
 * Links that the engine is at work on are read again when it is done with them: each reading of one
 * waits for the kernel's lock, which the engine's own messages have.
 *
 * <p>What reads one part of a namespace is in {@code observe.reader}, which is nobody's but
 * fastvif's own.
 *
 * <p>May use: {@code trace}, {@code event}, {@code bindings}, {@code lease}, {@code netlink},
 * {@code netlink.route}, {@code netns}, {@code observe.reader}, {@code pci}, {@code plan}.
 */
package io.fastvif.observe;
