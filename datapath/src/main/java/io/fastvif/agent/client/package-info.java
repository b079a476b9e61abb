/**
 * Asks an agent over its unix socket: a small HTTP/1.1 client (RFC 9112) that blocks and loads
 * little, because the command that uses it is over in a moment. One request at a time on one
 * connection; bodies with a length or in chunks; answers are read as they come. Whatever goes wrong
 * is an {@link java.io.IOException} whose message is one line for people.
 *
 * <p>May use: {@code bindings}, {@code files}.
 */
package io.fastvif.agent.client;
