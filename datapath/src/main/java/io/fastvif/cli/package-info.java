/**
 * The {@code fastvif} command. Each subcommand is a class of its own; picocli is used through its
 * programmatic model, because its annotations are read by reflection, which a short-lived process
 * pays for at every start.
 *
 * <p>Exit status: 0 done, 1 something failed, 2 wrong input or usage. Results go to standard
 * output, errors to standard error. Input is read and planned in full before anything on the host
 * changes.
 *
 * <p>May use: everything.
 */
package io.fastvif.cli;
