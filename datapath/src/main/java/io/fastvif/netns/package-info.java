/** Entering a network namespace, on a thread of its own. Uses native-bindings only. */
package io.fastvif.netns;
