/**
 * What the command and the agent say in the same words: result lines, plans, and the JSON that they
 * are in.
 *
 * <p>May use: {@code bindings}, {@code engine}, {@code io.fastvif}, {@code plan}, {@code vif}.
 */
package io.fastvif.agent.text;
