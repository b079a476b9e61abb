/**
 * os-vif's JSON, both ways: the objects of {@link io.fastvif.vif} and {@link io.fastvif.host} in
 * the form of oslo.versionedobjects, each with name, namespace, version, data and list of changes.
 *
 * <p>{@link io.fastvif.json.VersionedObjectReader} and {@link
 * io.fastvif.json.VersionedObjectWriter} are the way in; {@link io.fastvif.json.PlugRequests} reads
 * what the command is given. Text becomes a bounded tree of plain values first, because an object's
 * version may stand behind its data. The tree is then read by tables: one for each class, with each
 * field's name, the version it came in with, its codec, setter and getter. A table is loaded when
 * first used. No reflection anywhere, for the command's start-up time.
 *
 * <p>Reading is strict, so that nothing is lost in silence: what os-vif would not write, or what
 * the object's version does not have, is an {@link io.fastvif.vif.InvalidInputException} that names
 * the field. No other exception leaves a reader on account of its input. Reading and then writing
 * gives the same object; only the spelling of MAC and PCI addresses becomes os-vif's.
 *
 * <p>{@link io.fastvif.json.BackLevel} makes objects of earlier versions by the same tables, which
 * also say which versions of nested objects belong to a version. {@link
 * io.fastvif.json.NegotiationAnswers} is the other text that two hosts exchange.
 *
 * <p>May use: {@code host}, {@code vif}.
 */
package io.fastvif.json;
