/**
 * The device file of a macvtap, by which a hypervisor reads and writes its frames.
 *
 * <p>The kernel names it {@code tapN} by the link's index N, and chooses its number, which sysfs
 * tells ({@code /sys/class/net/NAME/tapN/dev}). On a host with devtmpfs, {@code /dev/tapN} is there
 * before the request that makes the link is answered: nothing is waited for. In a container's own
 * {@code /dev} it is not, and has to be made. And where several network namespaces share one {@code
 * /dev}, links of the same index share one name: devtmpfs keeps the first one's file, and whoever
 * opened it would read another link's frames. So a file counts only if it has the number that sysfs
 * tells; one that is another device's is left alone.
 *
 * <p>sysfs shows the links of the namespace that it was mounted in. So it is mounted anew, at no
 * place, in the namespace of the thread that asks ({@code fsmount(2)}).
 *
 * <p>May use: {@code bindings}, {@code files}.
 */
package io.fastvif.macvtap;
