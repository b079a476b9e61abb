/**
 * The events that fastvif gives to the JDK's Flight Recorder (JFR), in the category "fastvif":
 * operations, sends, readings of the host, transactions, sessions and their messages, and requests
 * to the agent. One that is not recorded costs the check whether it is. Each but that of a request
 * names the network namespace; it is empty for the process's own.
 *
 * <p>May use: nothing of fastvif.
 */
package io.fastvif.event;
