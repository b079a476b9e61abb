/** The hand-written layer over the generated bindings. */
package io.fastvif.bindings;
