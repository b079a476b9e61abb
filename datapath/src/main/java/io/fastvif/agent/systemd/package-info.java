/**
 * What the agent and systemd say to each other: that it is ready, reloads, stops and is alive
 * (sd_notify(3)), the socket that systemd listened on before the agent was started
 * (sd_listen_fds(3)), and lines of log with the priorities that journald reads (sd-daemon(3)).
 * Everything is by environment variables, descriptors and datagrams; nothing is linked. Under
 * another supervisor, or none, all of it does nothing.
 *
 * <p>May use: {@code bindings}, {@code trace}.
 */
package io.fastvif.agent.systemd;
