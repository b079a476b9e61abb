/**
 * What is seen of the agent from outside: metrics for Prometheus, health and readiness, one JSON
 * document of statistics, and the page for an operator's browser.
 *
 * <ol>
 *   <li>{@link io.fastvif.agent.metrics.AgentDocuments} makes them all, from {@link
 *       io.fastvif.agent.metrics.AgentSources}; whoever serves them knows no more than these.
 *   <li>Everything is read when it is asked for: nothing here has a thread or a timer, so an agent
 *       that nobody looks at does nothing for it. What a reading costs does not grow with the
 *       number of VIFs.
 *   <li>{@link io.fastvif.agent.metrics.RequestCounters} is the server's observer.
 * </ol>
 *
 * <p>May use: {@code io.fastvif}, {@code agent}, {@code agent.http}, {@code agent.text}, {@code
 * engine}, {@code fastpath}, {@code forward}, {@code plan}.
 */
package io.fastvif.agent.metrics;
