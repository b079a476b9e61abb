/**
 * The programs that the description of {@code io.fastvif} shows: Javadoc takes them from here, and
 * {@link io.fastvif.examples.ExamplesTest} runs them.
 */
package io.fastvif.examples;
