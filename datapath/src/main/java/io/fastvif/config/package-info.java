/**
 * Plugins' options from files and the environment, as oslo.config reads them: nova.conf says the
 * same to fastvif as to os-vif, in what it takes, in what it ignores and in what it refuses.
 *
 * <p>Two things are otherwise. What oslo.config ignores in silence in a section of a plugin's, an
 * option that nobody has, is said. And a reference such as {@code $my_ip} to an option of Nova's
 * that no file sets is refused: its default is Nova's to know.
 *
 * <p>May use: {@code engine}, {@code files}, {@code ovsdb}, {@code plugin}, {@code vif}.
 */
package io.fastvif.config;
