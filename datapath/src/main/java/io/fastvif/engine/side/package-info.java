/**
 * What the engine's core and its sides have in common: how a side sees a plan under way, what
 * something that was thrown means to the operation that it ends, and the threads that help.
 *
 * <p>May use: {@code bindings}, {@code netns}, {@code plan}.
 */
package io.fastvif.engine.side;
