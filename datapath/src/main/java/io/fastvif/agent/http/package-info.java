/**
 * HTTP/1.1 on a unix socket, for the agent: who may ask, what a caller can cost, and the answers.
 *
 * <ol>
 *   <li>{@link io.fastvif.agent.http.HttpServer} answers by a list of {@link
 *       io.fastvif.agent.http.HttpRoute}; what they are about it does not know ({@code agent.api}).
 *   <li>One thread accepts, reads and writes for all connections, and sleeps while nothing comes. A
 *       handler there never waits: it completes a stage later, or is a route that says that it
 *       waits, which runs on one of a few threads that end when there is nothing to do.
 *   <li>{@link io.fastvif.agent.http.Connection} takes one request after the other. What a caller
 *       sends ahead waits, within a bound, and its socket is not read meanwhile.
 *   <li>Everything that a caller can have of the server is bounded in number, size and time: {@link
 *       io.fastvif.agent.http.Bounds}, {@link io.fastvif.agent.http.Times}. A caller that goes away
 *       does not undo what it has begun.
 *   <li>Who it is says the kernel ({@code SO_PEERCRED}), before a byte is read: the user and the
 *       primary group of the process; other groups by the host's user database.
 *   <li>What is wrong is answered as a problem document (RFC 9457): {@link
 *       io.fastvif.agent.http.Problem}.
 * </ol>
 *
 * <p>Netty, without its native transports, because it is small and sleeps. The same little server,
 * JDK 25 with the serial collector, an AOT cache and the first compiler only, on two cores that
 * others used too:
 *
 * <table>
 *   <caption>Three servers</caption>
 *   <tr><th></th><th>Netty 4.2</th><th>Helidon 4.5</th><th>Jetty 12.1 core</th></tr>
 *   <tr><td>resident, idle</td><td>55 MB</td><td>68 MB</td><td>70 MB</td></tr>
 *   <tr><td>resident after 40,000 requests</td><td>72 MB</td><td>109 MB</td><td>112 MB</td></tr>
 *   <tr><td>requests a second, one connection</td><td>20,000</td><td>20,000</td><td>20,000</td></tr>
 *   <tr><td>requests a second, eight</td><td>44,000</td><td>45,000</td><td>52,000</td></tr>
 *   <tr><td>context switches in ten idle seconds</td><td>14</td><td>29</td><td>4143</td></tr>
 *   <tr><td>needs besides</td><td>nothing</td><td>33 jars in all</td><td>SLF4J</td></tr>
 * </table>
 *
 * <p>May use: {@code agent.text}, {@code bindings}, {@code event}, {@code trace}, {@code vif}.
 */
package io.fastvif.agent.http;
