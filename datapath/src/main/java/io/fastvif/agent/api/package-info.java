/**
 * What can be asked of the agent, as routes: one class for each family of paths. {@code
 * openapi.json}, among the resources of this package, describes all of it; the tests hold every
 * answer against it.
 *
 * <ul>
 *   <li>One VIF is put and deleted by its id; done again, that changes nothing. The answer is the
 *       line that the command prints, or a problem document with the step that failed, the kernel's
 *       error and words, and what could not be undone.
 *   <li>A batch is answered with a line for each VIF when it ends; what is wrong with one does not
 *       stop the others.
 *   <li>A VIF is wrong in the words of the command: the path, the value, what was expected.
 *   <li>A capture is a stream of pcapng; its reader may name it, to end it by that name. It ends
 *       when the reader is gone.
 *   <li>Events come from a ring: a reader is a number, and costs nothing however slow it is. It is
 *       told how many it has missed.
 * </ul>
 *
 * <p>May use: {@code agent}, {@code agent.http}, {@code agent.text}, {@code bindings}, {@code
 * capture}, {@code cni}, {@code config}, {@code driver}, {@code driver.file}, {@code engine},
 * {@code fastpath}, {@code host}, {@code host.negotiation}, {@code io.fastvif}, {@code json},
 * {@code plan}, {@code plugin}, {@code trace}, {@code vif}.
 */
package io.fastvif.agent.api;
